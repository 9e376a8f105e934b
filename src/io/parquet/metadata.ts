/**
 * The description at the end of a Parquet file: its columns, and where their bytes are.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { CompactReader, decodeUtf8, TYPE } from "./compact-protocol.js";

/** How values are stored; the place in the list is the number in the file. */
const PHYSICAL_TYPES = [
  "BOOLEAN",
  "INT32",
  "INT64",
  "INT96",
  "FLOAT",
  "DOUBLE",
  "BYTE_ARRAY",
  "FIXED_LEN_BYTE_ARRAY",
] as const;
export type PhysicalType = (typeof PHYSICAL_TYPES)[number];

const CODECS = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"] as const;
export type Codec = (typeof CODECS)[number];

/** What stored values mean. */
export type Meaning =
  | { readonly kind: "plain" | "text" | "json" | "date" | "uuid" | "float16" | "unsigned" | "not-text" }
  | { readonly kind: "decimal"; readonly scale: number }
  | { readonly kind: "timestamp"; readonly perMillisecond: number; readonly unit: "milli" | "micro" | "nano" };

/** A column of single values. */
export interface ColumnType {
  readonly physicalType: PhysicalType;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY, 0 otherwise. */
  readonly typeLength: number;
  readonly isOptional: boolean;
  readonly meaning: Meaning;
}

export interface Column {
  readonly name: string;
  /** null for a list, a map or a record. */
  readonly type: ColumnType | null;
  /** Place among the stored columns; of the first of them where it has several. */
  readonly chunkIndex: number;
}

/** The bytes of a column in a row group. */
export interface ColumnChunk {
  readonly physicalType: PhysicalType;
  readonly codec: Codec;
  readonly start: number;
  readonly end: number;
}

export interface RowGroup {
  readonly nRows: number;
  readonly chunks: readonly ColumnChunk[];
}

export interface ParquetMetadata {
  readonly columns: readonly Column[];
  readonly rowGroups: readonly RowGroup[];
}

interface SchemaElement {
  readonly name: string;
  readonly physicalType: PhysicalType | null;
  readonly typeLength: number;
  /** 0 required, 1 optional, 2 repeated. */
  readonly repetition: number;
  readonly nChildren: number;
  readonly meaning: Meaning;
}

const TIME_UNITS: readonly Extract<Meaning, { kind: "timestamp" }>[] = [
  { kind: "timestamp", unit: "milli", perMillisecond: 1 },
  { kind: "timestamp", unit: "micro", perMillisecond: 1_000 },
  { kind: "timestamp", unit: "nano", perMillisecond: 1_000_000 },
];

/** The older way to say what values mean, by its numbers. */
function meaningOfConvertedType(converted: number | null, scale: number): Meaning {
  switch (converted) {
    case null:
    case 7: // TIME_MILLIS and TIME_MICROS are taken as the numbers they are, and so are signed integers.
    case 8:
    case 15:
    case 16:
    case 17:
    case 18:
      return { kind: "plain" };
    case 0: // UTF8
    case 4: // ENUM
      return { kind: "text" };
    case 5:
      return { kind: "decimal", scale };
    case 6:
      return { kind: "date" };
    case 9:
      return TIME_UNITS[0] as Meaning;
    case 10:
      return TIME_UNITS[1] as Meaning;
    case 11:
    case 12:
    case 13:
    case 14:
      return { kind: "unsigned" };
    case 19:
      return { kind: "json" };
    default: // BSON, INTERVAL, and lists and maps where no children stand
      return { kind: "not-text" };
  }
}

/** A union is a record of one field. */
function readLogicalType(reader: CompactReader, type: number): Meaning | null {
  let meaning: Meaning | null = null;
  reader.struct(type, (id, memberType) => {
    switch (id) {
      case 1: // STRING
      case 4: // ENUM
        meaning = { kind: "text" };
        return false;
      case 5: {
        let scale = 0;
        reader.struct(memberType, (field, fieldType) => {
          if (field !== 1) return false;
          scale = reader.integer(fieldType);
          return true;
        });
        meaning = { kind: "decimal", scale };
        return true;
      }
      case 6:
        meaning = { kind: "date" };
        return false;
      case 7: // TIME
        meaning = { kind: "plain" };
        return false;
      case 8:
        reader.struct(memberType, (field, fieldType) => {
          if (field !== 2) return false;
          reader.struct(fieldType, (unit) => {
            meaning = TIME_UNITS[unit - 1] ?? null;
            return false;
          });
          return true;
        });
        return true;
      case 10: {
        let isSigned = true;
        reader.struct(memberType, (field, fieldType) => {
          if (field === 2) isSigned = fieldType === TYPE.true;
          return false;
        });
        meaning = { kind: isSigned ? "plain" : "unsigned" };
        return true;
      }
      case 11: // UNKNOWN: all values are missing
        meaning = { kind: "plain" };
        return false;
      case 12:
        meaning = { kind: "json" };
        return false;
      case 14:
        meaning = { kind: "uuid" };
        return false;
      case 15:
        meaning = { kind: "float16" };
        return false;
      default: // MAP, LIST, BSON, VARIANT, GEOMETRY, GEOGRAPHY
        meaning = { kind: "not-text" };
        return false;
    }
  });
  return meaning;
}

