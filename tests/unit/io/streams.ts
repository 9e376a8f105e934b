import type { ArticleRecord } from "../../../src/io/article-reader.js";
import type { ByteSource } from "../../../src/io/files.js";
import type { Article } from "../../../src/text/article.js";

/** A source of the UTF-8 bytes of a text (or of given bytes) in chunks of `chunkSize` bytes. */
export function sourceOf(content: string | Uint8Array, chunkSize = 65_536, name = "test.csv"): ByteSource {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize);
  }
  return { name, chunks: chunks() };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Articles with the lines that they begin on. */
export async function collectArticles<A extends Article>(
  reader: AsyncIterable<ArticleRecord<A>>,
): Promise<{ readonly article: A; readonly line: number }[]> {
  return (await collect(reader)).map(({ article, line }) => ({ article, line }));
}

/** The error that a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("no error was thrown");
}
