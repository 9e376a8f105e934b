import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../../../src/errors.js";
import { loadDictionary } from "../../../src/io/dictionary-file.js";
import { Dictionary } from "../../../src/morph/dictionary.js";
import { adler32, PREFIX_BYTES, parseDictionaryHeader } from "../../../src/morph/dictionary-format.js";
import { formatFeatures } from "../../../src/morph/features.js";
import type { Inflate } from "../../../src/morph/section-reader.js";
import { encodeDictionary } from "../../../tools/encode-dictionary.js";
import { CATEGORY, CONTEXT, entry, smallDictionary, smallSource } from "./small-dictionary.js";

const { noun, particle } = CONTEXT;

const inflate: Inflate = (bytes, sizeBytes) => inflateSync(bytes, { maxOutputLength: Math.max(1, sizeBytes) });

const ENTRIES = [
  entry("나라", noun, 500, { tag: "NNG", final: "F" }),
  entry("나", noun, 100, { tag: "NP", final: "F" }),
  entry("國", noun, -300, { tag: "NNG", final: "T", reading: "국" }),
  entry("나", particle, 200, { tag: "JX" }, 6_000),
  entry("나라말", noun, 900, { tag: "NNG", type: "Compound", expression: "나라/NNG/*+말/NNG/*" }),
  entry("신다", noun, 70, {
    tag: "EP+EC",
    type: "Inflect",
    firstTag: "EP",
    lastTag: "EC",
    expression: "시/EP/*+ㄴ다/EC/*",
  }),
];

interface HeaderJson {
  id?: string;
  counts?: Record<string, number>;
  sections: { offset: number; sizeBytes: number }[];
}

/** The file with its header changed by `edit` and the prefix made to match, so that only the edited field is wrong. */
function withHeader(bytes: Uint8Array, edit: (header: HeaderJson) => void): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const headerBytes = view.getUint32(12, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes)));
  edit(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const changed = Buffer.concat([bytes.subarray(0, PREFIX_BYTES), text, bytes.subarray(PREFIX_BYTES + headerBytes)]);
  changed.writeUInt32LE(text.length, 12);
  changed.writeUInt32LE(adler32(text), 16);
  return changed;
}

function fault(bytes: Uint8Array, unpack: Inflate = inflate): ModelFormatError {
  try {
    const dictionary = Dictionary.fromBytes(bytes, unpack);
    dictionary.features(0);
  } catch (error) {
    if (error instanceof ModelFormatError) return error;
    throw error;
  }
  throw new Error("no fault was reported");
}

