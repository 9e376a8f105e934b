/**
 * Work memory of one instance: planned in one piece for a longest text and a largest lattice, never freed.
 *
 *   text, classes of characters, …   one element per UTF-16 unit, one more where said
 *   candidates  {firstWord u32, endWord u32, end u32}   words that match from a start up to `end`
 *   nodes       {total i32, column u32, left u32, word u32}   left is the address of the best left neighbour
 *   blocks      {next u32, firstNode u32, endNode u32}   nodes of one start and one end, a link of a position's list
 *   lefts       {key i32, tileOffset u32}   left neighbours of the position at work; leftNodes their addresses
 */

import { nLeft } from "./dictionary";

export const CANDIDATE_BYTES: usize = 12;
export const CANDIDATE_END_WORD: usize = 4;
export const CANDIDATE_END: usize = 8;
export const NODE_BYTES: usize = 16;
export const NODE_COLUMN: usize = 4;
export const NODE_LEFT: usize = 8;
export const NODE_WORD: usize = 12;
export const BLOCK_BYTES: usize = 12;
export const BLOCK_FIRST: usize = 4;
export const BLOCK_END: usize = 8;
export const LEFT_BYTES: usize = 8;
export const LEFT_TILE_OFFSET: usize = 4;
export const BEST_LEFT: usize = 4;

/** Bits of a key that hold the place in the list of left neighbours. */
export const KEY_SHIFT: i32 = 15;
/** More left neighbours than a key can number; mecab-ko-dic has 54 at most on 1,600 articles. */
export const MAX_LEFTS: u32 = 1 << KEY_SHIFT;
/** Candidates of unknown words at one start: the run, up to 15 prefixes, the single character. */
const MAX_UNKNOWN: u32 = 17;

export let text: usize = 0;
export let infos: usize = 0;
/** [nUnits + 1] First block of the list of nodes that end at a position; 0 for none. */
export let heads: usize = 0;
/** [nUnits + 1] i32: no node that ends here and may be part of a best path costs more, see `gather`. */
export let ceilings: usize = 0;
/** [nUnits + 1] The candidates of start i are those from firstCandidate[i] to firstCandidate[i + 1]. */
export let firstCandidate: usize = 0;
/** [nUnits] First node that was made at or after a position. */
export let firstNode: usize = 0;
/** Trie node of the first two units from a start; 0 for none. */
export let pairs: usize = 0;
/** {firstChild, firstWord} of that node and of the next one. */
export let pairRecords: usize = 0;
export let candidates: usize = 0;
export let candidatesEnd: usize = 0;
export let unknownCandidates: usize = 0;
export let nodes: usize = 0;
export let nodesEnd: usize = 0;
export let blocks: usize = 0;
export let blocksEnd: usize = 0;
export let lefts: usize = 0;
export let leftNodes: usize = 0;
export let maxLefts: u32 = 0;
/** [nLeft] u32 stamp of the position at which a row was asked for last. */
export let seen: usize = 0;
/** [nLeft + 3] Rows that the words at the position at work ask for. */
export let rows: usize = 0;
/** [nLeft] {total i32, left u32}: the best left neighbour by row. */
export let best: usize = 0;
/** [4, nUnits] Starts, ends, word ids and totals of the tokens. */
export let tokens: usize = 0;
export let nUnitsPlanned: u32 = 0;

let top: usize = 0;

function take(nBytes: usize): usize {
  const at = top;
  top = (at + nBytes + 15) & ~15;
  return at;
}

/**
 * Plans the memory from `base` on, a multiple of 16, without touching it; returns its end. The memory must be zero when
 * it is planned at a new base.
 */
export function plan(base: usize, nUnits: u32, nNodes: u32): usize {
  const units: usize = nUnits;
  top = base;
  // First, so that a larger plan at the same base finds the stamps where they were; at another base all is zero.
  seen = take(<usize>nLeft << 2);
  nUnitsPlanned = nUnits;
  text = take(units << 1);
  infos = take(units << 2);
  heads = take((units + 1) << 2);
  ceilings = take((units + 1) << 2);
  firstCandidate = take((units + 1) << 2);
  firstNode = take(units << 2);
  pairs = take(units << 2);
  pairRecords = take(units << 4);
  tokens = take(units << 4);
  unknownCandidates = take(<usize>MAX_UNKNOWN * CANDIDATE_BYTES);
  rows = take((<usize>nLeft + 3) << 2);
  best = take(<usize>nLeft << 3);
  maxLefts = min(nNodes, MAX_LEFTS);
  lefts = take(<usize>maxLefts * LEFT_BYTES);
  leftNodes = take(<usize>maxLefts << 2);
  candidates = take((<usize>nNodes >> 2) * CANDIDATE_BYTES);
  candidatesEnd = top;
  blocks = take((<usize>nNodes >> 1) * BLOCK_BYTES);
  blocksEnd = top;
  nodes = take(<usize>nNodes * NODE_BYTES);
  nodesEnd = top;
  return top;
}

export function textAddress(): usize {
  return text;
}

export function tokensAddress(): usize {
  return tokens;
}
