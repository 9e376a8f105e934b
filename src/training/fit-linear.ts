import type { MlpKernelFactory } from "../kernels/mlp.js";
import { fitLinearMember, type LinearDocuments, type LinearMember } from "../nn/linear-member.js";
import { yieldToEventLoop } from "./progress.js";

/**
 * Fits the linear member, and lets the event loop run now and then, so that networks in other threads are heard.
 * When `signal` is aborted, each label has one pass at least.
 *
 * @param termKinds `[nTerms]` see `termKindsOf`
 * @param onTurn called often with the documents gone through in all passes
 */
export async function fitLinear(
  documents: LinearDocuments,
  termKinds: Uint8Array,
  nLabels: number,
  seed: number,
  kernels: MlpKernelFactory,
  signal: AbortSignal,
  onTurn?: (nDocuments: number) => void,
): Promise<LinearMember> {
  const run = fitLinearMember(documents, termKinds, nLabels, seed, kernels);
  for (;;) {
    const { done, value } = run.next(signal.aborted ? "stop" : undefined);
    if (done) return value;
    onTurn?.(value);
    await yieldToEventLoop();
  }
}
