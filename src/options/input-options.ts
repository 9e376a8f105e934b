import type { OptionSpec } from "./constraint.js";

/** The encodings that texts are read in. */
export const ENCODINGS = ["utf-8", "cp949", "utf-16le", "utf-16be"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Names for people. */
export const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  "utf-8": "UTF-8",
  cp949: "CP949",
  "utf-16le": "UTF-16LE",
  "utf-16be": "UTF-16BE",
};

/** What tables of articles, and texts, come in. */
const INPUT_FORMATS = ["csv", "tsv", "ndjson", "parquet", "xlsx", "lines"] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** What stands between the fields of CSV. */
export const DELIMITERS = { comma: ",", tab: "\t", semicolon: ";" } as const;
export type Delimiter = keyof typeof DELIMITERS;

/** How files with articles are read. */
export interface InputOptions {
  /** Of texts; "auto" finds it out, see docs/input.md. */
  readonly encoding?: Encoding | "auto";
  /** "auto" goes by the name of the file. */
  readonly inputFormat?: InputFormat | "auto";
  /** Of CSV; "auto" goes by the header. */
  readonly delimiter?: Delimiter | "auto";
  /** Columns and rules of a known kind of export. */
  readonly preset?: "none" | "bigkinds";
  /**
   * What is done about a row that cannot be used. "report" leaves it out and counts it, but ends with an error where a row cannot
   * even be told from the next; "fail" ends with an error at once; "skip" leaves out both kinds; so does "collect",
   * which needs a place to put them.
   */
  readonly onBadRow?: "report" | "fail" | "skip" | "collect";
  /** Bytes of the longest row in UTF-8. */
  readonly maxRowSize?: number;
  /** Levels that are kept of a label such as 경제>증권_증시; 0 keeps all, and the preset bigkinds one. */
  readonly labelLevel?: number;
}

const MEBIBYTE = 1024 * 1024;

export const INPUT_SPEC: OptionSpec<InputOptions> = {
  encoding: {
    kind: "choice",
    values: ["auto", ...ENCODINGS],
    default: "auto",
    help: "Read texts in this encoding",
  },
  inputFormat: {
    kind: "choice",
    values: ["auto", ...INPUT_FORMATS],
    default: "auto",
    help: "Read this format, whatever the file is named",
  },
  delimiter: {
    kind: "choice",
    values: ["auto", "comma", "tab", "semicolon"],
    default: "auto",
    help: "Split the fields of CSV here",
  },
  preset: {
    kind: "choice",
    values: ["none", "bigkinds"],
    default: "none",
    help: "Take the columns and rules of this kind of export",
  },
  onBadRow: {
    kind: "choice",
    values: ["report", "fail", "skip", "collect"],
    default: "report",
    help: "Do this with a row that cannot be used; report leaves it out, but ends at broken quotes",
  },
  maxRowSize: {
    kind: "integer",
    min: 1,
    max: 256 * MEBIBYTE,
    // Far more than any article has, so a longer row is nearly always a quote that is never closed.
    default: 16 * MEBIBYTE,
    unit: "bytes",
    help: "Take longer rows for broken ones",
  },
  labelLevel: {
    kind: "integer",
    min: 0,
    max: 100,
    default: 0,
    unit: "levels",
    help: "Keep so many levels of labels such as 경제>증권; 0 keeps all, and the preset bigkinds one",
  },
};