function readSchemaElement(reader: CompactReader, elementType: number): SchemaElement {
  let name: string | null = null;
  let physicalType: PhysicalType | null = null;
  let typeLength = 0;
  let repetition = 0;
  let nChildren = 0;
  let converted: number | null = null;
  let scale = 0;
  let logical: Meaning | null = null;
  reader.struct(elementType, (id, type) => {
    if (id === 1) physicalType = nameOf(PHYSICAL_TYPES, reader.integer(type), "type");
    else if (id === 2) typeLength = reader.count(type);
    else if (id === 3) repetition = reader.count(type);
    else if (id === 4) name = decodeUtf8(reader.binary(type));
    else if (id === 5) nChildren = reader.count(type);
    else if (id === 6) converted = reader.integer(type);
    else if (id === 7) scale = reader.integer(type);
    else if (id === 10) logical = readLogicalType(reader, type);
    else return false;
    return true;
  });
  if (name === null) throw new Error("a column has no name");
  return {
    name,
    physicalType,
    typeLength,
    repetition,
    nChildren,
    meaning: logical ?? meaningOfConvertedType(converted, scale),
  };
}

function nameOf<T>(names: readonly T[], number: number, what: string): T {
  const name = names[number];
  if (name === undefined) throw new Error(`${what} ${number} is not known`);
  return name;
}

/** Of one of some bytes some hundred are made. */
const MAX_COLUMNS = 10_000;

/** Places below another, deeper than any table. */
const MAX_SCHEMA_DEPTH = 64;

/** The columns below the root, and how many are stored. */
function listColumns(elements: readonly SchemaElement[]): readonly [columns: readonly Column[], nChunks: number] {
  const [root] = elements;
  if (root === undefined) throw new Error("it describes no columns");
  let place = 1;
  let nChunks = 0;
  const take = (): SchemaElement => {
    const element = elements[place];
    if (element === undefined) throw new Error("the description of its columns is cut off");
    place++;
    return element;
  };
  const walkChildren = (nChildren: number, depth: number): void => {
    if (depth > MAX_SCHEMA_DEPTH) throw new Error(`columns are nested deeper than ${MAX_SCHEMA_DEPTH}`);
    for (let i = 0; i < nChildren; i++) {
      const child = take();
      if (child.nChildren === 0) nChunks++;
      else walkChildren(child.nChildren, depth + 1);
    }
  };
  const columns: Column[] = [];
  for (let i = 0; i < root.nChildren; i++) {
    const { name, physicalType, typeLength, repetition, nChildren, meaning } = take();
    const chunkIndex = nChunks;
    if (nChildren > 0) {
      walkChildren(nChildren, 1);
      columns.push({ name, type: null, chunkIndex });
      continue;
    }
    nChunks++;
    if (physicalType === null) throw new Error(`column ${JSON.stringify(name)} has no type`);
    const type = { physicalType, typeLength, isOptional: repetition === 1, meaning };
    columns.push({ name, type: repetition > 1 ? null : type, chunkIndex });
  }
  return [columns, nChunks];
}

function readColumnChunk(reader: CompactReader, elementType: number, bytesEnd: number): ColumnChunk {
  let physicalType: PhysicalType | null = null;
  let codec: Codec | null = null;
  let sizeBytes = -1;
  let dataStart = -1;
  let dictionaryStart = 0;
  reader.struct(elementType, (id, type) => {
    if (id === 1 && reader.binary(type).length > 0) throw new Error("its columns are in other files");
    if (id === 1) return true;
    if (id !== 3) return false;
    reader.struct(type, (field, fieldType) => {
      if (field === 1) physicalType = nameOf(PHYSICAL_TYPES, reader.integer(fieldType), "type");
      else if (field === 4) codec = nameOf(CODECS, reader.integer(fieldType), "compression");
      else if (field === 7) sizeBytes = reader.count(fieldType);
      else if (field === 9) dataStart = reader.count(fieldType);
      else if (field === 11) dictionaryStart = reader.integer(fieldType);
      else return false;
      return true;
    });
    return true;
  });
  if (physicalType === null || codec === null || sizeBytes < 0 || dataStart < 0) {
    throw new Error("the description of a column's bytes is not whole");
  }
  // Some writers put 0 where there is no dictionary.
  const start = dictionaryStart > 0 && dictionaryStart < dataStart ? dictionaryStart : dataStart;
  const end = start + sizeBytes;
  if (end > bytesEnd) throw new Error(`a column's bytes, ${start} to ${end}, are not in the file`);
  return { physicalType, codec, start, end };
}

/**
 * Returns what the description says. `bytesEnd` is where it begins: the bytes of all columns stand before.
 * @throws {Error} when it is damaged
 */
export function parseMetadata(bytes: Uint8Array, bytesEnd: number): ParquetMetadata {
  const reader = new CompactReader(bytes);
  const elements: SchemaElement[] = [];
  const rowGroups: RowGroup[] = [];
  let nChunks = 0;
  let columns: readonly Column[] = [];
  reader.struct(TYPE.struct, (id, type) => {
    if (id === 8 || id === 9) throw new Error("it is encrypted");
    if (id === 2) {
      reader.list(type, (elementType) => {
        if (elements.length > MAX_COLUMNS) throw new Error(`it has more than ${MAX_COLUMNS} columns`);
        elements.push(readSchemaElement(reader, elementType));
      });
      [columns, nChunks] = listColumns(elements);
      return true;
    }
    if (id !== 4) return false;
    reader.list(type, (groupType) => {
      const chunks: ColumnChunk[] = [];
      let nRows = -1;
      reader.struct(groupType, (field, fieldType) => {
        if (field === 1) {
          reader.list(fieldType, (chunkType) => chunks.push(readColumnChunk(reader, chunkType, bytesEnd)));
        } else if (field === 3) nRows = reader.count(fieldType);
        else return false;
        return true;
      });
      if (nRows < 0 || chunks.length !== nChunks) {
        throw new Error(`row group ${rowGroups.length + 1} has ${chunks.length} of ${nChunks} columns`);
      }
      rowGroups.push({ nRows, chunks });
    });
    return true;
  });
  return { columns, rowGroups };
}
