/** Tables in plain arrays, and the plain TypeScript way to fill tables of any layout: the truth for other stores. */

import {
  type ClassTables,
  CODE_UNITS,
  RARE_CODE,
  RARE_DISTANCE,
  type TableShape,
  type TableStore,
  type ViterbiTables,
} from "./viterbi.js";

/** One array for each table: a stride is 1, a row of connection costs lies in one piece. */
export const REFERENCE_STORE: TableStore = {
  allocate: (shape, classes) => ({
    ...shape,
    ...classes,
    characters: new Uint32Array(CODE_UNITS),
    labels: new Uint16Array(shape.nNodes),
    nodeStride: 1,
    firstChild: new Uint32Array(shape.nNodes + 1),
    firstWord: new Uint32Array(shape.nNodes + 1),
    wordStride: 1,
    wordClasses: new Uint16Array(shape.nWords + shape.nCategories),
    wordCosts: new Int16Array(shape.nWords + shape.nCategories),
    connections: new Int16Array(shape.nLeft * shape.nRight),
    columnOffsets: Uint32Array.from({ length: shape.nRight }, (_, column) => column),
    rowStride: shape.nRight,
  }),

  fillTrie({ firstChild, firstWord, nodeStride, nNodes }, { codes, rare, kinds }) {
    const nKinds = kinds.length >> 1;
    let nextRare = 0;
    let nextNode = 1;
    let nextWord = 0;
    for (let node = 0; node < nNodes; node++) {
      const code = codes[node];
      const kind = code === RARE_CODE ? (rare[nextRare++] ?? nKinds) : code;
      if (kind >= nKinds || nextNode <= node) return node;
      firstChild[node * nodeStride] = nextNode;
      firstWord[node * nodeStride] = nextWord;
      nextNode += kinds[kind];
      nextWord += kinds[nKinds + kind];
    }
    firstChild[nNodes * nodeStride] = nextNode;
    firstWord[nNodes * nodeStride] = nextWord;
    return -1;
  },

  fillWords({ wordClasses, wordCosts, wordStride, classLeft }, { codes, rare, kinds }) {
    const nKinds = kinds.length >> 1;
    if (kinds.subarray(0, nKinds).some((wordClass) => wordClass >= classLeft.length)) return 0;
    let nextRare = 0;
    for (let word = 0; word < codes.length; word++) {
      const code = codes[word];
      const kind = code === RARE_CODE ? (rare[nextRare++] ?? nKinds) : code;
      if (kind >= nKinds) return word;
      wordClasses[word * wordStride] = kinds[kind];
      // Modulo 2^16: the costs are int16.
      wordCosts[word * wordStride] = kinds[nKinds + kind];
    }
    return -1;
  },

  fillConnections({ connections, columnOffsets, rowStride, nLeft, nRight }, distances, rare) {
    /** Costs of the row above, then of this one. */
    const costs = new Int16Array(nRight);
    let nextRare = 0;
    for (let row = 0; row < nLeft; row++) {
      // The running sum of the distances is the rise over the row above.
      let rise = 0;
      for (let column = 0; column < nRight; column++) {
        let distance: number | undefined = distances[row * nRight + column];
        if (distance === RARE_DISTANCE) distance = rare[nextRare++];
        if (distance === undefined) return false;
        rise = (rise + distance) | 0;
        costs[column] += rise;
        connections[columnOffsets[column] + row * rowStride] = costs[column];
      }
    }
    return true;
  },
};

/** The same tables in memory of another store. */
export function copyTables(source: ViterbiTables, store: TableStore): ViterbiTables {
  const copy = store.allocate(shapeOf(source), classesOf(source));
  const { nWords, nCategories, nNodes, nLeft, nRight } = source;
  copy.characters.set(source.characters);
  copy.labels.set(source.labels);
  for (let node = 0; node <= nNodes; node++) {
    copy.firstChild[node * copy.nodeStride] = source.firstChild[node * source.nodeStride];
    copy.firstWord[node * copy.nodeStride] = source.firstWord[node * source.nodeStride];
  }
  for (let word = 0; word < nWords + nCategories; word++) {
    copy.wordClasses[word * copy.wordStride] = source.wordClasses[word * source.wordStride];
    copy.wordCosts[word * copy.wordStride] = source.wordCosts[word * source.wordStride];
  }
  for (let column = 0; column < nRight; column++) {
    const from = source.columnOffsets[column];
    const to = copy.columnOffsets[column];
    for (let row = 0; row < nLeft; row++) {
      copy.connections[to + row * copy.rowStride] = source.connections[from + row * source.rowStride];
    }
  }
  return copy;
}

export function shapeOf(tables: ViterbiTables): TableShape {
  const { nWords, nCategories, nNodes, nLeft, nRight, spaceType, endLeft, beginRight } = tables;
  return { nWords, nCategories, nNodes, nLeft, nRight, spaceType, endLeft, beginRight };
}

export function classesOf({ classLeft, classRight, classPenalty }: ViterbiTables): ClassTables {
  return { classLeft, classRight, classPenalty };
}
