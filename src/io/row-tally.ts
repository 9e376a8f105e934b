import type { Delimiter, Encoding, InputFormat } from "../options/input-options.js";

/**
 * Why a row cannot be used; the first that holds, in this order.
 *
 * - broken-row: its quotes are out of place, or it is no JSON
 * - too-long: it is longer than `maxRowSize`
 * - wrong-column-count: it has another number of columns than the header
 * - missing-column: its keys name no text, or no label where one is needed
 * - excluded: its export marks it as left out (BigKinds' 분석제외 여부)
 * - not-text: a list or an object stands where text is needed
 * - empty-label, label-not-in-map, empty-text
 */
export type RejectionReason =
  | "broken-row"
  | "too-long"
  | "wrong-column-count"
  | "missing-column"
  | "excluded"
  | "not-text"
  | "empty-label"
  | "label-not-in-map"
  | "empty-text";

/** Counts of the rows of one source. */
export interface SourceSummary {
  /** Name of the file, as given or as a pattern found it. */
  readonly source: string;
  readonly format: InputFormat;
  /** Of text; null for other formats, and before it is known. */
  readonly encoding: Encoding | null;
  /** Of CSV; null for other formats, and before it is known. */
  readonly delimiter: Delimiter | null;
  /** SHA-256 of the file's bytes in hexadecimal digits; null where it was not asked for, and before the file is read to its end. */
  readonly sha256: string | null;
  /** Rows after the header, blank lines not counted. */
  readonly nRows: number;
  readonly nUsable: number;
  readonly nBlankLines: number;
  /** One entry for each reason that occurred. */
  readonly rejected: readonly {
    readonly reason: RejectionReason;
    readonly nRows: number;
    /** 1-based lines on which the first of these rows begin, at most `maxListedLines`. */
    readonly lines: readonly number[];
  }[];
}

/** Counts of the rows of all sources. */
export interface ReadSummary {
  readonly nRows: number;
  readonly nUsable: number;
  readonly nBlankLines: number;
  /** One entry for each reason that occurred; the lines stand with the sources. */
  readonly rejected: readonly { readonly reason: RejectionReason; readonly nRows: number }[];
  /** Those that were begun, in order. */
  readonly sources: readonly SourceSummary[];
}

/** Counts the rows of one source as they are read. */
export class RowTally {
  encoding: Encoding | null = null;
  delimiter: Delimiter | null = null;
  sha256: string | null = null;
  nUsable = 0;
  nBlankLines = 0;
  readonly #source: string;
  readonly #format: InputFormat;
  readonly #rejected = new Map<RejectionReason, { nRows: number; readonly lines: number[] }>();
  readonly #maxListedLines: number;

  constructor(source: string, format: InputFormat, maxListedLines: number) {
    this.#source = source;
    this.#format = format;
    this.#maxListedLines = maxListedLines;
  }

  reject(reason: RejectionReason, line: number): void {
    let rows = this.#rejected.get(reason);
    if (rows === undefined) {
      rows = { nRows: 0, lines: [] };
      this.#rejected.set(reason, rows);
    }
    rows.nRows++;
    if (rows.lines.length < this.#maxListedLines) rows.lines.push(line);
  }

  summary(): SourceSummary {
    const rejected = [...this.#rejected].map(([reason, { nRows, lines }]) => ({ reason, nRows, lines: [...lines] }));
    const nRejected = rejected.reduce((total, { nRows }) => total + nRows, 0);
    return {
      source: this.#source,
      format: this.#format,
      encoding: this.encoding,
      delimiter: this.delimiter,
      sha256: this.sha256,
      nRows: this.nUsable + nRejected,
      nUsable: this.nUsable,
      nBlankLines: this.nBlankLines,
      rejected,
    };
  }
}

/** Adds up the counts of several sources. */
export function addUp(sources: readonly SourceSummary[]): ReadSummary {
  const rejected = new Map<RejectionReason, number>();
  for (const source of sources) {
    for (const { reason, nRows } of source.rejected) rejected.set(reason, (rejected.get(reason) ?? 0) + nRows);
  }
  const total = (count: (source: SourceSummary) => number) => sources.reduce((sum, source) => sum + count(source), 0);
  return {
    nRows: total(({ nRows }) => nRows),
    nUsable: total(({ nUsable }) => nUsable),
    nBlankLines: total(({ nBlankLines }) => nBlankLines),
    rejected: Array.from(rejected, ([reason, nRows]) => ({ reason, nRows })),
    sources,
  };
}
