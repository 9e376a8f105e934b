/** Parquet files written by hand, so that each number in them can be wrong. */

/** A field of a record: its number, type and bytes. */
export type Field = readonly [id: number, type: number, bytes: readonly number[]];

const LIST = 9;
const STRUCT = 12;

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** A whole number, of 32 bits where it has room in them. */
export function int(id: number, value: number | bigint): Field {
  const given = BigInt(value);
  const type = BigInt.asIntN(32, given) === given ? 5 : 6;
  return [id, type, varint(given < 0n ? -2n * given - 1n : 2n * given)];
}

export function text(id: number, value: string): Field {
  const bytes = [...Buffer.from(value)];
  return [id, 8, [...varint(bytes.length), ...bytes]];
}

export function record(id: number, ...fields: readonly Field[]): Field {
  return [id, STRUCT, struct(...fields)];
}

export function list(id: number, records: readonly (readonly number[])[], nRecords = records.length): Field {
  return [id, LIST, [0xf0 | STRUCT, ...varint(nRecords), ...records.flat()]];
}

/** Fields by rising number. */
export function struct(...fields: readonly Field[]): number[] {
  let last = 0;
  const bytes = fields.flatMap(([id, type, content]) => {
    const header = ((id - last) << 4) | type;
    last = id;
    return [header, ...content];
  });
  return [...bytes, 0];
}

export const littleEndian = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

/** Byte arrays in encoding PLAIN. */
export function plain(...values: readonly string[]): number[] {
  return values.flatMap((value) => {
    const bytes = [...Buffer.from(value)];
    return [...littleEndian(bytes.length), ...bytes];
  });
}

export interface PageNumbers {
  readonly nValues: number;
  /** 0 PLAIN, 5 DELTA_BINARY_PACKED, 7 DELTA_BYTE_ARRAY, 8 RLE_DICTIONARY */
  readonly encoding?: number;
  readonly nBytes?: number;
  readonly nCompressed?: number;
  /** As a signed number; none when left out. */
  readonly checksum?: number;
}

function page(kind: number, own: number, body: readonly number[], numbers: PageNumbers): number[] {
  const { nValues, encoding = 0, nBytes = body.length, nCompressed = body.length, checksum } = numbers;
  const header = record(own, int(1, nValues), int(2, encoding), int(3, 3), int(4, 3));
  const checksumField = checksum === undefined ? [] : [int(4, checksum)];
  return [...struct(int(1, kind), int(2, nBytes), int(3, nCompressed), ...checksumField, header), ...body];
}

export function dataPage(body: readonly number[], numbers: PageNumbers): number[] {
  return page(0, 5, body, numbers);
}

export function dictionaryPage(body: readonly number[], numbers: PageNumbers): number[] {
  return page(2, 7, body, numbers);
}

export interface ColumnParts {
  readonly name: string;
  readonly bytes: readonly number[];
  /** 1 INT32, 6 BYTE_ARRAY */
  readonly type?: number;
  readonly chunkType?: number;
  readonly isOptional?: boolean;
  /** 0 none, 1 Snappy, 3 LZO */
  readonly codec?: number;
  readonly start?: number;
  readonly sizeBytes?: number;
}

/** A file of one row group; `more` are fields behind the row groups. */
export function makeParquet(
  columns: readonly ColumnParts[],
  nRows: number | bigint,
  more: readonly Field[] = [],
): Buffer {
  const body: number[] = [...Buffer.from("PAR1")];
  const chunks = columns.map(({ name, bytes, type = 6, chunkType = type, codec = 0, start, sizeBytes }) => {
    const place = start ?? body.length;
    for (const byte of bytes) body.push(byte);
    const names: Field = [3, LIST, [0x18, ...text(3, name)[2]]];
    const encodings: Field = [2, LIST, [0x05]];
    return struct(
      int(2, 0),
      record(
        3,
        int(1, chunkType),
        encodings,
        names,
        int(4, codec),
        int(5, nRows),
        int(6, bytes.length),
        int(7, sizeBytes ?? bytes.length),
        int(9, place),
      ),
    );
  });
  const schema = [
    struct(text(4, "schema"), int(5, columns.length)),
    ...columns.map(({ name, type = 6, isOptional = false }) =>
      struct(int(1, type), int(3, isOptional ? 1 : 0), text(4, name)),
    ),
  ];
  const group = struct(list(1, chunks), int(2, body.length), int(3, nRows));
  return closeParquet(body, struct(int(1, 1), list(2, schema), int(3, nRows), list(4, [group]), ...more));
}

/** A file with any bytes for its description. */
export function closeParquet(body: readonly number[], description: readonly number[]): Buffer {
  return Buffer.from([...body, ...description, ...littleEndian(description.length), ...Buffer.from("PAR1")]);
}
