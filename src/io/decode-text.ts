import { isAscii } from "node:buffer";
import { DatasetError } from "../errors.js";
import { ENCODING_NAMES, type Encoding } from "../options/input-options.js";
import type { ByteSource } from "./files.js";
import { chooseMultiByte, findMark, findUtf16, mayBecomeMark } from "./find-encoding.js";
import { type Decode, loadDecoder } from "./text-decoders.js";

export interface DecodeOptions {
  /**
   * The encoding of the text; "auto" finds it out, see `decodeText`.
   * @default "auto"
   */
  readonly encoding?: Encoding | "auto";
  /** Called once, with the encoding that was given or found, before the text that depends on it. */
  readonly onEncoding?: (encoding: Encoding) => void;
}

/** Bytes that the encoding is found out on: some dozens of articles, and nothing beside a chunk of a file. */
const WINDOW_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

const REMEDY = 'name the encoding with --encoding (encoding), or save the file as UTF-8 (in Excel: "CSV UTF-8")';

/** Counts line ends as they come: "\n", "\r\n" and a lone "\r", also where a piece ends between "\r" and "\n". */
class LineEndCounter {
  #nLineEnds = 0;
  #endedInCarriageReturn = false;

  get nLineEnds(): number {
    return this.#nLineEnds;
  }

  add(text: string): void {
    if (text === "") return;
    for (let i = text.indexOf("\r"); i >= 0; i = text.indexOf("\r", i + 1)) this.#nLineEnds++;
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
      const isSecondHalf = i === 0 ? this.#endedInCarriageReturn : text[i - 1] === "\r";
      if (!isSecondHalf) this.#nLineEnds++;
    }
    this.#endedInCarriageReturn = text.endsWith("\r");
  }
}

/** Where the first byte beyond ASCII lies; the length when there is none. */
function findNonAscii(bytes: Uint8Array): number {
  return isAscii(bytes) ? bytes.length : bytes.findIndex((byte) => byte >= 0x80);
}

interface ChosenDecoder {
  readonly encoding: Encoding;
  readonly decode: Decode;
}

/** The decoding of one source, as it goes. */
class TextDecoding {
  readonly #source: string;
  readonly #isLive: boolean;
  readonly #given: Encoding | "auto";
  readonly #onEncoding: ((encoding: Encoding) => void) | undefined;
  readonly #lineEnds = new LineEndCounter();
  #isStart = true;
  /** Null as long as all bytes were ASCII, which is the same in UTF-8 and CP949. */
  #decoder: ChosenDecoder | null = null;
  #pending: Uint8Array = new Uint8Array(0);
  /** Place of the first pending byte in the source. */
  #offset = 0;

  constructor(source: ByteSource, { encoding = "auto", onEncoding }: DecodeOptions) {
    this.#source = source.name;
    this.#isLive = source.isLive === true;
    this.#given = encoding;
    this.#onEncoding = onEncoding;
  }

