/**
 * Every error class and error code of newsclf. No logic beyond building the message from the data.
 *
 * A failed internal assertion is not listed here: it is a plain `Error` whose message begins with "Bug:".
 */

/** All codes, in the order of docs/errors.md. */
export const ERROR_CODES = [
  "OPTION_INVALID",
  "OPTION_UNKNOWN",
  "CONFIG_INVALID",
  "FILE_NOT_FOUND",
  "FILE_IS_DIRECTORY",
  "FILE_NO_PERMISSION",
  "FILE_NO_SPACE",
  "FILE_LOCKED",
  "FILE_IO",
  "DATASET_EMPTY",
  "DATASET_ENCODING",
  "DATASET_FORMAT",
  "DATASET_SYNTAX",
  "DATASET_ROW",
  "DATASET_COLUMN",
  "DATASET_DATE",
  "DATASET_NO_USABLE_ROW",
  "DATASET_ONE_LABEL",
  "DATASET_FEW_DOCUMENTS",
  "DATASET_TOO_LARGE",
  "DATASET_FINDINGS",
  "LABEL_MAP",
  "VOCABULARY_EMPTY",
  "MODEL_FORMAT",
  "MODEL_VERSION",
  "MODEL_CHECKSUM",
  "MODEL_DICTIONARY",
  "DICTIONARY_FORMAT",
  "USER_DICTIONARY",
  "CHECKPOINT_MISMATCH",
  "COMPRESSION_LOSS",
  "TRAINING_NOT_FINITE",
  "TRAINING_ABORTED",
  "KERNEL_UNAVAILABLE",
  "KERNEL_MEMORY",
  "WORKER_FAILED",
  "REPORT_FORMAT",
  "COMPARISON_ARTICLES",
  "COMPARISON_WORSE",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

const BRAND = Symbol.for("newsclf.error");

/** Base of all errors that newsclf throws on purpose; programming errors and engine errors are not covered. */
export class NewsclfError extends Error {
  override readonly name: string = "NewsclfError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Type guard that also holds across two copies of the package. */
export function isNewsclfError(value: unknown): value is NewsclfError {
  return typeof value === "object" && value !== null && BRAND in value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function showObject(value: object): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch {
    // It runs in a circle, holds a bigint, or is nested deeper than the stack.
  }
  return Array.isArray(value) ? "an array that has no JSON form" : "an object that has no JSON form";
}

/** Shows a received value in a message: strings quoted, long values cut. */
export function showValue(value: unknown): string {
  const shown = typeof value === "string" ? JSON.stringify(value) : isObject(value) ? showObject(value) : String(value);
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

/** An option's value or name is wrong. */
export class OptionError extends NewsclfError {
  override readonly name = "OptionError";
  readonly option: string;
  /** What must hold, e.g. "an integer ≥ 1 (documents)". */
  readonly constraint: string;
  readonly received: unknown;

  constructor(option: string, constraint: string, received: unknown, options?: ErrorOptions & { code?: ErrorCode }) {
    super(options?.code ?? "OPTION_INVALID", `${option} must be ${constraint}; got ${showValue(received)}`, options);
    this.option = option;
    this.constraint = constraint;
    this.received = received;
  }
}

export interface ConfigLocation {
  /** File name, as the user gave it. */
  readonly source: string;
  /** 1-based line; left out when the whole file is meant. */
  readonly line?: number;
  /** 1-based column in UTF-16 units. */
  readonly column?: number;
}

/** A file of options does not hold what it should. */
export class ConfigError extends NewsclfError {
  override readonly name = "ConfigError";
  readonly source: string;
  readonly line: number | null;
  readonly column: number | null;

  constructor({ source, line, column }: ConfigLocation, problem: string, options?: ErrorOptions) {
    const place = line === undefined ? "" : column === undefined ? `:${line}` : `:${line}:${column}`;
    super("CONFIG_INVALID", `${source}${place}: ${problem}`, options);
    this.source = source;
    this.line = line ?? null;
    this.column = column ?? null;
  }
}

/** A file cannot be read or written. */
export class FileError extends NewsclfError {
  override readonly name = "FileError";
  readonly path: string;

  constructor(code: ErrorCode, path: string, problem: string, options?: ErrorOptions) {
    super(code, `${path}: ${problem}`, options);
    this.path = path;
  }
}

export interface DatasetLocation {
  /** File name or other name of the source, as the user gave it. */
  readonly source: string;
  /** 1-based line in the file; null when the whole file is meant. */
  readonly line?: number | null;
  /** 1-based column (field) number in the row, or byte column where the message says so; null when unknown. */
  readonly column?: number | null;
}

/** A data file does not hold what training or evaluation needs. */
export class DatasetError extends NewsclfError {
  override readonly name = "DatasetError";
  readonly source: string;
  readonly line: number | null;
  readonly column: number | null;

  constructor(code: ErrorCode, location: DatasetLocation, problem: string, options?: ErrorOptions) {
    const line = location.line ?? null;
    const column = location.column ?? null;
    const place = line === null ? "" : column === null ? `:${line}` : `:${line}:${column}`;
    super(code, `${location.source}${place}: ${problem}`, options);
    this.source = location.source;
    this.line = line;
    this.column = column;
  }
}

/** Bytes are not a model (or dictionary) file that this version reads. */
export class ModelFormatError extends NewsclfError {
  override readonly name = "ModelFormatError";
  /** Byte offset of the fault. */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  /** What to do; null when nothing is known. */
  readonly hint: string | null;
  /** Name of the file; null when only its bytes were given. */
  readonly source: string | null;

  constructor(
    offset: number,
    expected: string,
    found: string,
    options?: ErrorOptions & { code?: ErrorCode; hint?: string; source?: string },
  ) {
    const source = options?.source ?? null;
    const hint = options?.hint ?? null;
    const place = source === null ? `byte ${offset}` : `${source}: byte ${offset}`;
    const remedy = hint === null ? "" : `; ${hint}`;
    super(options?.code ?? "MODEL_FORMAT", `${place}: expected ${expected}; found ${found}${remedy}`, options);
    this.offset = offset;
    this.expected = expected;
    this.found = found;
    this.hint = hint;
    this.source = source;
  }
}

/** Training cannot go on. */
export class TrainingError extends NewsclfError {
  override readonly name = "TrainingError";
  /** 1-based epoch; 0 before the first. */
  readonly epoch: number;
  /** 1-based optimizer step over the whole run; 0 before the first. */
  readonly step: number;

  constructor(code: ErrorCode, epoch: number, step: number, problem: string, options?: ErrorOptions) {
    super(code, `epoch ${epoch}, step ${step}: ${problem}`, options);
    this.epoch = epoch;
    this.step = step;
  }
}

/** The runtime cannot run the compiled inner loops, or not with so much memory. */
export class KernelError extends NewsclfError {
  override readonly name = "KernelError";
}

/** A worker thread ended or threw what nobody foresaw; `cause` is that error. */
export class WorkerError extends NewsclfError {
  override readonly name = "WorkerError";
  /** Name of the thread, e.g. "analyzer 2". */
  readonly worker: string;

  constructor(worker: string, problem: string, options?: ErrorOptions) {
    super("WORKER_FAILED", `worker thread ${worker} failed: ${problem}; try fewer workers`, options);
    this.worker = worker;
  }
}
