/** A term as shown to people: the space that a character n-gram begins or ends with is made visible. */
export function showTerm(term: string): string {
  return term.replace(/^ | $/g, "␣");
}
