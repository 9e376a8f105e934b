/** How often the linear member counts for each network: alone it is as good as it is with them, a network is not (docs/accuracy.md). */
const LINEAR_VOTES = 2;

/** How often each member of a model counts in the mean: the networks, then the linear member. */
export function votesOf(nNetworks: number, hasLinear: boolean): readonly number[] {
  return [...Array.from({ length: nNetworks }, () => 1), ...(hasLinear ? [LINEAR_VOTES * nNetworks] : [])];
}
