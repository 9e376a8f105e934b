/**
 * The best path, exactly as src/kernels/reference-viterbi.ts finds it:
 *
 *   total(node) = min over left of ( total(left) + connections[row(node), column(left)] ) + cost(node) + penalty(node)
 *
 * Of equal totals the first left neighbour in the position's list wins. What differs is the order of the work: at a
 * position, first all rows that its words ask for, then the best left neighbour for four rows at a time, then the nodes.
 */

import * as dictionary from "./dictionary";
import {
  CHARACTER_SHIFT,
  CLASS_COLUMN,
  CLASS_MAXIMUM,
  CLASS_PENALTY,
  CLASS_SHIFT,
  COLUMN_MINIMUM,
  COLUMN_SHIFT,
  INVOKE_BIT,
  TILE_ROW_SHIFT,
  WORD_SHIFT,
} from "./dictionary";
import { classifyCharacters, findUnknownWords, findWords, resetRun } from "./lookup";
import * as scratch from "./scratch";
import {
  BEST_LEFT,
  BLOCK_BYTES,
  BLOCK_END,
  BLOCK_FIRST,
  CANDIDATE_BYTES,
  CANDIDATE_END,
  CANDIDATE_END_WORD,
  KEY_SHIFT,
  LEFT_BYTES,
  LEFT_TILE_OFFSET,
  MAX_LEFTS,
  NODE_BYTES,
  NODE_COLUMN,
  NODE_LEFT,
  NODE_WORD,
} from "./scratch";

/** The plan is too small for this text: plan more nodes and try again. */
const STATUS_FULL: i32 = -1;
/** More than MAX_LEFTS nodes end at one position; no plan helps. */
const STATUS_CROWDED: i32 = -2;
/** More units than planned. */
const STATUS_TOO_LONG: i32 = -3;

// Ends of what is in use, in bytes.
let node: usize = 0;
let block: usize = 0;
let nRows: u32 = 0;
/** Number of the position at work over all texts; never 0. */
let stamp: u32 = 0;

/** Analyses the first `nUnits` units of the text; returns the number of tokens or a negative status. */
export function analyze(nUnits: u32): i32 {
  if (nUnits > scratch.nUnitsPlanned) return STATUS_TOO_LONG;
  classifyCharacters(nUnits);
  if (!findWords(nUnits)) return STATUS_FULL;
  const status = buildLattice(nUnits);
  return status < 0 ? status : backtrack(nUnits);
}

function buildLattice(nUnits: u32): i32 {
  const heads = scratch.heads;
  const ceilings = scratch.ceilings;
  const infos = scratch.infos;
  const firstCandidate = scratch.firstCandidate;
  const firstNode = scratch.firstNode;
  const unknown = scratch.unknownCandidates;
  const spaceType = dictionary.spaceType;
  begin(nUnits);

  for (let position: u32 = 0; position < nUnits; position++) {
    store<u32>(firstNode + (<usize>position << 2), <u32>node);
    const head = <usize>load<u32>(heads + (<usize>position << 2));
    if (head == 0) continue;
    let start = position;
    while (start < nUnits && (load<u32>(infos + (<usize>start << CHARACTER_SHIFT)) & spaceType) != 0) start++;
    if (start == nUnits) continue;

    const words = <usize>load<u32>(firstCandidate + (<usize>start << 2));
    const wordsEnd = <usize>load<u32>(firstCandidate + (<usize>start << 2), 4);
    const invoked = (load<u32>(infos + (<usize>start << CHARACTER_SHIFT)) & INVOKE_BIT) != 0;
    let unknownEnd = unknown;
    if (words == wordsEnd || invoked) unknownEnd = findUnknownWords(start, nUnits, words != wordsEnd);

    const nBlocks = (wordsEnd - words + (unknownEnd - unknown)) / CANDIDATE_BYTES;
    const nWords = countWords(words, wordsEnd) + countWords(unknown, unknownEnd);
    if (node + <usize>nWords * NODE_BYTES > scratch.nodesEnd) return STATUS_FULL;
    if (block + nBlocks * BLOCK_BYTES > scratch.blocksEnd) return STATUS_FULL;

    const ceiling = load<i32>(ceilings + (<usize>position << 2));
    const nLefts = gather(head, ceiling);
    if (nLefts < 0) return nLefts;
    stamp++;
    nRows = 0;
    askRows(words, wordsEnd);
    askRows(unknown, unknownEnd);
    findBestLefts(<u32>nLefts, ceiling);

    // A list has newer positions first and, of one position and end, dictionary words before unknown ones.
    const penaltyMask: i32 = start > position ? -1 : 0;
    addNodes(unknown, unknownEnd, penaltyMask);
    addNodes(words, wordsEnd, penaltyMask);
  }
  return 0;
}

