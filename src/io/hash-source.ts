import { createHash } from "node:crypto";
import type { ByteSource } from "./files.js";

/**
 * The same source, whose bytes are hashed as they pass.
 * @param onEnd takes their SHA-256 in hexadecimal digits when the last of them has been read
 */
export function hashSource(source: ByteSource, onEnd: (sha256: string) => void): ByteSource {
  async function* tap(): AsyncGenerator<Uint8Array, void> {
    const hash = createHash("sha256");
    for await (const chunk of source.chunks) {
      hash.update(chunk);
      yield chunk;
    }
    onEnd(hash.digest("hex"));
  }
  return { ...source, chunks: tap() };
}

/** Reads a file to its end and returns the SHA-256 of its bytes in hexadecimal digits. */
export async function hashFile(source: ByteSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source.chunks) hash.update(chunk);
  return hash.digest("hex");
}
