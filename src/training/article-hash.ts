import { sha256, toHex } from "../sha-256.js";
import type { LabeledArticle } from "../text/article.js";

/** Articles hashed at once; part of the definition of `trainingDataHash`. */
const HASH_BLOCK_ARTICLES = 1024;

/** WebCrypto cannot hash piece by piece, so this is the hash of the hashes of blocks; see docs/model-format.md. */
export class ArticleHash {
  readonly #encoder = new TextEncoder();
  readonly #digests: Promise<Uint8Array>[] = [];
  #block = "";
  #nArticles = 0;

  add({ label, title, body }: LabeledArticle): void {
    this.#block += `${label}\0${title}\0${body}\0`;
    this.#nArticles++;
    if (this.#nArticles % HASH_BLOCK_ARTICLES === 0) this.#endBlock();
  }

  /** Returns the hash in hexadecimal digits; nothing may be added afterwards. */
  async finish(): Promise<string> {
    if (this.#block !== "") this.#endBlock();
    const blockDigests = await Promise.all(this.#digests);
    const whole = await sha256(Uint8Array.from(blockDigests.flatMap((bytes) => [...bytes])));
    return toHex(whole);
  }

  #endBlock(): void {
    this.#digests.push(sha256(this.#encoder.encode(this.#block)));
    this.#block = "";
  }
}
