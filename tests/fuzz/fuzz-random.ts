/** Seeded choices for fuzzing: the same seed gives the same inputs on every machine. */
export class FuzzRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to n - 1. @see Steele, Lea and Flood 2014, SplitMix, with the 32-bit constants of mulberry32 */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** Up to `most` pieces of a list, one after another. */
  join(pieces: readonly string[], most: number): string {
    let text = "";
    for (let n = this.below(most + 1); n > 0; n--) text += this.pick(pieces);
    return text;
  }
}

const NUMBERS = ["0", "-1", "1", "1e999", "0.5", "9007199254740991", "9007199254740992", "4294967296", "1e15", "null"];
const DEEP = 20_000;
const STRINGS = [
  // Inside of a manifest, which is itself a string: no text can be made of these without care.
  '{\\"toString\\":1,\\"valueOf\\":1}',
  `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`,
  '"__proto__"',
  '"constructor"',
  '""',
  '"F64"',
  '"U8"',
  '"\\ud800"',
  "[]",
  "{}",
  "[1,1,1,1,1,1,1,1,1]",
];

/** Another number, string or key in a JSON text that stands in bytes; the bytes around it stay. */
function mutateJson(random: FuzzRandom, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const end = Math.min(text.length, 4096);
  const values = [...text.slice(8, end).matchAll(/-?\d+(?:\.\d+)?|"[^"]{0,40}"/g)];
  if (values.length === 0) return bytes;
  const { 0: found, index } = random.pick(values);
  const put = random.pick(found.startsWith('"') ? STRINGS : NUMBERS);
  const start = 8 + index;
  const before = Buffer.from(text.slice(8, start), "latin1");
  const rest = Buffer.from(text.slice(start + found.length), "latin1");
  const changed = Buffer.concat([Buffer.from(bytes.subarray(0, 8)), before, Buffer.from(put), rest]);
  // Most often the length of the header goes along, so that the fault lies deeper.
  if (random.below(4) > 0 && changed.length >= 8) {
    const length = changed.readBigUInt64LE(0) + BigInt(put.length - found.length);
    changed.writeBigUInt64LE(BigInt.asUintN(64, length), 0);
  }
  return changed;
}

/** Bytes with some flipped, replaced, cut off, repeated, or with another length or JSON value. */
export function mutateBytes(random: FuzzRandom, seed: Uint8Array): Uint8Array {
  let bytes = new Uint8Array(seed);
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(bytes.length + 1);
    switch (random.below(8)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        for (let i = 0; i < 8 && at + i < bytes.length; i++) bytes[at + i] = random.pick([0, 0xff, 0x7f, 0x1f]);
        break;
      case 2: {
        const from = random.below(bytes.length + 1);
        bytes = new Uint8Array([
          ...bytes.subarray(0, at),
          ...bytes.subarray(from, from + random.below(64)),
          ...bytes.subarray(at),
        ]);
        break;
      }
      case 3:
        // The length of the header, near 2^53 among others.
        bytes.set(
          random
            .pick([
              [0, 0, 0, 0, 0, 0, 0x20, 0],
              [255, 255, 255, 255, 255, 255, 255, 255],
              [at & 255, at >> 8],
            ])
            .slice(0, bytes.length),
        );
        break;
      case 4:
      case 5:
        bytes = new Uint8Array(mutateJson(random, bytes));
        break;
      default:
        if (bytes.length > 0) bytes[Math.min(at, bytes.length - 1)] = random.below(256);
    }
  }
  return bytes;
}

const ODD = [
  ..."\ud800|\udc00|\ud83d\ude00|\0|\u202e|\u2066|\u200b|\ufeff|\u0301\u0301\u0301\u0301|가|각|뷁|힣|ㅋㅋㅋ|漢|A|z|0|.|,|&amp;|&#0;|&#x110000;|<b|>|</b>|<!--|-->".split(
    "|",
  ),
  ..."[속보]|(서울=연합뉴스) 홍길동 기자 = |▶|ⓒ|무단전재 및 재배포 금지|a@b.kr|금리|은행|경기|선수".split("|"),
  ...[" ", "\n", "\r\n", "\t", "\u3000", "\u00a0", "\u1100\u1161\u11a8", "\u{e0041}", "constructor", "__proto__"],
];

/** A text of odd characters, now and then one of thousands, zalgo or a single run. */
export function oddText(random: FuzzRandom): string {
  const kind = random.below(400);
  if (kind === 0) return random.pick(ODD).repeat(1 + random.below(20_000));
  if (kind === 1) return `가${"\u0301\u0489".repeat(random.below(3_000))}`;
  if (kind < 20) return random.join(ODD, 300);
  return random.join(ODD, 12);
}

/** UTF-16 units of a long line. */
const LONG_LINE = 10_000_000;

/** A text of ten million units on one line: one character, a few over and over, marks in or out of order, or pairs of surrogates. */
export function longLine(random: FuzzRandom): string {
  const kinds = [
    () => random.pick(ODD),
    () => random.join(ODD, 1000) || "가",
    () => `${random.pick(["가", "a", "\u{20000}"])}${"\u0301\u0316\u0489".repeat(random.below(40))}`,
    () => `${"\u0301\u0316".repeat(LONG_LINE / 4)}`,
    () => random.pick(["\u{1f600}", "\u{20000}", "\u{1d7ce}", "\u{1d165}", "\u1112", "'", "(", "<", "&", "▶", "="]),
  ];
  const piece = random
    .pick(kinds)()
    .replaceAll(/[\r\n]/g, " ");
  return piece.repeat(Math.ceil(LONG_LINE / piece.length)).slice(0, LONG_LINE);
}

/** A value inside of thousands of others, one that holds itself, or one that cannot be shown as text. */
export function oddValue(random: FuzzRandom): unknown {
  const kind = random.below(4);
  if (kind === 0) {
    let value: unknown = 1;
    for (let depth = random.below(DEEP); depth > 0; depth--) value = depth % 2 === 0 ? [value] : { x: value };
    return value;
  }
  if (kind === 1) {
    const circle: unknown[] = [];
    circle.push(circle);
    return circle;
  }
  return kind === 2 ? [1n] : Object.create(null);
}
