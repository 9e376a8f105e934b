/**
 * Terms of documents to numbers: twin of src/features/reference-numbering.ts; src/kernels/numbering.ts has the rules. Flat
 * functions over addresses and sizes; src/kernels/wasm-numbering.ts is their only caller.
 */

export {
  forgetTerms,
  numberDocument,
  numbersAddress,
  reserveDocument,
  setRanges,
  unitsAddress,
  wordsAddress,
} from "./document";
export { memoryEnd } from "./memory";
export { endsAddress, givenUnitsAddress, numberTerms, reserveTerms, termNumbersAddress } from "./terms";
export { beginTables, countTerms, termStartsAddress, termUnitsAddress } from "./table";
export { addWord, clearWords, reserveWord } from "./words";
