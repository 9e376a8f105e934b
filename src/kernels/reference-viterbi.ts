/**
 * mecab-ko 0.996/ko-0.9.2's best path in plain TypeScript: the truth that faster kernels are tested against.
 *
 *   total(node) = min over left of ( total(left) + connections[left(node), right(left)] ) + cost(node) + penalty(node)
 *
 * where `left` runs over the nodes that end where the node was looked up, and the penalty counts only when white space
 * was skipped. Of equal totals the first in the list wins (strict `<`); a list is ordered by the later lookup position,
 * then dictionary words before unknown ones, then dictionary order.
 */

import {
  CHARACTER,
  CODE_UNITS,
  MAX_GROUPING_SIZE,
  MAX_SENTENCE_UNITS,
  type ViterbiKernel,
  type ViterbiTables,
} from "./viterbi.js";

/** Above every reachable total (see MAX_SENTENCE_UNITS); mecab's own "no path" value. */
const UNREACHED = 0x7fff_ffff;
/** End of a linked list of nodes. */
const NONE = -1;
/** Node 0 of the lattice, the beginning of the sentence. */
const BEGIN = 0;
/** First sizes of the growing buffers: a headline fits without growth. */
const INITIAL_UNITS = 256;
const INITIAL_NODES = 4_096;
const INITIAL_TOKENS = 256;

export class ReferenceViterbi implements ViterbiKernel {
  readonly name = "reference";
  starts = new Uint32Array(INITIAL_TOKENS);
  ends = new Uint32Array(INITIAL_TOKENS);
  wordIds = new Uint32Array(INITIAL_TOKENS);
  totals = new Int32Array(INITIAL_TOKENS);

  readonly #tables: ViterbiTables;
  /** [65536] Trie node of a word's first unit; 0 where no word starts so. */
  readonly #rootChildren = new Uint32Array(CODE_UNITS);

  // Per unit of the text.
  #text = new Uint16Array(INITIAL_UNITS);
  #characters = new Uint32Array(INITIAL_UNITS);
  /** First node of the list of nodes that end at a position. */
  #endHead = new Int32Array(INITIAL_UNITS + 1);

  // Per node of the lattice.
  #nNodes = 0;
  #nodeWord = new Uint32Array(INITIAL_NODES);
  #nodeStart = new Uint16Array(INITIAL_NODES);
  #nodeEnd = new Uint16Array(INITIAL_NODES);
  #nodeTotal = new Int32Array(INITIAL_NODES);
  #nodeLeft = new Int32Array(INITIAL_NODES);
  /** Next node of the same end list. */
  #nodeNext = new Int32Array(INITIAL_NODES);

  /** End of the run of unknown characters that was looked at last. */
  #runEnd = 0;

  // Left neighbours of the position at work, one per right context.
  #nLeftNodes = 0;
  readonly #leftNode: Int32Array;
  readonly #leftRight: Uint16Array;
  readonly #leftTotal: Int32Array;
  /** By right context: its place in the three arrays above, valid where the stamp is the current one. */
  readonly #rightPlace: Int32Array;
  readonly #rightStamp: Uint32Array;

  // By left context: the best left neighbour, valid where the stamp is the current one.
  readonly #bestNode: Int32Array;
  readonly #bestTotal: Int32Array;
  readonly #bestStamp: Uint32Array;
  #stamp = 0;

  constructor(tables: ViterbiTables) {
    this.#tables = tables;
    const { labels, firstChild, nodeStride } = tables;
    for (let child = firstChild[0]; child < firstChild[nodeStride]; child++) this.#rootChildren[labels[child]] = child;
    // A right context can be replaced by a cheaper node once per node of a list, so the survivors are compacted.
    this.#leftNode = new Int32Array(tables.nRight);
    this.#leftRight = new Uint16Array(tables.nRight);
    this.#leftTotal = new Int32Array(tables.nRight);
    this.#rightPlace = new Int32Array(tables.nRight);
    this.#rightStamp = new Uint32Array(tables.nRight);
    this.#bestNode = new Int32Array(tables.nLeft);
    this.#bestTotal = new Int32Array(tables.nLeft);
    this.#bestStamp = new Uint32Array(tables.nLeft);
  }

