/** Candidate words: dictionary entries of all starts of a text at once, unknown words of one start when asked for. */

import * as dictionary from "./dictionary";
import {
  BITMAP_BEFORE,
  CATEGORY_MASK,
  CATEGORY_SHIFT,
  CHARACTER_SHIFT,
  GROUP_BIT,
  LABEL_SHIFT,
  LENGTH_MASK,
  LENGTH_SHIFT,
  LETTER_SHIFT,
  ROOT_BITMAP,
  ROOT_SHIFT,
  TRIE_FIRST_WORD,
  TRIE_NEXT_CHILD,
  TRIE_NEXT_WORD,
  TRIE_SHIFT,
  TYPES_MASK,
} from "./dictionary";
import * as scratch from "./scratch";
import { CANDIDATE_BYTES, CANDIDATE_END, CANDIDATE_END_WORD } from "./scratch";

/** mecab's max-grouping-size: a run with more characters after the first is not offered as one word. */
const MAX_GROUPING_SIZE: u32 = 24;
/** Labels in one SIMD register. */
const LANES: u32 = 8;

function isPair(position: u32, nUnits: u32): bool {
  const at = scratch.text + (<usize>position << 1);
  return (load<u16>(at) & 0xfc00) == 0xd800 && position + 1 < nUnits && (load<u16>(at, 2) & 0xfc00) == 0xdc00;
}

function nextPosition(position: u32, nUnits: u32): u32 {
  return position + (isPair(position, nUnits) ? 2 : 1);
}

function infoAt(position: u32): u32 {
  return load<u32>(scratch.infos + (<usize>position << CHARACTER_SHIFT));
}

/** A code point above U+FFFF counts as U+0000, as in mecab's table of UCS-2; both of its units say so. */
export function classifyCharacters(nUnits: u32): void {
  const text = scratch.text;
  const infos = scratch.infos;
  const characters = dictionary.characters;
  const beyond = load<u32>(characters);
  for (let i: u32 = 0; i < nUnits; i++) {
    const unit: usize = load<u16>(text + (<usize>i << 1));
    if ((unit & 0xfc00) == 0xd800 && isPair(i, nUnits)) {
      store<u32>(infos + (<usize>i << CHARACTER_SHIFT), beyond);
      i++;
      store<u32>(infos + (<usize>i << CHARACTER_SHIFT), beyond);
    } else {
      store<u32>(infos + (<usize>i << CHARACTER_SHIFT), load<u32>(characters + (unit << CHARACTER_SHIFT)));
    }
  }
}

/** The child of a trie node by its label, among siblings in ascending order; 0 for none. */
function findChild(firstChild: u32, nextChild: u32, unit: u32): u32 {
  const labels = dictionary.labels;
  let low = firstChild;
  let length = nextChild - firstChild;
  while (length > LANES) {
    const half = length >> 1;
    const middle = low + half;
    low = select<u32>(middle, low, <u32>load<u16>(labels + (<usize>middle << LABEL_SHIFT)) <= unit);
    length -= half;
  }
  const eight = v128.load(labels + (<usize>low << LABEL_SHIFT));
  const equal = i16x8.bitmask(i16x8.eq(eight, i16x8.splat(<i16>unit))) & ((1 << length) - 1);
  return equal != 0 ? low + <u32>ctz(equal) : 0;
}

/**
 * The trie node of each start's first two units. It is the step that most searches fail at and that misses the cache
 * most; done for all starts before anything else, the loads do not wait for one another.
 */
function findPairs(nUnits: u32): void {
  const text = scratch.text;
  const pairs = scratch.pairs;
  const roots = dictionary.roots;
  const letters = dictionary.letters;
  const trie = dictionary.trie;
  const last = nUnits - 1;
  for (let start: u32 = 0; start < last; start++) {
    const unitAt = text + (<usize>start << 1);
    const root = roots + (<usize>load<u16>(unitAt) << ROOT_SHIFT);
    const unit = <u32>load<u16>(unitAt, 2);
    const bitmap = <usize>load<u32>(root, ROOT_BITMAP);
    let node: u32 = 0;
    if (bitmap != 0) {
      const letter = <u32>load<u16>(letters + (<usize>unit << LETTER_SHIFT));
      const entry = bitmap + (<usize>(letter >> 5) << 3);
      const bits = load<u32>(entry);
      const bit: u32 = 1 << (letter & 31);
      const found = load<u32>(entry, BITMAP_BEFORE) + <u32>popcnt(bits & (bit - 1));
      node = select<u32>(found, 0, (bits & bit) != 0);
    } else {
      const first = load<u32>(root);
      if (first != 0) {
        const record = trie + (<usize>first << TRIE_SHIFT);
        node = findChild(load<u32>(record), load<u32>(record, TRIE_NEXT_CHILD), unit);
      }
    }
    store<u32>(pairs + (<usize>start << 2), node);
  }
  store<u32>(pairs + (<usize>last << 2), 0);
}

/** Node 0 stands for "none", its record is read and not used: no branch, so the loads go out one after another. */
function readPairRecords(nUnits: u32): void {
  const pairs = scratch.pairs;
  const records = scratch.pairRecords;
  const trie = dictionary.trie;
  for (let start: usize = 0; start < <usize>nUnits; start++) {
    const node = <usize>load<u32>(pairs + (start << 2));
    v128.store(records + (start << 4), v128.load(trie + (node << TRIE_SHIFT)));
  }
}

