/** What a kernel that looks at indices returns; src/kernels/wasm-mlp.ts turns all but 0 into errors. */

export const OK = 0;
/** An index points outside its array. */
export const INDEX_OUT_OF_RANGE = -1;
