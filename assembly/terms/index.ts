/**
 * Terms to columns: twin of src/features/reference-terms.ts; src/kernels/terms.ts has the rules. Flat functions over
 * addresses and sizes; src/kernels/wasm-terms.ts, their only caller, owns the memory and makes room before it calls.
 */

export { weigh } from "./weigh";
export { addWord, clearWords, moveWords, wordUnitsEnd } from "./words";
export {
  columnsAddress,
  idfAddress,
  planDocument,
  planTables,
  planTerms,
  setOptions,
  unitsAddress,
  valuesAddress,
  wordsAddress,
} from "./memory";
export { countShortTerms, fillTables } from "./table";
