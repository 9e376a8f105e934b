/**
 * Decompression of Zstandard, after RFC 8878; the numbers in parentheses are its sections. Node brings it from 22.15 on only.
 *
 * Each block writes at most 128 KiB and each loop ends with its input or its output, so that damaged bytes cost no more than whole ones.
 * @see https://www.rfc-editor.org/rfc/rfc8878
 */

import { xxHash64Low } from "./xx-hash-64.js";

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 * 1024;
const MAX_HUFFMAN_BITS = 11;
const MAX_WEIGHTS = 255;

function fail(problem: string): never {
  throw new Error(`Zstandard: ${problem}`);
}

function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

function littleEndian(bytes: Uint8Array, place: number, n: number): number {
  if (place + n > bytes.length) fail("cut off");
  let value = 0;
  for (let i = 0; i < n; i++) value += (bytes[place + i] as number) * 2 ** (8 * i);
  return value;
}

/** `n` ≤ 31 bits from bit `from` ≥ 0 on, the first one the lowest. */
function bitsAt(bytes: Uint8Array, from: number, n: number): number {
  const place = from >> 3;
  const shift = from & 7;
  // Beyond the end they read as 0: bounds are checked where a length is read.
  const word =
    (bytes[place] as number) |
    ((bytes[place + 1] as number) << 8) |
    ((bytes[place + 2] as number) << 16) |
    ((bytes[place + 3] as number) << 24);
  let value = word >>> shift;
  if (shift + n > 32) value |= (bytes[place + 4] as number) << (32 - shift);
  return value & (2 ** n - 1);
}

/** Bits that are read from the end, where a 1 stands before them (4.1). */
class BackwardBits {
  readonly #bytes: Uint8Array;
  /** Below 0 once more was read than there was; what is missing reads as 0. */
  nLeft: number;

  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1) ?? 0;
    if (last === 0) fail("bits without an end");
    this.#bytes = bytes;
    this.nLeft = (bytes.length - 1) * 8 + highestBit(last);
  }

  /** The `n` bits below bit `end`. */
  peekAt(end: number, n: number): number {
    const from = end - n;
    if (from >= 0) return bitsAt(this.#bytes, from, n);
    return end <= 0 ? 0 : bitsAt(this.#bytes, 0, end) << -from;
  }

  /** The next `n` ≤ 31 bits. */
  read(n: number): number {
    if (n === 0) return 0;
    const value = this.peekAt(this.nLeft, n);
    this.nLeft -= n;
    return value;
  }
}

/** A decoder of finite state entropy: symbol, bits to read and base of the next state, for each state (4.1.1). */
interface StateTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  readonly nBits: Uint8Array;
  readonly bases: Uint16Array;
}

function buildStates(counts: readonly number[], accuracyLog: number): StateTable {
  const nStates = 1 << accuracyLog;
  const symbols = new Uint8Array(nStates);
  const next = new Uint16Array(counts.length);
  let nSpread = nStates;
  for (const [symbol, count] of counts.entries()) {
    if (count !== -1) continue;
    symbols[--nSpread] = symbol;
    next[symbol] = 1;
  }
  const step = (nStates >> 1) + (nStates >> 3) + 3;
  let place = 0;
  for (const [symbol, count] of counts.entries()) {
    if (count <= 0) continue;
    next[symbol] = count;
    for (let i = 0; i < count; i++) {
      symbols[place] = symbol;
      // The counts add up to nStates, so there is a place below nSpread, and the step is odd: it is found.
      do place = (place + step) & (nStates - 1);
      while (place >= nSpread);
    }
  }
  const nBits = new Uint8Array(nStates);
  const bases = new Uint16Array(nStates);
  for (let state = 0; state < nStates; state++) {
    const symbol = symbols[state] as number;
    const value = next[symbol] as number;
    next[symbol] = value + 1;
    const n = accuracyLog - highestBit(value);
    nBits[state] = n;
    bases[state] = (value << n) - nStates;
  }
  return { accuracyLog, symbols, nBits, bases };
}

