/** Tables in plain arrays, and the plain TypeScript way to fill tables of any layout: the truth for other stores. */

import { type ClassTables, CODE_UNITS, type TableShape, type TableStore, type ViterbiTables } from "./viterbi.js";

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

  fillTrie({ firstChild, firstWord, nodeStride }, childCounts, wordCounts) {
    let nextNode = 1;
    let nextWord = 0;
    for (let node = 0; node < childCounts.length; node++) {
      if (nextNode <= node) return node;
      firstChild[node * nodeStride] = nextNode;
      firstWord[node * nodeStride] = nextWord;
      nextNode += childCounts[node];
      nextWord += wordCounts[node];
    }
    firstChild[childCounts.length * nodeStride] = nextNode;
    firstWord[childCounts.length * nodeStride] = nextWord;
    return -1;
  },

  fillWords({ wordClasses, wordCosts, wordStride }, classIds, distances, commonCosts) {
    for (let word = 0; word < classIds.length; word++) {
      if (classIds[word] >= commonCosts.length) return false;
      wordClasses[word * wordStride] = classIds[word];
      wordCosts[word * wordStride] = distances[word] + commonCosts[classIds[word]];
    }
    return true;
  },

  fillConnections({ connections, columnOffsets, rowStride, nLeft, nRight }, distances, order) {
    /** Costs of the row above, then of this one, in the order of the file. */
    const costs = new Int16Array(nRight);
    for (let row = 0; row < nLeft; row++) {
      // The running sum of the distances is the rise over the row above.
      let rise = 0;
      for (let column = 0; column < nRight; column++) {
        rise = (rise + distances[row * nRight + column]) | 0;
        costs[column] += rise;
        connections[columnOffsets[order.columns[column]] + order.rows[row] * rowStride] = costs[column];
      }
    }
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
