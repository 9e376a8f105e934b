/** The beginning of what comes in pieces, and the whole again. */
export interface Peeked<T> {
  /** The first pieces, as many as it took. */
  readonly start: readonly T[];
  readonly pieces: AsyncGenerator<T, void>;
}

/**
 * Takes pieces until there is enough of them, or no more.
 * @param isEnough says of the pieces so far whether they will do
 */
export async function peek<T>(
  pieces: AsyncIterable<T>,
  isEnough: (start: readonly T[]) => boolean,
): Promise<Peeked<T>> {
  const iterator = pieces[Symbol.asyncIterator]();
  const start: T[] = [];
  while (!isEnough(start)) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    start.push(value);
  }
  async function* replay(): AsyncGenerator<T, void> {
    try {
      yield* start;
      for (;;) {
        const { value, done } = await iterator.next();
        if (done === true) return;
        yield value;
      }
    } finally {
      // Closes the source also where the reader stops at the first line.
      await iterator.return?.();
    }
  }
  return { start, pieces: replay() };
}

/** Characters of the first line that are looked at; a header is far shorter. */
const MAX_HEADER_LENGTH = 64 * 1024;

/** The first line of a text that is not blank, without its end, and the whole text again. */
export async function peekLine(
  text: AsyncIterable<string>,
): Promise<{ readonly line: string; readonly text: AsyncGenerator<string, void> }> {
  const lineOf = (start: readonly string[]) => start.join("").replace(/^(?:[^\S\r\n]*[\r\n])+/, "");
  const { start, pieces } = await peek(text, (soFar) => {
    // A line of spaces may still turn out to be blank, and "\n" may follow "\r" without a difference.
    const line = lineOf(soFar);
    return /[\r\n]/.test(line) || line.length >= MAX_HEADER_LENGTH;
  });
  return { line: lineOf(start).split(/[\r\n]/, 1)[0] as string, text: pieces };
}