/** The table that begins at `start`, and where it ends. */
function readStates(
  bytes: Uint8Array,
  start: number,
  maxAccuracyLog: number,
  maxSymbol: number,
): readonly [table: StateTable, end: number] {
  const accuracyLog = (littleEndian(bytes, start, 1) & 15) + 5;
  if (accuracyLog > maxAccuracyLog) fail("a table of too many states");
  let bit = start * 8 + 4;
  const counts: number[] = [];
  let nLeft = 1 << accuracyLog;
  while (nLeft > 0) {
    if (counts.length > maxSymbol) fail("a table of too many symbols");
    const n = highestBit(nLeft + 1) + 1;
    const low = (1 << (n - 1)) - 1;
    // Values below this many take a bit less.
    const nShort = (1 << n) - 1 - (nLeft + 1);
    let value = bitsAt(bytes, bit, n);
    if ((value & low) < nShort) {
      value &= low;
      bit += n - 1;
    } else {
      if (value > low) value -= nShort;
      bit += n;
    }
    const count = value - 1;
    nLeft -= Math.abs(count);
    counts.push(count);
    if (count !== 0) continue;
    for (let repeats = 3; repeats === 3; ) {
      repeats = bitsAt(bytes, bit, 2);
      bit += 2;
      for (let i = 0; i < repeats; i++) counts.push(0);
      if (counts.length > maxSymbol) fail("a table of too many symbols");
    }
  }
  if (nLeft < 0) fail("a table of too many states");
  const end = (bit + 7) >> 3;
  if (end > bytes.length) fail("cut off");
  return [buildStates(counts, accuracyLog), end];
}

class State {
  readonly #table: StateTable;
  readonly #bits: BackwardBits;
  #state: number;

  constructor(table: StateTable, bits: BackwardBits) {
    this.#table = table;
    this.#bits = bits;
    this.#state = bits.read(table.accuracyLog);
  }

  get symbol(): number {
    return this.#table.symbols[this.#state] as number;
  }

  advance(): void {
    const { bases, nBits } = this.#table;
    this.#state = (bases[this.#state] as number) + this.#bits.read(nBits[this.#state] as number);
  }
}

/** Symbol and length of the code that each number of `nBits` bits begins with (4.2). */
interface HuffmanTable {
  readonly nBits: number;
  readonly symbols: Uint8Array;
  readonly lengths: Uint8Array;
}

function readWeights(bytes: Uint8Array, start: number): readonly [weights: number[], end: number] {
  const header = littleEndian(bytes, start, 1);
  const weights: number[] = [];
  if (header >= 128) {
    const nWeights = header - 127;
    const end = start + 1 + ((nWeights + 1) >> 1);
    if (end > bytes.length) fail("cut off");
    for (let i = 0; i < nWeights; i++) {
      const pair = bytes[start + 1 + (i >> 1)] as number;
      weights.push(i % 2 === 0 ? pair >> 4 : pair & 15);
    }
    return [weights, end];
  }
  const end = start + 1 + header;
  if (end > bytes.length) fail("cut off");
  const whole = bytes.subarray(0, end);
  const [table, bitsStart] = readStates(whole, start + 1, 6, MAX_WEIGHTS);
  const bits = new BackwardBits(whole.subarray(bitsStart));
  let current = new State(table, bits);
  let other = new State(table, bits);
  if (bits.nLeft < 0) fail("cut off");
  while (bits.nLeft >= 0) {
    if (weights.length >= MAX_WEIGHTS) fail("too many weights");
    weights.push(current.symbol);
    current.advance();
    [current, other] = [other, current];
  }
  weights.push(current.symbol);
  return [weights, end];
}

function readHuffman(bytes: Uint8Array, start: number): readonly [table: HuffmanTable, end: number] {
  const [weights, end] = readWeights(bytes, start);
  let sum = 0;
  for (const weight of weights) {
    if (weight > MAX_HUFFMAN_BITS) fail("a code of too many bits");
    if (weight > 0) sum += 1 << (weight - 1);
  }
  if (sum === 0) fail("a table of no symbols");
  const nBits = highestBit(sum) + 1;
  const rest = (1 << nBits) - sum;
  if (nBits > MAX_HUFFMAN_BITS || (rest & (rest - 1)) !== 0 || weights.length > MAX_WEIGHTS)
    fail("codes that do not add up");
  weights.push(highestBit(rest) + 1);
  const symbols = new Uint8Array(1 << nBits);
  const lengths = new Uint8Array(1 << nBits);
  let place = 0;
  for (let weight = 1; weight <= nBits; weight++) {
    for (const [symbol, given] of weights.entries()) {
      if (given !== weight) continue;
      const next = place + (1 << (weight - 1));
      symbols.fill(symbol, place, next);
      lengths.fill(nBits + 1 - weight, place, next);
      place = next;
    }
  }
  return [{ nBits, symbols, lengths }, end];
}

