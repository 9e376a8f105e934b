/** Runs two Viterbi kernels over the same dictionary on one text and says where they differ. */

import type { ViterbiKernel } from "../src/kernels/viterbi.js";

const COLUMNS = ["starts", "ends", "wordIds", "totals"] as const;

/** The first difference in words, or null: number of tokens, starts, ends, word ids and running totals all count. */
export function findDifference(expected: ViterbiKernel, actual: ViterbiKernel, text: string): string | null {
  const nExpected = runKernel(expected, text);
  const nActual = runKernel(actual, text);
  if (nExpected !== nActual) return `${nActual} tokens instead of ${nExpected}`;
  for (let i = 0; i < nExpected; i++) {
    for (const column of COLUMNS) {
      const [value, found] = [expected[column][i], actual[column][i]];
      if (value !== found) return `${column}[${i}] is ${found} instead of ${value}`;
    }
  }
  return null;
}

/** Number of tokens of the text. */
export function runKernel(kernel: ViterbiKernel, text: string): number {
  const input = kernel.input(text.length);
  for (let i = 0; i < text.length; i++) input[i] = text.charCodeAt(i);
  return kernel.run(text.length);
}
