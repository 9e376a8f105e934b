import type { DatasetError } from "../errors.js";

/** What a file of rows and columns gives, whatever its format, in the order of the file. */
export type TableEvent = TableHeader | TableRow | TableFault | BlankRow;

/** The names of the columns of the rows that follow, until another one comes. */
export interface TableHeader {
  readonly kind: "header";
  readonly names: readonly string[];
  /** 1-based line or row. */
  readonly line: number;
  /** Tells which columns are wanted, where leaving out the others saves work; before the next event is asked for. */
  readonly select?: (positions: readonly number[]) => void;
}

export interface TableRow {
  readonly kind: "row";
  /** One for each name of the header, unless the row is ragged; null for what is no text, such as a list. */
  readonly values: readonly (string | null)[];
  /** 1-based line on which the row begins; the number of the row where a format has no lines. */
  readonly line: number;
  /** The row as it stands in the file, or as JSON where that is no text. To be called before the next event is asked for. */
  readonly raw: () => string;
}

/** A row that cannot be read. */
export interface TableFault {
  readonly kind: "fault";
  readonly reason: "broken-row" | "too-long";
  readonly error: DatasetError;
  readonly line: number;
  readonly raw: string;
}

export interface BlankRow {
  readonly kind: "blank";
}

/** How the text of a table is cut into rows. */
export interface TableOptions {
  readonly source: string;
  readonly maxRowBytes: number;
  /** Whether reading goes on after a row that cannot be read; its error is thrown otherwise. */
  readonly recovers: boolean;
}
