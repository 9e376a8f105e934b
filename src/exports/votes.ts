/** Each network's output as often as it has votes: the mean of the list is the score. */
export function outputsByVotes(outputs: readonly string[], votes: readonly number[]): readonly string[] {
  return outputs.flatMap((output, member) => new Array<string>(votes[member] as number).fill(output));
}