  /**
   * Yields the text that the bytes so far give, then throws when they are at fault.
   * @param isEnd whether no bytes follow
   */
  async *push(chunk: Uint8Array, isEnd: boolean): AsyncGenerator<string, void> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (this.#isStart) {
      if (!(await this.#begin(isEnd))) return;
      this.#isStart = false;
    }
    if (this.#decoder === null) {
      const ascii = this.#pending.subarray(0, findNonAscii(this.#pending));
      if (ascii.length > 0) yield this.#take(Buffer.from(ascii).toString("latin1"), ascii.length);
      if (this.#pending.length === 0) {
        if (isEnd) this.#onEncoding?.("utf-8");
        return;
      }
      const window = this.#window(isEnd);
      if (window === null) return;
      await this.#choose(window, isEnd && window.length === this.#pending.length);
    }
    const { encoding, decode } = this.#decoder as unknown as ChosenDecoder;
    const { text, nBytes, isFault } = decode(this.#pending, isEnd);
    if (text !== "") yield this.#take(text, nBytes);
    if (isFault) {
      const found = this.#given === "auto" ? ", as the text before it is" : "";
      throw this.#error(`${this.#describe(0)} is not ${ENCODING_NAMES[encoding]}${found}; ${REMEDY}`);
    }
  }

  /** Looks at the first bytes; false when more are needed. */
  async #begin(isEnd: boolean): Promise<boolean> {
    if (mayBecomeMark(this.#pending) && !isEnd) return false;
    const mark = findMark(this.#pending);
    if (mark !== null) {
      if (this.#given !== "auto" && this.#given !== mark.encoding) {
        throw this.#error(
          `the byte order mark at offset 0 says ${ENCODING_NAMES[mark.encoding]}, not ${ENCODING_NAMES[this.#given]}; leave out --encoding (encoding)`,
        );
      }
      this.#take("", mark.nBytes);
      await this.#use(mark.encoding);
    } else if (this.#given === "auto") {
      const window = this.#window(isEnd);
      if (window === null) return false;
      const utf16 = await findUtf16(window);
      if (utf16 !== null) await this.#use(utf16);
    } else {
      await this.#use(this.#given);
    }
    return true;
  }

  /**
   * The pending bytes that the choice rests on, always the same however the source is cut; null when more are needed. One who
   * types a line waits for the answer, so what is read live is judged by its first line.
   */
  #window(isEnd: boolean): Uint8Array | null {
    const lineFeed = this.#isLive ? this.#pending.indexOf(LINE_FEED) : -1;
    const nBytes = lineFeed < 0 ? WINDOW_BYTES : Math.min(lineFeed + 1, WINDOW_BYTES);
    if (this.#pending.length < nBytes) return isEnd ? this.#pending : null;
    return this.#pending.subarray(0, nBytes);
  }

  async #choose(window: Uint8Array, isEnd: boolean): Promise<void> {
    const choice = await chooseMultiByte(window, isEnd);
    if (choice.encoding === null) {
      // The encoding that goes furthest is most likely the one meant.
      const [best, ...others] = choice.tried.toSorted((a, b) => b.decoded.nBytes - a.decoded.nBytes);
      const faults = [best, ...others].flatMap((tried) =>
        tried === undefined ? [] : [`${this.#describe(tried.decoded.nBytes)} is not ${ENCODING_NAMES[tried.encoding]}`],
      );
      this.#lineEnds.add(best?.decoded.text ?? "");
      throw this.#error(`${faults.join(", and ")}; ${REMEDY}`);
    }
    await this.#use(choice.encoding);
  }

  async #use(encoding: Encoding): Promise<void> {
    this.#decoder = { encoding, decode: await loadDecoder(encoding) };
    this.#onEncoding?.(encoding);
  }

  #take(text: string, nBytes: number): string {
    this.#lineEnds.add(text);
    this.#offset += nBytes;
    this.#pending = this.#pending.subarray(nBytes);
    return text;
  }

  #describe(position: number): string {
    const byte = this.#pending[position] as number;
    return `byte 0x${byte.toString(16).toUpperCase().padStart(2, "0")} at offset ${this.#offset + position}`;
  }

  #error(problem: string): DatasetError {
    return new DatasetError("DATASET_ENCODING", { source: this.#source, line: this.#lineEnds.nLineEnds + 1 }, problem);
  }
}

/**
 * Yields the text of a source in pieces of whole characters, without a byte order mark at its start.
 *
 * Decoding is strict: no byte is replaced or dropped. With the encoding "auto", the first of these that holds is taken:
 * 1. a byte order mark of UTF-8 or UTF-16;
 * 2. UTF-16 without a mark, when there are zero bytes where the high bytes of ASCII characters would be;
 * 3. UTF-8, when the first 64 KiB from the first byte beyond ASCII on are UTF-8;
 * 4. CP949, when they are CP949.
 *
 * Before the first byte beyond ASCII nothing needs to be known, so it may come late. What the choice rests on does not
 * depend on how the source is cut into chunks. For a live source it is the first line. Memory is one chunk and 64 KiB.
 *
 * @throws {DatasetError} with code DATASET_ENCODING at the first byte that is not in the encoding, naming its line and its
 *   0-based offset, or at a byte order mark that contradicts the encoding given; what stands before it is yielded
 * @throws {FileError} when the source cannot be read
 */
export async function* decodeText(source: ByteSource, options: DecodeOptions = {}): AsyncGenerator<string, void> {
  const decoding = new TextDecoding(source, options);
  for await (const chunk of source.chunks) yield* decoding.push(chunk, false);
  yield* decoding.push(new Uint8Array(0), true);
}