/** Empties the lattice but for node 0, the beginning of the sentence, which ends at position 0. */
function begin(nUnits: u32): void {
  const heads = scratch.heads;
  const ceilings = scratch.ceilings;
  const nodes = scratch.nodes;
  const blocks = scratch.blocks;
  memory.fill(heads, 0, (<usize>nUnits + 1) << 2);
  for (let i: usize = 0; i <= <usize>nUnits; i++) store<i32>(ceilings + (i << 2), i32.MAX_VALUE);
  // At position 0 the only left neighbour is node 0; any ceiling that its key can hold will do.
  store<i32>(ceilings, i16.MAX_VALUE);
  // Stamps of earlier texts stay valid until the numbers run out.
  if (stamp > u32.MAX_VALUE - nUnits) {
    memory.fill(scratch.seen, 0, <usize>dictionary.nLeft << 2);
    stamp = 0;
  }
  resetRun();
  store<i32>(nodes, 0);
  store<u32>(nodes, dictionary.beginColumn, NODE_COLUMN);
  store<u32>(blocks, 0);
  store<u32>(blocks, <u32>nodes, BLOCK_FIRST);
  store<u32>(blocks, <u32>(nodes + NODE_BYTES), BLOCK_END);
  store<u32>(heads, <u32>blocks);
  node = nodes + NODE_BYTES;
  block = blocks + BLOCK_BYTES;
}

function countWords(candidates: usize, end: usize): u32 {
  let count: u32 = 0;
  for (let candidate = candidates; candidate < end; candidate += CANDIDATE_BYTES) {
    count += load<u32>(candidate, CANDIDATE_END_WORD) - load<u32>(candidate);
  }
  return count;
}

/**
 * Lists the nodes of a position that can be the best left neighbour of any word, in the list's order. `ceiling` is the
 * least of total + the highest cost in the node's column: a node whose total + lowest cost is above it loses against
 * that one whatever follows. Returns their number or a status.
 *
 * A key is (total - ceiling) << KEY_SHIFT | place. Connection costs << KEY_SHIFT can be added, and the least of several
 * sums is the cheapest neighbour, the first one of equals. It fits in 32 bits: for a listed node total - ceiling lies
 * between -32767 (the highest cost) and 32768 (the lowest), so the sum's upper part is from -65535 to 65535.
 */
function gather(head: usize, ceiling: i32): i32 {
  const lefts = scratch.lefts;
  const leftNodes = scratch.leftNodes;
  const columns = dictionary.columns;
  const capacity = scratch.maxLefts;
  let nLefts: u32 = 0;
  for (let link = head; link != 0; link = <usize>load<u32>(link)) {
    const end = <usize>load<u32>(link, BLOCK_END);
    let at = <usize>load<u32>(link, BLOCK_FIRST);
    if (nLefts + <u32>((end - at) / NODE_BYTES) > capacity) return capacity < MAX_LEFTS ? STATUS_FULL : STATUS_CROWDED;
    for (; at < end; at += NODE_BYTES) {
      const total = load<i32>(at);
      const column = columns + (<usize>load<u32>(at, NODE_COLUMN) << COLUMN_SHIFT);
      const left = lefts + <usize>nLefts * LEFT_BYTES;
      store<i32>(left, ((total - ceiling) << KEY_SHIFT) | <i32>nLefts);
      store<u32>(left, load<u32>(column), LEFT_TILE_OFFSET);
      store<u32>(leftNodes + (<usize>nLefts << 2), <u32>at);
      nLefts += u32(total + <i32>load<i16>(column, COLUMN_MINIMUM) <= ceiling);
    }
  }
  return <i32>nLefts;
}

