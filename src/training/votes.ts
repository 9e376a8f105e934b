/** How often the linear member counts for each network: alone it is as good as it is with them, a network is not (docs/accuracy.md). */
const LINEAR_VOTES = 2;

/**
 * How often a student and the linear member count that share the units of one network. The student errs more than the networks that
 * it stands for, and its logits are larger on texts that it has not seen: as heavy as a network it costs a thousand articles
 * most of a point (docs/accuracy.md).
 */
export const STUDENT_VOTES = [1, 8] as const;

/** How often each member of a model counts in the mean: the networks, then the linear member. */
export function votesOf(nNetworks: number, hasLinear: boolean): readonly number[] {
  return [...Array.from({ length: nNetworks }, () => 1), ...(hasLinear ? [LINEAR_VOTES * nNetworks] : [])];
}