describe("Dictionary", () => {
  it("orders words by length, then surface, then dictionary order", async () => {
    const dictionary = await smallDictionary(ENTRIES);
    const words = Array.from(
      { length: dictionary.nWords },
      (_, id) => `${dictionary.surface(id)}/${dictionary.tag(id)}`,
    );
    expect(words).toEqual(["國/NNG", "나/NP", "나/JX", "나라/NNG", "신다/EP+EC", "나라말/NNG"]);
  });

  it("gives back all eight features of every entry", async () => {
    const dictionary = await smallDictionary(ENTRIES);
    const lines = Array.from({ length: dictionary.nWords }, (_, id) => formatFeatures(dictionary.features(id)));
    expect(lines).toEqual([
      "NNG,*,T,국,*,*,*,*",
      "NP,*,F,나,*,*,*,*",
      "JX,*,*,나,*,*,*,*",
      "NNG,*,F,나라,*,*,*,*",
      "EP+EC,*,*,신다,Inflect,EP,EC,시/EP/*+ㄴ다/EC/*",
      "NNG,*,*,나라말,Compound,*,*,나라/NNG/*+말/NNG/*",
    ]);
  });

  it("gives costs, penalties and connections back unchanged", async () => {
    const { tables } = await smallDictionary(ENTRIES, { "1,2": -50, "2,0": 7, "3,3": -32_768, "0,1": 32_767 });
    const cost = (right: number, left: number) =>
      tables.connections[left * tables.rowStride + tables.columnOffsets[right]!];
    expect([...tables.wordCosts.subarray(0, 6)]).toEqual([-300, 100, 200, 500, 70, 900]);
    expect(tables.classPenalty[tables.wordClasses[2]!]).toBe(6_000);
    const row = (id: number) => tables.classLeft[tables.wordClasses[id]!]!;
    const column = (id: number) => tables.classRight[tables.wordClasses[id]!]!;
    const unknown = tables.nWords + CATEGORY.HANGUL;
    expect(cost(column(1), row(2))).toBe(-50);
    expect(cost(column(2), tables.endLeft)).toBe(7);
    expect(cost(column(unknown), row(unknown))).toBe(-32_768);
    expect(cost(tables.beginRight, row(1))).toBe(32_767);
  });

  it("numbers unknown words after the entries, with a tag and no other feature", async () => {
    const dictionary = await smallDictionary(ENTRIES);
    const id = dictionary.nWords + CATEGORY.HANGUL;
    expect(dictionary.isUnknown(id)).toBe(true);
    expect(formatFeatures(dictionary.features(id))).toBe("UNKNOWN,*,*,*,*,*,*,*");
    expect(() => dictionary.surface(id)).toThrow(RangeError);
    expect(() => dictionary.features(dictionary.nWords + 4)).toThrow("wordId must be an integer 0 to 9; got 10");
  });

  it("encodes equal sources to equal bytes, whatever the order of different surfaces", async () => {
    const bytes = await encodeDictionary(smallSource(ENTRIES));
    expect(await encodeDictionary(smallSource(ENTRIES))).toEqual(bytes);
    const [first, ...others] = ENTRIES;
    expect(await encodeDictionary(smallSource([...others, first!]))).toEqual(bytes);
  });

  it("names its content by a hash that no layout of the file changes", async () => {
    const { hash } = parseDictionaryHeader(await encodeDictionary(smallSource(ENTRIES)));
    const dearer = [{ ...ENTRIES[0]!, cost: 501 }, ...ENTRIES.slice(1)];
    expect(parseDictionaryHeader(await encodeDictionary(smallSource(dearer))).hash).not.toBe(hash);
    // Models name it: it must stay as it was in the first files.
    expect((await loadDictionary()).hash).toBe("96774116f45259f8f9931ca2a10b3adf1c2fc3e71b91b39686a3796bd8256bbd");
  });

  it("reads from a view at an odd offset of a larger buffer", async () => {
    const bytes = await encodeDictionary(smallSource(ENTRIES));
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const oddInflate: Inflate = (part) => {
      const plain = inflateSync(part);
      // A Buffer, whose slice() would not copy.
      const shifted = Buffer.alloc(plain.length + 1);
      shifted.set(plain, 1);
      return shifted.subarray(1);
    };
    const dictionary = Dictionary.fromBytes(larger.subarray(3), oddInflate);
    expect(dictionary.features(5).expression).toBe("나라/NNG/*+말/NNG/*");
  });

  it("has the real dictionary's 816,283 entries and answers for the first, the last and a Hanja reading", async () => {
    const dictionary = await loadDictionary();
    expect(dictionary.id).toBe("mecab-ko-dic-2.1.1-20180720");
    expect(dictionary.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(dictionary.nWords).toBe(816_283);
    expect([dictionary.tables.nLeft, dictionary.tables.nRight]).toEqual([1_908, 1_902]);
    expect(dictionary.surface(0)).toBe("!");
    expect(dictionary.surface(dictionary.nWords - 1)).toHaveLength(17);
  });
});

describe("Dictionary.share", () => {
  it("lets another thread have the same words and features, user words among them, on the same tables", async () => {
    const features = { ...entry("누리", noun, 0, { tag: "NNP" }).features };
    const word = { surface: "누리", leftId: noun, rightId: noun, cost: -5, features };
    const dictionary = await (await smallDictionary(ENTRIES)).withUserWords([word]);
    const other = Dictionary.fromShare(structuredClone(dictionary.share()), dictionary.tables, inflate);
    expect([other.id, other.hash, other.userHash]).toEqual([dictionary.id, dictionary.hash, dictionary.userHash]);
    expect(other.userWords).toEqual([word]);
    for (let id = 0; id < dictionary.nWords; id++) expect(other.features(id)).toEqual(dictionary.features(id));
    expect(other.wordIds("누리")).toEqual(dictionary.wordIds("누리"));
    expect(other.wordIds("누리")).toHaveLength(1);
  });
});

describe("Dictionary.fromBytes on damaged bytes", () => {
  it("names what is wrong with the prefix", async () => {
    const bytes = await encodeDictionary(smallSource(ENTRIES));
    expect(fault(bytes.subarray(0, 10)).message).toContain("expected at least 20 bytes; found 10 bytes");
    expect(fault(new Uint8Array(100)).message).toContain('expected "NCLFDIC1"');
    const version = bytes.slice();
    version[8] = 9;
    expect(fault(version).message).toContain("byte 8: expected version 2; found version 9");
    const length = bytes.slice();
    length.fill(0xff, 12, 16);
    expect(fault(length).message).toContain("found 4294967295 bytes");
    const header = bytes.slice();
    header[PREFIX_BYTES + 8]! ^= 1;
    expect(fault(header).message).toContain("byte 16: expected header checksum");
  });

  it("refuses counts and sections outside their limits before it allocates", async () => {
    const bytes = await encodeDictionary(smallSource(ENTRIES));
    const counts = withHeader(bytes, (header) => Object.assign(header.counts!, { words: 4_000_000_000 }));
    expect(fault(counts).message).toContain("expected counts.words 1 to 3000000; found 4000000000");
    const matrix = withHeader(bytes, (header) => Object.assign(header.counts!, { left: 60_000, right: 60_000 }));
    expect(fault(matrix).message).toContain("at most 16000000 connections; found 3600000000");
    const noCounts = withHeader(bytes, (header) => delete header.counts);
    expect(fault(noCounts).message).toContain("found undefined");
    const order = withHeader(bytes, (header) => header.sections.reverse());
    expect(fault(order).message).toContain("expected section characters at place 0");
    // 40 MiB twice are more than the 64 MiB that there is room for.
    const together = withHeader(bytes, (header) => {
      const before = JSON.stringify(header).length;
      for (const section of header.sections.slice(0, 2)) Object.assign(section, { sizeBytes: 40 * 2 ** 20 });
      // The sections begin behind the header, which the larger numbers make longer.
      const nMore = JSON.stringify(header).length - before;
      for (const section of header.sections) Object.assign(section, { offset: section.offset + nMore });
    });
    expect(fault(together).message).toContain("of at most 25165824 bytes, and 67108864 in all; found 41943040");
    const noId = withHeader(bytes, (header) => delete header.id);
    expect(fault(noId).message).toContain("expected id, hash and spaceType");
  });

  it("reports every cut and every flipped byte as a fault of the file, never as another error", async () => {
    const bytes = await encodeDictionary(smallSource(ENTRIES));
    for (let length = 0; length < bytes.length; length += 7) {
      expect(fault(bytes.subarray(0, length)).code).toBe("DICTIONARY_FORMAT");
    }
    for (let i = 0; i < bytes.length; i++) {
      const flipped = bytes.slice();
      flipped[i]! ^= 0x55;
      expect(fault(flipped).code, `byte ${i}`).toBe("DICTIONARY_FORMAT");
    }
  });

  it("checks numbers that are intact but wrong", async () => {
    const bytes = await encodeDictionary(smallSource(ENTRIES));
    const { sections } = parseDictionaryHeader(bytes);
    // A part of the details is a copy that begins with them.
    const details = sections.find(({ name }) => name === "classFeatures")!.offset;
    const nameOf = (part: Uint8Array) => {
      const offset = part.byteOffset + (part.buffer === bytes.buffer ? -bytes.byteOffset : details);
      return sections.find((section) => section.offset === offset)!.name;
    };
    const wrong = (name: string): Inflate => {
      return (part, sizeBytes) => {
        const plain = new Uint8Array(inflate(part, sizeBytes));
        return nameOf(part) === name ? plain.fill(0xff) : plain;
      };
    };
    for (const name of ["characters", "nodes", "words", "classes", "leftRows", "rightColumns", "classFeatures"]) {
      expect(fault(bytes, wrong(name)).message, name).toContain(`section ${name} with`);
    }
    expect(fault(bytes, wrong("expressionKinds")).message).toContain("section expressionKinds with");
    const short: Inflate = (part, sizeBytes) => inflate(part, sizeBytes).subarray(1);
    expect(fault(bytes, short).message).toContain("bytes; found");
  });

  it("says how to make the dictionary anew and keeps the cause", async () => {
    const bytes = await encodeDictionary(smallSource(ENTRIES));
    const cause = new Error("no zlib");
    const error = fault(bytes, () => {
      throw cause;
    });
    expect(error.message).toContain("npm run build");
    expect(error.cause).toBe(cause);
  });
});

describe("encodeDictionary", () => {
  it("refuses more than 255 entries of one surface", async () => {
    const entries = Array.from({ length: 256 }, (_, cost) => entry("가", noun, cost, { tag: "NNG" }));
    await expect(encodeDictionary(smallSource(entries))).rejects.toThrow(
      "at most 255 entries may share a surface; got 256",
    );
  });
});