/** Lists the rows of the candidates' words, each once. */
function askRows(candidates: usize, end: usize): void {
  const words = dictionary.words;
  const classes = dictionary.classes;
  const seen = scratch.seen;
  const rows = scratch.rows;
  const now = stamp;
  let count = nRows;
  for (let candidate = candidates; candidate < end; candidate += CANDIDATE_BYTES) {
    const wordsEnd = words + (<usize>load<u32>(candidate, CANDIDATE_END_WORD) << WORD_SHIFT);
    for (let word = words + (<usize>load<u32>(candidate) << WORD_SHIFT); word < wordsEnd; word += 1 << WORD_SHIFT) {
      const row = <u32>load<u16>(classes + (<usize>load<u16>(word) << CLASS_SHIFT));
      const seenAt = seen + (<usize>row << 2);
      // Written in any case and overwritten unless new: cheaper than a branch that cannot be predicted.
      store<u32>(rows + (<usize>count << 2), row);
      count += u32(load<u32>(seenAt) != now);
      store<u32>(seenAt, now);
    }
  }
  nRows = count;
}

/** Four rows at a time: one lane each, one left neighbour after another. */
function findBestLefts(nLefts: u32, ceiling: i32): void {
  const lefts = scratch.lefts;
  const leftsEnd = lefts + <usize>nLefts * LEFT_BYTES;
  const tiles = dictionary.tiles;
  const rows = scratch.rows;
  const count = nRows;
  // The last four are filled up with a row that is there anyway.
  const filler = load<u32>(rows);
  store<u32>(rows + (<usize>count << 2), filler);
  store<u32>(rows + (<usize>count << 2), filler, 4);
  store<u32>(rows + (<usize>count << 2), filler, 8);
  for (let i: u32 = 0; i < count; i += 4) {
    const four = rows + (<usize>i << 2);
    const row0 = <usize>load<u32>(four);
    const row1 = <usize>load<u32>(four, 4);
    const row2 = <usize>load<u32>(four, 8);
    const row3 = <usize>load<u32>(four, 12);
    const tile0 = tiles + (row0 << TILE_ROW_SHIFT);
    const tile1 = tiles + (row1 << TILE_ROW_SHIFT);
    const tile2 = tiles + (row2 << TILE_ROW_SHIFT);
    const tile3 = tiles + (row3 << TILE_ROW_SHIFT);
    let keys = i32x4.splat(i32.MAX_VALUE);
    for (let left = lefts; left < leftsEnd; left += LEFT_BYTES) {
      const offset = <usize>load<u32>(left, LEFT_TILE_OFFSET);
      let costs = i64x2.splat(0);
      costs = v128.load_lane<u16>(tile0 + offset, costs, 0);
      costs = v128.load_lane<u16>(tile1 + offset, costs, 1);
      costs = v128.load_lane<u16>(tile2 + offset, costs, 2);
      costs = v128.load_lane<u16>(tile3 + offset, costs, 3);
      const shifted = i32x4.shl(i32x4.extend_low_i16x8_s(costs), KEY_SHIFT);
      keys = i32x4.min_s(keys, i32x4.add(shifted, v128.load32_splat(left)));
    }
    storeBest(row0, i32x4.extract_lane(keys, 0), ceiling);
    storeBest(row1, i32x4.extract_lane(keys, 1), ceiling);
    storeBest(row2, i32x4.extract_lane(keys, 2), ceiling);
    storeBest(row3, i32x4.extract_lane(keys, 3), ceiling);
  }
}

function storeBest(row: usize, key: i32, ceiling: i32): void {
  const at = scratch.best + (row << 3);
  const place = <usize>(key & <i32>(MAX_LEFTS - 1));
  store<i32>(at, (key >> KEY_SHIFT) + ceiling);
  store<u32>(at, load<u32>(scratch.leftNodes + (place << 2)), BEST_LEFT);
}

