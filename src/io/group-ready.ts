/**
 * Collects items that are there into groups. A group ends when its size reaches the limit, and as soon as the next item has
 * to be waited for: one who types a line gets its answer before the next. What the source throws comes after the items
 * before it.
 *
 * @param sizeOf ≥ 0
 */
export async function* groupReady<T>(
  items: AsyncIterable<T>,
  sizeOf: (item: T) => number,
  limit: number,
): AsyncGenerator<readonly T[], void> {
  const source = items[Symbol.asyncIterator]();
  const draw = (): Promise<IteratorResult<T, unknown>> => {
    const drawn = source.next();
    // A failure waits until its turn comes, and is not "unhandled" before.
    drawn.catch(() => undefined);
    return drawn;
  };
  let next = draw();
  try {
    for (let first = await next; first.done !== true; first = await next) {
      const group = [first.value];
      let size = sizeOf(first.value);
      next = draw();
      // Comes after everything that waits for no input.
      const idle = new Promise<null>((resolve) => setImmediate(resolve, null));
      while (size < limit) {
        const result = await Promise.race([next.catch(() => null), idle]);
        if (result === null || result.done === true) break;
        group.push(result.value);
        size += sizeOf(result.value);
        next = draw();
      }
      yield group;
    }
  } finally {
    // Not waited for: a source that waits for input ends when the input comes.
    source.return?.().catch(() => undefined);
  }
}