/**
 * Writes the candidates of all starts, shortest first, each set of words that end at one trie node as one candidate.
 * Returns false when they do not fit.
 */
export function findWords(nUnits: u32): bool {
  const text = scratch.text;
  const firstCandidate = scratch.firstCandidate;
  const pairs = scratch.pairs;
  const records = scratch.pairRecords;
  const roots = dictionary.roots;
  const trie = dictionary.trie;
  const limit = scratch.candidatesEnd - CANDIDATE_BYTES;
  let candidate = scratch.candidates;
  if (nUnits != 0) {
    findPairs(nUnits);
    readPairRecords(nUnits);
  }
  for (let start: u32 = 0; start < nUnits; start++) {
    store<u32>(firstCandidate + (<usize>start << 2), <u32>candidate);
    const root = load<u32>(roots + (<usize>load<u16>(text + (<usize>start << 1)) << ROOT_SHIFT));
    if (root == 0) continue;
    if (candidate > limit) return false;
    candidate = addCandidate(candidate, trie + (<usize>root << TRIE_SHIFT), start + 1);
    let node = load<u32>(pairs + (<usize>start << 2));
    let record = records + (<usize>start << 4);
    let end = start + 2;
    while (node != 0) {
      if (candidate > limit) return false;
      candidate = addCandidate(candidate, record, end);
      const firstChild = load<u32>(record);
      const nextChild = load<u32>(record, TRIE_NEXT_CHILD);
      if (end == nUnits || nextChild == firstChild) break;
      node = findChild(firstChild, nextChild, <u32>load<u16>(text + (<usize>end << 1)));
      record = trie + (<usize>node << TRIE_SHIFT);
      end++;
    }
  }
  store<u32>(firstCandidate + (<usize>nUnits << 2), <u32>candidate);
  return true;
}

/** A node without words is overwritten by the next candidate. */
function addCandidate(candidate: usize, record: usize, end: u32): usize {
  const firstWord = load<u32>(record, TRIE_FIRST_WORD);
  const endWord = load<u32>(record, TRIE_NEXT_WORD);
  store<u32>(candidate, firstWord);
  store<u32>(candidate, endWord, CANDIDATE_END_WORD);
  store<u32>(candidate, end, CANDIDATE_END);
  return candidate + select<usize>(CANDIDATE_BYTES, 0, endWord > firstWord);
}

/** End of the run of unknown characters that was looked at last. */
let runEnd: u32 = 0;

/** To be called before the first `findUnknownWords` of a text. */
export function resetRun(): void {
  runEnd = 0;
}

/**
 * Writes the unknown words at `start` to `scratch.unknownCandidates` and returns their end. Same order and limits as the
 * reference's #addUnknownNodes.
 */
export function findUnknownWords(start: u32, nUnits: u32, hasWords: bool): usize {
  const info = infoAt(start);
  const word = dictionary.nWords + ((info >> CATEGORY_SHIFT) & CATEGORY_MASK);
  const firstEnd = nextPosition(start, nUnits);
  let candidate = scratch.unknownCandidates;

  let groupEnd: u32 = 0;
  if ((info & GROUP_BIT) != 0) {
    if (start >= runEnd) runEnd = findRunEnd(start, nUnits);
    groupEnd = runEnd;
    if (fitsGroup(firstEnd, groupEnd, nUnits)) candidate = addUnknown(candidate, word, groupEnd);
  }

  const types = info & TYPES_MASK;
  const longest = (info >> LENGTH_SHIFT) & LENGTH_MASK;
  let end = firstEnd;
  for (let n: u32 = 1; n <= longest && end != groupEnd; n++) {
    candidate = addUnknown(candidate, word, end);
    if (end == nUnits || (infoAt(end) & types) == 0) break;
    end = nextPosition(end, nUnits);
  }

  if (!hasWords && candidate == scratch.unknownCandidates) candidate = addUnknown(candidate, word, firstEnd);
  return candidate;
}

/** Types roll along, so all characters of a run have the same end: it is found once, and long runs stay linear. */
function findRunEnd(start: u32, nUnits: u32): u32 {
  let types = infoAt(start) & TYPES_MASK;
  let end = nextPosition(start, nUnits);
  while (end < nUnits && (infoAt(end) & types) != 0) {
    types = infoAt(end) & TYPES_MASK;
    end = nextPosition(end, nUnits);
  }
  return end;
}

/** Whether at most MAX_GROUPING_SIZE characters follow the first, which ends at `firstEnd`. */
function fitsGroup(firstEnd: u32, groupEnd: u32, nUnits: u32): bool {
  let position = firstEnd;
  for (let n: u32 = 0; n < MAX_GROUPING_SIZE && position < groupEnd; n++) position = nextPosition(position, nUnits);
  return position >= groupEnd;
}

function addUnknown(candidate: usize, word: u32, end: u32): usize {
  store<u32>(candidate, word);
  store<u32>(candidate, word + 1, CANDIDATE_END_WORD);
  store<u32>(candidate, end, CANDIDATE_END);
  return candidate + CANDIDATE_BYTES;
}
