/** Runs the command line in this process, on streams in memory. */

import { mkdtemp, realpath, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { main } from "../../src/cli/main.js";

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  /** Makes stderr a terminal of this width. */
  readonly columns?: number;
  readonly interrupt?: AbortSignal;
  /** Called with the whole of stderr so far, each time that it grows. */
  readonly onMessage?: (stderr: string) => void;
}

class MemoryStream extends Writable {
  text = "";
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly #onText: (text: string) => void;

  constructor(onText: (text: string) => void = () => undefined, columns?: number) {
    super({ decodeStrings: false });
    this.#onText = onText;
    if (columns === undefined) return;
    this.isTTY = true;
    this.columns = columns;
  }

  override _write(chunk: string | Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.#onText(this.text);
    done();
  }
}

/** Runs `newsclf` with these arguments to its end. */
export async function runCli(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const stdout = new MemoryStream();
  const stderr = new MemoryStream(options.onMessage, options.columns);
  const { stdin = "", interrupt } = options;
  const exitCode = await main(argv, {
    stdin: Readable.from(stdin.length === 0 ? [] : [Buffer.from(stdin as string)]),
    stdout,
    stderr,
    ...(interrupt === undefined ? {} : { listenForInterrupt: () => interrupt }),
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

const FIXTURES = fileURLToPath(new URL("../fixtures/", import.meta.url));
export const TINY_CORPUS = path.join(FIXTURES, "tiny-corpus.csv");
export const TINY_TEST = path.join(FIXTURES, "tiny-corpus-test.csv");

/** Options under which the tiny corpus is learnt in a moment; no test rests on the defaults. */
export const TINY_TRAINING = [
  ...[
    "--seed",
    "1",
    "--ensemble",
    "1",
    "--weights",
    "float32",
    "--validation-fraction",
    "0.25",
    "--tags",
    "content",
    "--ngram-range",
    "1,1",
  ],
  "--no-char-ngrams",
  ...["--min-df", "1", "--max-df-fraction", "1", "--max-features", "1000"],
  ...["--hidden-units", "8,8,8", "--dropout", "0", "--input-dropout", "0"],
  ...["--epochs", "30", "--patience", "30", "--batch-size", "8", "--learning-rate", "0.02", "--schedule", "constant"],
  ...["--warmup-fraction", "0", "--weight-decay", "0", "--label-smoothing", "0", "--class-weight", "none"],
  ...["--min-steps", "1", "--epsilon", "1e-8"],
] as const;

/** Registers a temporary folder for the tests of a file; the function gives paths in it. */
export function useFolder(): (...parts: string[]) => string {
  let folder = "";
  beforeAll(async () => {
    // Some systems reach their temporary folder through a link; messages name the place itself.
    folder = await mkdtemp(path.join(await realpath(os.tmpdir()), "newsclf-cli-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  return (...parts) => path.join(folder, ...parts);
}

/** Trains a model on the tiny corpus into `folder`/tiny.newsclf with the report in `folder`/report. */
export async function trainTiny(folder: string, ...more: readonly string[]): Promise<RunResult> {
  const places = ["-o", path.join(folder, "tiny.newsclf"), "--report", path.join(folder, "report")];
  return runCli(["train", TINY_CORPUS, ...places, ...TINY_TRAINING, ...more]);
}
