import { DROPOUT_STREAM, generate } from "./philox";
import { wordsScratch } from "./scratch";
import { INDEX_OUT_OF_RANGE } from "./status";

/** The layer number of the input in counters of dropout; hidden layers are 1 … 3. */
const INPUT_LAYER: u32 = 0;

/** A word w drops its value when w ≤ lastDropped. */
export function dropInputs(
  indptr: usize,
  columns: usize,
  values: usize,
  lastDropped: u32,
  keep: f32,
  seed: u32,
  step: u32,
  nRows: u32,
): void {
  const layers = i32x4.splat(INPUT_LAYER);
  const steps = i32x4.splat(step);
  const words = wordsScratch();
  let kept: usize = 0;
  let begin = load<u32>(indptr);
  for (let b: u32 = 0; b < nRows; b++) {
    const end = load<u32>(indptr + (<usize>b << 2), 4);
    const rows = i32x4.splat(b);
    for (let k = begin; k < end; k += 4) {
      const n = min<u32>(4, end - k);
      const from = <usize>k << 2;
      // Beyond the row's end no column may be read; those lanes are drawn for nothing.
      const terms = n == 4 ? v128.load(columns + from) : loadFirst(columns + from, n);
      generate(words, seed, DROPOUT_STREAM, rows, i32x4.shr_u(terms, 2), layers, steps);
      for (let lane: u32 = 0; lane < n; lane++) {
        const place = from + (<usize>lane << 2);
        const term = load<u32>(columns + place);
        const word = load<u32>(words + (<usize>(term & 3) << 4) + (<usize>lane << 2));
        store<f32>(values + kept, load<f32>(values + place) * keep);
        store<u32>(columns + kept, term);
        kept += <usize>(word > lastDropped) << 2;
      }
    }
    begin = end;
    store<u32>(indptr + (<usize>b << 2), <u32>(kept >> 2), 4);
  }
}

/** The first n < 4 of four numbers. */
function loadFirst(at: usize, n: u32): v128 {
  let lanes = v128.load32_zero(at);
  if (n > 1) lanes = i32x4.replace_lane(lanes, 1, load<i32>(at, 4));
  if (n > 2) lanes = i32x4.replace_lane(lanes, 2, load<i32>(at, 8));
  return lanes;
}

/** A counting sort. Returns the number of slots, or INDEX_OUT_OF_RANGE when a column is not below nTerms. */
export function groupByTerm(
  terms: usize,
  slotIndptr: usize,
  slotRows: usize,
  slotValues: usize,
  slotOfTerm: usize,
  indptr: usize,
  columns: usize,
  values: usize,
  nRows: u32,
  nTerms: u32,
): i32 {
  const nnz = load<u32>(indptr + ((<usize>nRows) << 2));
  let nSlots: u32 = 0;
  // slotOfTerm holds the slot + 1; slotIndptr counts at one place to the right of where the slot begins.
  for (let k: u32 = 0; k < nnz; k++) {
    const term = load<u32>(columns + ((<usize>k) << 2));
    if (term >= nTerms) {
      clear(slotOfTerm, terms, nSlots);
      return INDEX_OUT_OF_RANGE;
    }
    const place = slotOfTerm + ((<usize>term) << 2);
    let slot = load<u32>(place);
    if (slot == 0) {
      store<u32>(terms + ((<usize>nSlots) << 2), term);
      slot = ++nSlots;
      store<u32>(place, slot);
      store<u32>(slotIndptr + ((<usize>slot) << 2), 0);
    }
    const count = slotIndptr + ((<usize>slot) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
  store<u32>(slotIndptr, 0);
  let begin: u32 = 0;
  for (let s: u32 = 1; s <= nSlots; s++) {
    const place = slotIndptr + ((<usize>s) << 2);
    const count = load<u32>(place);
    // Where the slot begins; it moves on as the slot is filled and so ends as the beginning of the next.
    store<u32>(place, begin);
    begin += count;
  }
  let k: u32 = 0;
  for (let b: u32 = 0; b < nRows; b++) {
    const end = load<u32>(indptr + ((<usize>b) << 2), 4);
    for (; k < end; k++) {
      const from = (<usize>k) << 2;
      const slot = load<u32>(slotOfTerm + ((<usize>load<u32>(columns + from)) << 2));
      const count = slotIndptr + ((<usize>slot) << 2);
      const place = load<u32>(count);
      store<u32>(count, place + 1);
      store<u32>(slotRows + ((<usize>place) << 2), b);
      store<f32>(slotValues + ((<usize>place) << 2), load<f32>(values + from));
    }
  }
  clear(slotOfTerm, terms, nSlots);
  return nSlots;
}

/** Puts slotOfTerm back to zero. */
function clear(slotOfTerm: usize, terms: usize, nSlots: u32): void {
  for (let s: u32 = 0; s < nSlots; s++) {
    store<u32>(slotOfTerm + ((<usize>load<u32>(terms + ((<usize>s) << 2))) << 2), 0);
  }
}