function decodeHuffman(bytes: Uint8Array, { nBits, symbols, lengths }: HuffmanTable, output: Uint8Array): void {
  const bits = new BackwardBits(bytes);
  const mask = (1 << nBits) - 1;
  let { nLeft } = bits;
  for (let i = 0; i < output.length; i++) {
    const from = nLeft - nBits;
    const place = from >> 3;
    // A code has at most 11 bits, which begin in one of 8: three bytes hold it. Beyond the end they read as 0.
    const code =
      from >= 0
        ? (((bytes[place] as number) | ((bytes[place + 1] as number) << 8) | ((bytes[place + 2] as number) << 16)) >>>
            (from & 7)) &
          mask
        : bits.peekAt(nLeft, nBits);
    output[i] = symbols[code] as number;
    nLeft -= lengths[code] as number;
  }
  if (nLeft !== 0) fail("literals that do not end where they should");
}

/** A code of lengths: base of each code's values and number of its further bits (3.1.1.3.2.1). */
interface LengthCodes {
  readonly bases: readonly number[];
  readonly extraBits: readonly number[];
}

function lengthCodes(nPlain: number, first: number, extraBits: readonly number[]): LengthCodes {
  const bases = Array.from({ length: nPlain }, (_, i) => first + i);
  const nBits = [...bases.map(() => 0), ...extraBits];
  for (let code = nPlain; code < nBits.length; code++) {
    bases.push((bases[code - 1] as number) + (1 << (nBits[code - 1] as number)));
  }
  return { bases, extraBits: nBits };
}