  input(nUnits: number): Uint16Array {
    if (nUnits > MAX_SENTENCE_UNITS) {
      throw new RangeError(`nUnits must be at most ${MAX_SENTENCE_UNITS}; got ${nUnits}`);
    }
    if (nUnits > this.#text.length) {
      const capacity = Math.min(MAX_SENTENCE_UNITS, Math.max(nUnits, this.#text.length * 2));
      this.#text = new Uint16Array(capacity);
      this.#characters = new Uint32Array(capacity);
      this.#endHead = new Int32Array(capacity + 1);
    }
    return this.#text;
  }

  run(nUnits: number): number {
    this.#classifyCharacters(nUnits);
    this.#endHead.fill(NONE, 0, nUnits + 1);
    this.#nNodes = 1;
    this.#runEnd = 0;
    this.#nodeTotal[BEGIN] = 0;
    this.#nodeLeft[BEGIN] = NONE;
    this.#nodeNext[BEGIN] = NONE;
    this.#endHead[0] = BEGIN;

    const spaceType = this.#tables.spaceType;
    for (let position = 0; position < nUnits; position++) {
      if (this.#endHead[position] === NONE) continue;
      let start = position;
      while (start < nUnits && (this.#characters[start] & spaceType) !== 0) start++;
      if (start === nUnits) continue;
      const firstNode = this.#nNodes;
      this.#addDictionaryNodes(start, nUnits);
      if (this.#nNodes === firstNode || (this.#characters[start] & CHARACTER.invokeBit) !== 0) {
        this.#addUnknownNodes(start, nUnits, firstNode);
      }
      this.#connect(position, start, firstNode);
    }
    return this.#backtrack(nUnits);
  }

  /** A code point above U+FFFF counts as U+0000, as in mecab's table of UCS-2; both of its units say so. */
  #classifyCharacters(nUnits: number): void {
    const text = this.#text;
    const table = this.#tables.characters;
    for (let i = 0; i < nUnits; i++) {
      if (isPair(text, i, nUnits)) {
        this.#characters[i] = table[0];
        this.#characters[++i] = table[0];
      } else {
        this.#characters[i] = table[text[i]];
      }
    }
  }

  /** Every word that matches at `start`, from the shortest surface to the longest. */
  #addDictionaryNodes(start: number, nUnits: number): void {
    const { labels, firstChild, firstWord, nodeStride } = this.#tables;
    const text = this.#text;
    let node = this.#rootChildren[text[start]];
    let end = start + 1;
    while (node !== 0) {
      const place = node * nodeStride;
      const endWord = firstWord[place + nodeStride];
      for (let word = firstWord[place]; word < endWord; word++) this.#addNode(word, start, end);
      if (end === nUnits) return;
      const unit = text[end++];
      let low = firstChild[place];
      let high = firstChild[place + nodeStride];
      const last = high;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (labels[middle] < unit) low = middle + 1;
        else high = middle;
      }
      node = low < last && labels[low] === unit ? low : 0;
    }
  }

  #addUnknownNodes(start: number, nUnits: number, firstNode: number): void {
    const characters = this.#characters;
    const first = characters[start];
    const word = this.#tables.nWords + ((first >>> CHARACTER.categoryShift) & CHARACTER.categoryMask);
    const firstEnd = this.#nextPosition(start, nUnits);

    let groupEnd = NONE;
    if ((first & CHARACTER.groupBit) !== 0) {
      if (start >= this.#runEnd) this.#runEnd = this.#findRunEnd(start, nUnits);
      groupEnd = this.#runEnd;
      if (this.#fitsGroup(start, groupEnd, nUnits)) this.#addNode(word, start, groupEnd);
    }

    // Prefixes of 1 .. length characters; the first that equals the run ends them, as in mecab.
    const types = first & CHARACTER.typesMask;
    const longest = (first >>> CHARACTER.lengthShift) & CHARACTER.lengthMask;
    let end = firstEnd;
    for (let n = 1; n <= longest && end !== groupEnd; n++) {
      this.#addNode(word, start, end);
      if (end === nUnits || (characters[end] & types) === 0) break;
      end = this.#nextPosition(end, nUnits);
    }

    if (this.#nNodes === firstNode) this.#addNode(word, start, firstEnd);
  }

  /**
   * End of the run of characters that `start` begins. Types roll along, each character needing a category in common with
   * the one before it, so all characters of a run have the same end: it is found once, and long runs stay linear.
   */
  #findRunEnd(start: number, nUnits: number): number {
    const characters = this.#characters;
    let types = characters[start] & CHARACTER.typesMask;
    let end = this.#nextPosition(start, nUnits);
    while (end < nUnits && (characters[end] & types) !== 0) {
      types = characters[end] & CHARACTER.typesMask;
      end = this.#nextPosition(end, nUnits);
    }
    return end;
  }

  /** Whether at most MAX_GROUPING_SIZE characters follow the first. */
  #fitsGroup(start: number, end: number, nUnits: number): boolean {
    let position = this.#nextPosition(start, nUnits);
    for (let nFollowing = 0; nFollowing < MAX_GROUPING_SIZE && position < end; nFollowing++) {
      position = this.#nextPosition(position, nUnits);
    }
    return position >= end;
  }

  #nextPosition(position: number, nUnits: number): number {
    return position + (isPair(this.#text, position, nUnits) ? 2 : 1);
  }

  #addNode(word: number, start: number, end: number): void {
    const node = this.#nNodes++;
    if (node === this.#nodeWord.length) this.#growNodes();
    this.#nodeWord[node] = word;
    this.#nodeStart[node] = start;
    this.#nodeEnd[node] = end;
  }

  /** Connects the nodes from `firstNode` on, all looked up at `position`, and enters them into the end lists. */
  #connect(position: number, start: number, firstNode: number): void {
    const { wordClasses, wordCosts, wordStride, classLeft, classPenalty } = this.#tables;
    this.#gatherLeftNodes(position);
    const skippedSpace = start > position;
    // Entered at the head and backwards: newer lookup positions come first, candidates of one position in their order.
    for (let node = this.#nNodes - 1; node >= firstNode; node--) {
      const word = this.#nodeWord[node];
      const wordClass = wordClasses[word * wordStride];
      const left = classLeft[wordClass];
      if (this.#bestStamp[left] !== this.#stamp) this.#findBestLeftNode(left);
      this.#nodeTotal[node] =
        this.#bestTotal[left] + wordCosts[word * wordStride] + (skippedSpace ? classPenalty[wordClass] : 0);
      this.#nodeLeft[node] = this.#bestNode[left];
      const end = this.#nodeEnd[node];
      this.#nodeNext[node] = this.#endHead[end];
      this.#endHead[end] = node;
    }
  }

  /**
   * Lists the nodes that end at `position`, keeping of those with one right context the first cheapest only: the others
   * lose against it whatever follows. The survivor stands at its own place in the order, so ties fall as before.
   */
  #gatherLeftNodes(position: number): void {
    const { wordClasses, wordStride, classRight, beginRight } = this.#tables;
    const stamp = this.#nextStamp();
    let nLeftNodes = 0;
    for (let node = this.#endHead[position]; node !== NONE; node = this.#nodeNext[node]) {
      const right = node === BEGIN ? beginRight : classRight[wordClasses[this.#nodeWord[node] * wordStride]];
      const total = this.#nodeTotal[node];
      if (this.#rightStamp[right] === stamp) {
        const place = this.#rightPlace[right];
        if (total >= this.#leftTotal[place]) continue;
        nLeftNodes = this.#removeLeftNode(place, nLeftNodes);
      }
      this.#rightStamp[right] = stamp;
      this.#rightPlace[right] = nLeftNodes;
      this.#leftNode[nLeftNodes] = node;
      this.#leftRight[nLeftNodes] = right;
      this.#leftTotal[nLeftNodes] = total;
      nLeftNodes++;
    }
    this.#nLeftNodes = nLeftNodes;
  }

  #removeLeftNode(place: number, nLeftNodes: number): number {
    for (let i = place + 1; i < nLeftNodes; i++) {
      this.#leftNode[i - 1] = this.#leftNode[i];
      this.#leftRight[i - 1] = this.#leftRight[i];
      this.#leftTotal[i - 1] = this.#leftTotal[i];
      this.#rightPlace[this.#leftRight[i]] = i - 1;
    }
    return nLeftNodes - 1;
  }

  /** The best left neighbour depends on the node's left context only, so it is found once per context and position. */
  #findBestLeftNode(left: number): void {
    const { connections, columnOffsets, rowStride } = this.#tables;
    const row = left * rowStride;
    let best = UNREACHED;
    let bestNode = NONE;
    for (let i = 0; i < this.#nLeftNodes; i++) {
      const total = this.#leftTotal[i] + connections[row + columnOffsets[this.#leftRight[i]]];
      if (total < best) {
        best = total;
        bestNode = this.#leftNode[i];
      }
    }
    this.#bestTotal[left] = best;
    this.#bestNode[left] = bestNode;
    this.#bestStamp[left] = this.#stamp;
  }

  #nextStamp(): number {
    if (this.#stamp === 0xffff_ffff) {
      this.#rightStamp.fill(0);
      this.#bestStamp.fill(0);
      this.#stamp = 0;
    }
    return ++this.#stamp;
  }

  /** The sentence ends at the last position where a node ends: trailing white space belongs to nothing. */
  #backtrack(nUnits: number): number {
    let position = nUnits;
    while (this.#endHead[position] === NONE) position--;
    this.#gatherLeftNodes(position);
    this.#findBestLeftNode(this.#tables.endLeft);

    const lastNode = this.#bestNode[this.#tables.endLeft];
    let nTokens = 0;
    for (let node = lastNode; node !== BEGIN; node = this.#nodeLeft[node]) nTokens++;
    if (nTokens > this.starts.length) this.#growTokens(nTokens);
    let token = nTokens;
    for (let node = lastNode; node !== BEGIN; node = this.#nodeLeft[node]) {
      token--;
      this.starts[token] = this.#nodeStart[node];
      this.ends[token] = this.#nodeEnd[node];
      this.wordIds[token] = this.#nodeWord[node];
      this.totals[token] = this.#nodeTotal[node];
    }
    return nTokens;
  }

  #growNodes(): void {
    const capacity = this.#nodeWord.length * 2;
    this.#nodeWord = copyInto(new Uint32Array(capacity), this.#nodeWord);
    this.#nodeStart = copyInto(new Uint16Array(capacity), this.#nodeStart);
    this.#nodeEnd = copyInto(new Uint16Array(capacity), this.#nodeEnd);
    this.#nodeTotal = copyInto(new Int32Array(capacity), this.#nodeTotal);
    this.#nodeLeft = copyInto(new Int32Array(capacity), this.#nodeLeft);
    this.#nodeNext = copyInto(new Int32Array(capacity), this.#nodeNext);
  }

  #growTokens(nTokens: number): void {
    const capacity = Math.max(nTokens, this.starts.length * 2);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
    this.wordIds = new Uint32Array(capacity);
    this.totals = new Int32Array(capacity);
  }
}

function isPair(text: Uint16Array, position: number, nUnits: number): boolean {
  return (text[position] & 0xfc00) === 0xd800 && position + 1 < nUnits && (text[position + 1] & 0xfc00) === 0xdc00;
}

function copyInto<T extends Uint16Array | Uint32Array | Int32Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
