/** Words added to a dictionary's tables, so that every kernel takes them as it takes the dictionary's own. */

import type { ViterbiTables } from "../kernels/viterbi.js";

/** What the tables need of an added word. */
export interface AddedWord {
  readonly surface: string;
  readonly classId: number;
  readonly cost: number;
}

export type WordTables = Pick<
  ViterbiTables,
  | "nWords"
  | "nNodes"
  | "labels"
  | "nodeStride"
  | "firstChild"
  | "firstWord"
  | "wordStride"
  | "wordClasses"
  | "wordCosts"
>;

export interface MergedWords {
  readonly tables: WordTables;
  /** [nAdded] Ids of the added words, ascending. The other ids keep their order. */
  readonly addedIds: Uint32Array;
  /** [nAdded] Place of each id in the given words. */
  readonly addedPlaces: Uint32Array;
}

const NO_NODE = 0xffff_ffff;

/**
 * One breadth-first trie over the dictionary's words and the added ones. Within a surface the dictionary's own come
 * first, then the added ones in the order given: the order that decides between equal costs.
 *
 * Linear in the size of the dictionary; new arrays for all but characters and connections.
 */
export function mergeWords(base: ViterbiTables, added: readonly AddedWord[]): MergedWords {
  const order = Array.from(added.keys()).sort((a, b) => compareSurfaces(added[a]!, added[b]!) || a - b);
  const surfaces = order.map((place) => added[place]!.surface);
  const nAddedUnits = surfaces.reduce((total, surface) => total + surface.length, 0);
  const maxNodes = base.nNodes + nAddedUnits;
  const nBaseIds = base.nWords + base.nCategories;
  const nIds = nBaseIds + added.length;

  const labels = new Uint16Array(maxNodes);
  const firstChild = new Uint32Array(maxNodes + 1);
  const firstWord = new Uint32Array(maxNodes + 1);
  const wordClasses = new Uint16Array(nIds);
  const wordCosts = new Int16Array(nIds);
  const addedIds = new Uint32Array(added.length);
  const addedPlaces = new Uint32Array(added.length);

  /** The dictionary's node for each node, NO_NODE where only added words lead. */
  const baseNodes = new Uint32Array(maxNodes);
  /** Nodes that added words lead to, ascending: the words are `surfaces` low to high - 1, the node their first depth units. */
  const ranges = [{ node: 0, low: 0, high: added.length, depth: 0 }];
  let nextRange = 0;

  let nNodes = 1;
  /** Words of the dictionary that lie in the new arrays. */
  let nCopied = 0;
  let nAdded = 0;

  const copyWordsBefore = (end: number): void => {
    for (; nCopied < end; nCopied++) {
      wordClasses[nCopied + nAdded] = base.wordClasses[nCopied * base.wordStride]!;
      wordCosts[nCopied + nAdded] = base.wordCosts[nCopied * base.wordStride]!;
    }
  };
  const addWord = (place: number): void => {
    const wordId = nCopied + nAdded;
    wordClasses[wordId] = added[place]!.classId;
    wordCosts[wordId] = added[place]!.cost;
    addedIds[nAdded] = wordId;
    addedPlaces[nAdded++] = place;
  };

  /** The dictionary's words before the node at work: words lie in the order of their nodes. */
  let nWordsBefore = 0;
  for (let node = 0; node < nNodes; node++) {
    const baseNode = baseNodes[node]!;
    firstChild[node] = nNodes;
    firstWord[node] = nWordsBefore + nAdded;
    let child = 0;
    let childEnd = 0;
    if (baseNode !== NO_NODE) {
      const next = (baseNode + 1) * base.nodeStride;
      nWordsBefore = base.firstWord[next]!;
      child = base.firstChild[next - base.nodeStride]!;
      childEnd = base.firstChild[next]!;
    }
    const range = ranges[nextRange];
    if (range?.node === node) {
      nextRange++;
      const { high, depth } = range;
      let { low } = range;
      if (low < high && surfaces[low]!.length === depth) copyWordsBefore(nWordsBefore);
      for (; low < high && surfaces[low]!.length === depth; low++) addWord(order[low]!);
      while (low < high) {
        const unit = surfaces[low]!.charCodeAt(depth);
        const start = low;
        while (low < high && surfaces[low]!.charCodeAt(depth) === unit) low++;
        for (; child < childEnd && base.labels[child]! < unit; child++) {
          labels[nNodes] = base.labels[child]!;
          baseNodes[nNodes++] = child;
        }
        ranges.push({ node: nNodes, low: start, high: low, depth: depth + 1 });
        const isShared = child < childEnd && base.labels[child] === unit;
        labels[nNodes] = unit;
        baseNodes[nNodes++] = isShared ? child++ : NO_NODE;
      }
    }
    for (; child < childEnd; child++) {
      labels[nNodes] = base.labels[child]!;
      baseNodes[nNodes++] = child;
    }
  }
  firstChild[nNodes] = nNodes;
  const nWords = base.nWords + nAdded;
  firstWord[nNodes] = nWords;
  // Unknown words come last.
  copyWordsBefore(nBaseIds);

  return {
    tables: {
      nWords,
      nNodes,
      labels: labels.subarray(0, nNodes),
      nodeStride: 1,
      firstChild: firstChild.subarray(0, nNodes + 1),
      firstWord: firstWord.subarray(0, nNodes + 1),
      wordStride: 1,
      wordClasses,
      wordCosts,
    },
    addedIds,
    addedPlaces,
  };
}

/** By code unit, as the trie is. */
function compareSurfaces(left: AddedWord, right: AddedWord): number {
  return left.surface < right.surface ? -1 : left.surface > right.surface ? 1 : 0;
}
