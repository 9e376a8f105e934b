import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";

/** A file of an archive, decompressed. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
const UTF8_NAMES = 0x0800;

const STORED = 0;
const DEFLATED = 8;

function findEnd(bytes: Buffer): number {
  const last = bytes.length - END_BYTES;
  for (let place = last; place >= 0 && place >= last - MAX_COMMENT_BYTES; place--) {
    if (bytes.readUInt32LE(place) === END_SIGNATURE) return place;
  }
  throw new Error("it has no list of its files");
}

async function inflate(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let nBytes = 0;
  const inflating = Readable.from([bytes]).pipe(createInflateRaw());
  for await (const chunk of inflating) {
    nBytes += (chunk as Buffer).length;
    if (nBytes > maxBytes) throw new Error(`it holds more than ${maxBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/**
 * Returns the files of a zip archive that its list names and `isWanted` picks, decompressed; no more than `maxBytes` in all, whatever the
 * archive says about its sizes. Archives of 4 GiB or more and encrypted ones are not read.
 *
 * @throws {Error} when the archive is damaged or holds more; reads outside of the bytes end in a RangeError
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
export async function readZip(
  bytes: Buffer,
  isWanted: (name: string) => boolean,
  maxBytes: number,
): Promise<readonly ZipEntry[]> {
  const end = findEnd(bytes);
  const nEntries = bytes.readUInt16LE(end + 10);
  let place = bytes.readUInt32LE(end + 16);
  let nBytesLeft = maxBytes;
  const entries: ZipEntry[] = [];
  for (let i = 0; i < nEntries; i++) {
    if (bytes.readUInt32LE(place) !== ENTRY_SIGNATURE) throw new Error("the list of its files is damaged");
    const method = bytes.readUInt16LE(place + 10);
    const nCompressed = bytes.readUInt32LE(place + 20);
    const nNameBytes = bytes.readUInt16LE(place + 28);
    const nMoreBytes = bytes.readUInt16LE(place + 30) + bytes.readUInt16LE(place + 32);
    const local = bytes.readUInt32LE(place + 42);
    const name = bytes.toString("utf8", place + ENTRY_BYTES, place + ENTRY_BYTES + nNameBytes);
    place += ENTRY_BYTES + nNameBytes + nMoreBytes;
    if (!isWanted(name)) continue;
    if (bytes.readUInt32LE(local) !== LOCAL_SIGNATURE)
      throw new Error(`${JSON.stringify(name)} is not where the list says`);
    const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const compressed = bytes.subarray(start, start + nCompressed);
    if (compressed.length < nCompressed) throw new Error("it is cut off");
    if (method !== STORED && method !== DEFLATED)
      throw new Error(`${JSON.stringify(name)} is compressed by method ${method}`);
    if (method === STORED && nCompressed > nBytesLeft) throw new Error(`it holds more than ${maxBytes} bytes`);
    const content = method === STORED ? compressed : await inflate(compressed, nBytesLeft);
    nBytesLeft -= content.length;
    entries.push({ name, content });
  }
  return entries;
}

/** Returns a zip archive of the files, uncompressed. */
export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let place = 0;
  for (const { name, content } of entries) {
    const nameBytes = Buffer.from(name);
    // Both headers share version 2.0, the flag, method 0, no time, checksum, sizes and the name's length.
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(UTF8_NAMES, 2);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(content.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(LOCAL_SIGNATURE);
    parts.push(local, shared, nameBytes, content);
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeUInt32LE(ENTRY_SIGNATURE, 0);
    entry.writeUInt16LE(20, 4);
    shared.copy(entry, 6);
    entry.writeUInt32LE(place, 42);
    list.push(entry, nameBytes);
    place += LOCAL_BYTES + nameBytes.length + content.length;
  }
  const listBytes = Buffer.concat(list);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listBytes.length, 12);
  end.writeUInt32LE(place, 16);
  return Buffer.concat([...parts, listBytes, end]);
}