/** Makes the nodes of the candidates and enters them, a block per candidate, at the heads of their ends' lists. */
function addNodes(candidates: usize, candidatesEnd: usize, penaltyMask: i32): void {
  const words = dictionary.words;
  const classes = dictionary.classes;
  const best = scratch.best;
  const heads = scratch.heads;
  const ceilings = scratch.ceilings;
  let at = node;
  let link = block;
  for (let candidate = candidates; candidate < candidatesEnd; candidate += CANDIDATE_BYTES) {
    const end = <usize>load<u32>(candidate, CANDIDATE_END);
    const endWord = load<u32>(candidate, CANDIDATE_END_WORD);
    const head = heads + (end << 2);
    store<u32>(link, load<u32>(head));
    store<u32>(link, <u32>at, BLOCK_FIRST);
    let ceiling = load<i32>(ceilings + (end << 2));
    for (let word = load<u32>(candidate); word < endWord; word++) {
      const classAndCost = load<u32>(words + (<usize>word << WORD_SHIFT));
      const wordClass = classes + (<usize>(classAndCost & 0xffff) << CLASS_SHIFT);
      const bestLeft = best + (<usize>load<u16>(wordClass) << 3);
      const penalty = <i32>load<i16>(wordClass, CLASS_PENALTY) & penaltyMask;
      const total = load<i32>(bestLeft) + (<i32>classAndCost >> 16) + penalty;
      store<i32>(at, total);
      store<u32>(at, <u32>load<u16>(wordClass, CLASS_COLUMN), NODE_COLUMN);
      store<u32>(at, load<u32>(bestLeft, BEST_LEFT), NODE_LEFT);
      store<u32>(at, word, NODE_WORD);
      at += NODE_BYTES;
      ceiling = min(ceiling, total + <i32>load<i16>(wordClass, CLASS_MAXIMUM));
    }
    store<i32>(ceilings + (end << 2), ceiling);
    store<u32>(link, <u32>at, BLOCK_END);
    store<u32>(head, <u32>link);
    link += BLOCK_BYTES;
  }
  node = at;
  block = link;
}

/** The sentence ends at the last position where a node ends: trailing white space belongs to nothing. */
function backtrack(nUnits: u32): i32 {
  const heads = scratch.heads;
  const infos = scratch.infos;
  const firstNode = scratch.firstNode;
  const spaceType = dictionary.spaceType;
  let end = nUnits;
  while (load<u32>(heads + (<usize>end << 2)) == 0) end--;
  const ceiling = load<i32>(scratch.ceilings + (<usize>end << 2));
  const nLefts = gather(<usize>load<u32>(heads + (<usize>end << 2)), ceiling);
  if (nLefts < 0) return nLefts;
  nRows = 1;
  store<u32>(scratch.rows, dictionary.endRow);
  findBestLefts(<u32>nLefts, ceiling);

  const last = <usize>load<u32>(scratch.best + (<usize>dictionary.endRow << 3), BEST_LEFT);
  const first = scratch.nodes;
  let nTokens: usize = 0;
  for (let at = last; at != first; at = <usize>load<u32>(at, NODE_LEFT)) nTokens++;

  const starts = scratch.tokens;
  const stride = <usize>scratch.nUnitsPlanned << 2;
  let token = starts + (nTokens << 2);
  for (let at = last; at != first; at = <usize>load<u32>(at, NODE_LEFT)) {
    token -= 4;
    // The position at which the node was looked up: the last one whose nodes begin at or before it.
    let position = end - 1;
    while (load<u32>(firstNode + (<usize>position << 2)) > <u32>at) position--;
    let start = position;
    while ((load<u32>(infos + (<usize>start << CHARACTER_SHIFT)) & spaceType) != 0) start++;
    store<u32>(token, start);
    store<u32>(token + stride, end);
    store<u32>(token + 2 * stride, load<u32>(at, NODE_WORD));
    store<i32>(token + 3 * stride, load<i32>(at));
    end = position;
  }
  return <i32>nTokens;
}