/** Literals: codes 0 to 15 are the length itself. The base of 25 is 64: 48 and 4 bits. */
const LITERAL_CODES = lengthCodes(16, 0, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
/** Matches: codes 0 to 31 are the length less 3. */
const MATCH_CODES = lengthCodes(32, 3, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

/** What codes are used where a block brings no table (3.1.1.3.2.2). */
const DEFAULT_LITERAL_STATES = buildStates(
  [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
  6,
);
const DEFAULT_MATCH_STATES = buildStates(
  [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
  ],
  6,
);
const DEFAULT_OFFSET_STATES = buildStates(
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
  5,
);

const LITERAL_TABLE = { defaults: DEFAULT_LITERAL_STATES, maxAccuracyLog: 9, maxSymbol: 35 };
const OFFSET_TABLE = { defaults: DEFAULT_OFFSET_STATES, maxAccuracyLog: 8, maxSymbol: 31 };
const MATCH_TABLE = { defaults: DEFAULT_MATCH_STATES, maxAccuracyLog: 9, maxSymbol: 52 };

/** The blocks of one frame, which may use tables and offsets of those before. */
class Frame {
  readonly #output: Uint8Array;
  readonly #start: number;
  #end: number;
  #huffman: HuffmanTable | null = null;
  #literalStates: StateTable | null = null;
  #offsetStates: StateTable | null = null;
  #matchStates: StateTable | null = null;
  readonly #recent: [number, number, number] = [1, 4, 8];

  constructor(output: Uint8Array, start: number) {
    this.#output = output;
    this.#start = start;
    this.#end = start;
  }

  get end(): number {
    return this.#end;
  }

  #reserve(nBytes: number): void {
    if (nBytes > this.#output.length - this.#end) fail(`more than ${this.#output.length} bytes`);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#output.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  repeat(byte: number, nBytes: number): void {
    this.#reserve(nBytes);
    this.#output.fill(byte, this.#end, this.#end + nBytes);
    this.#end += nBytes;
  }

  decompress(block: Uint8Array): void {
    const [literals, sequencesStart] = this.#readLiterals(block);
    this.#runSequences(block, sequencesStart, literals);
  }

  /** (3.1.1.3.1) */
  #readLiterals(block: Uint8Array): readonly [literals: Uint8Array, end: number] {
    const header = littleEndian(block, 0, 1);
    const kind = header & 3;
    const format = (header >> 2) & 3;
    if (kind < 2) {
      const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
      const nLiterals = littleEndian(block, 0, headerBytes) >> (headerBytes === 1 ? 3 : 4);
      if (nLiterals > MAX_BLOCK_BYTES) fail("a block of more than 128 KiB");
      const end = headerBytes + (kind === 0 ? nLiterals : 1);
      if (end > block.length) fail("cut off");
      if (kind === 0) return [block.subarray(headerBytes, end), end];
      return [new Uint8Array(nLiterals).fill(block[headerBytes] as number), end];
    }
    const headerBytes = [3, 3, 4, 5][format] as number;
    const sizeBits = [10, 10, 14, 18][format] as number;
    littleEndian(block, 0, headerBytes);
    const nLiterals = bitsAt(block, 4, sizeBits);
    const nCompressed = bitsAt(block, 4 + sizeBits, sizeBits);
    const end = headerBytes + nCompressed;
    if (nLiterals > MAX_BLOCK_BYTES) fail("a block of more than 128 KiB");
    if (end > block.length) fail("cut off");
    let start = headerBytes;
    if (kind === 2) [this.#huffman, start] = readHuffman(block.subarray(0, end), start);
    const table = this.#huffman ?? fail("literals without a table");
    const literals = new Uint8Array(nLiterals);
    if (format === 0) {
      decodeHuffman(block.subarray(start, end), table, literals);
      return [literals, end];
    }
    const nQuarter = (nLiterals + 3) >> 2;
    if (3 * nQuarter > nLiterals) fail("too few literals for four parts");
    let from = start + 6;
    for (let part = 0; part < 4; part++) {
      const to = part < 3 ? from + littleEndian(block, start + 2 * part, 2) : end;
      if (to > end || from > to) fail("cut off");
      const output = literals.subarray(part * nQuarter, part < 3 ? (part + 1) * nQuarter : nLiterals);
      decodeHuffman(block.subarray(from, to), table, output);
      from = to;
    }
    return [literals, end];
  }

  /** (3.1.1.3.2) */
  #runSequences(block: Uint8Array, start: number, literals: Uint8Array): void {
    const blockEnd = this.#end + MAX_BLOCK_BYTES;
    let place = start;
    let nSequences = littleEndian(block, place++, 1);
    if (nSequences === 255) {
      nSequences = littleEndian(block, place, 2) + 0x7f00;
      place += 2;
    } else if (nSequences > 127) nSequences = ((nSequences - 128) << 8) + littleEndian(block, place++, 1);
    if (nSequences === 0) {
      if (place !== block.length) fail("bytes behind a block");
      this.append(literals);
      return;
    }
    const modes = littleEndian(block, place++, 1);
    if ((modes & 3) !== 0) fail("a reserved mode");
    const readTable = (
      mode: number,
      last: StateTable | null,
      { defaults, maxAccuracyLog, maxSymbol }: typeof LITERAL_TABLE,
    ): StateTable => {
      if (mode === 0) return defaults;
      if (mode === 3) return last ?? fail("a table that was not given");
      if (mode === 1) {
        const symbol = littleEndian(block, place++, 1);
        if (symbol > maxSymbol) fail(`code ${symbol}`);
        return {
          accuracyLog: 0,
          symbols: Uint8Array.of(symbol),
          nBits: Uint8Array.of(0),
          bases: Uint16Array.of(0),
        };
      }
      const [table, end] = readStates(block, place, maxAccuracyLog, maxSymbol);
      place = end;
      return table;
    };
    this.#literalStates = readTable(modes >> 6, this.#literalStates, LITERAL_TABLE);
    this.#offsetStates = readTable((modes >> 4) & 3, this.#offsetStates, OFFSET_TABLE);
    this.#matchStates = readTable((modes >> 2) & 3, this.#matchStates, MATCH_TABLE);

    const bits = new BackwardBits(block.subarray(place));
    const literalState = new State(this.#literalStates, bits);
    const offsetState = new State(this.#offsetStates, bits);
    const matchState = new State(this.#matchStates, bits);
    const output = this.#output;
    let nUsed = 0;
    for (let i = 0; i < nSequences; i++) {
      if (i > 0) {
        literalState.advance();
        matchState.advance();
        offsetState.advance();
      }
      const offsetCode = offsetState.symbol;
      const matchCode = matchState.symbol;
      const literalCode = literalState.symbol;
      const offsetValue = 2 ** offsetCode + bits.read(offsetCode);
      const matchLength =
        (MATCH_CODES.bases[matchCode] as number) + bits.read(MATCH_CODES.extraBits[matchCode] as number);
      const literalLength =
        (LITERAL_CODES.bases[literalCode] as number) + bits.read(LITERAL_CODES.extraBits[literalCode] as number);
      if (bits.nLeft < 0) fail("cut off");
      if (literalLength > literals.length - nUsed) fail("too few literals");
      if (this.#end + literalLength + matchLength > blockEnd) fail("a block of more than 128 KiB");
      this.#reserve(literalLength);
      // Most are a few bytes, for which a loop is faster than a view.
      for (let k = 0; k < literalLength; k++) output[this.#end + k] = literals[nUsed + k] as number;
      this.#end += literalLength;
      nUsed += literalLength;
      this.#copy(this.#takeOffset(offsetValue, literalLength === 0), matchLength);
    }
    if (bits.nLeft !== 0) fail("sequences that do not end where they should");
    if (this.#end + literals.length - nUsed > blockEnd) fail("a block of more than 128 KiB");
    this.append(literals.subarray(nUsed));
  }

  /** Values up to 3 name a recent offset (3.1.1.5). */
  #takeOffset(value: number, isWithoutLiterals: boolean): number {
    const recent = this.#recent;
    const [first, second, third] = recent;
    let offset = value - 3;
    let which = 3;
    if (value <= 3) {
      which = value - 1 + (isWithoutLiterals ? 1 : 0);
      if (which === 0) return first;
      offset = which === 1 ? second : which === 2 ? third : first - 1;
    }
    if (which > 1) recent[2] = second;
    recent[1] = first;
    recent[0] = offset;
    return offset;
  }

  #copy(offset: number, nBytes: number): void {
    if (offset <= 0 || offset > this.#end - this.#start) fail("a copy from before the start");
    this.#reserve(nBytes);
    const output = this.#output;
    const end = this.#end + nBytes;
    // Byte by byte, for a copy may reach into what it writes.
    for (let i = this.#end; i < end; i++) output[i] = output[i - offset] as number;
    this.#end = end;
  }
}

/** Where the blocks of a frame begin, and whether a checksum follows them (3.1.1.1). */
function readFrameHeader(bytes: Uint8Array, start: number): readonly [place: number, hasChecksum: boolean] {
  const descriptor = littleEndian(bytes, start, 1);
  const isSingle = (descriptor & 0x20) !== 0;
  if ((descriptor & 8) !== 0) fail("a reserved bit");
  let place = start + 1 + (isSingle ? 0 : 1);
  const idBytes = [0, 1, 2, 4][descriptor & 3] as number;
  if (littleEndian(bytes, place, idBytes) !== 0) fail("a dictionary is needed");
  place += idBytes;
  const sizeFlag = descriptor >> 6;
  place += sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
  return [place, (descriptor & 4) !== 0];
}

/**
 * Returns the `nBytes` that the frames hold. Time and memory are bounded by the bytes in and out.
 * @throws {Error} when the bytes are damaged or hold another number
 */
export function decompressZstandard(input: Uint8Array, nBytes: number): Uint8Array {
  const output = new Uint8Array(nBytes);
  let end = 0;
  let place = 0;
  while (place < input.length) {
    const magic = littleEndian(input, place, 4);
    place += 4;
    if (Math.floor(magic / 16) === SKIPPABLE_MAGIC / 16) {
      place += 4 + littleEndian(input, place, 4);
      if (place > input.length) fail("cut off");
      continue;
    }
    if (magic !== MAGIC) fail("no frame");
    const [blocksStart, hasChecksum] = readFrameHeader(input, place);
    place = blocksStart;
    const frameStart = end;
    const frame = new Frame(output, frameStart);
    for (let isLast = false; !isLast; ) {
      const header = littleEndian(input, place, 3);
      place += 3;
      isLast = (header & 1) === 1;
      const kind = (header >> 1) & 3;
      const nBlockBytes = header >> 3;
      if (kind === 3 || nBlockBytes > MAX_BLOCK_BYTES) fail("a block of more than 128 KiB");
      const next = place + (kind === 1 ? 1 : nBlockBytes);
      if (next > input.length) fail("cut off");
      const block = input.subarray(place, next);
      if (kind === 0) frame.append(block);
      else if (kind === 1) frame.repeat(block[0] as number, nBlockBytes);
      else frame.decompress(block);
      place = next;
    }
    end = frame.end;
    if (hasChecksum) {
      const expected = littleEndian(input, place, 4);
      const found = xxHash64Low(output.subarray(frameStart, end));
      if (found !== expected) fail(`checksum ${found} and not ${expected}`);
      place += 4;
    }
  }
  if (end !== nBytes) fail(`${end} bytes and not ${nBytes}`);
  return output;
}
