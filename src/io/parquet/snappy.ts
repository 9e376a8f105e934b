/** Shorter pieces are copied faster by a loop than by a call. */
const LOOP_BYTES = 32;

/**
 * Returns the `nBytes` that Snappy's raw format holds. Time and memory are bounded by the bytes in and out.
 *
 * @throws {Error} when the bytes are damaged or hold another number
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function decompressSnappy(input: Uint8Array, nBytes: number): Uint8Array {
  let place = 0;
  const littleEndian = (n: number): number => {
    if (place + n > input.length) throw new Error("Snappy: cut off");
    let value = 0;
    for (let i = 0; i < n; i++) value += (input[place + i] as number) * 2 ** (8 * i);
    place += n;
    return value;
  };
  let declared = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = littleEndian(1);
    declared += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift === 28) throw new Error("Snappy: a length of more than 32 bits");
  }
  if (declared !== nBytes) throw new Error(`Snappy: ${declared} bytes and not ${nBytes}`);

  const output = new Uint8Array(nBytes);
  let end = 0;
  while (place < input.length) {
    const tag = input[place++] as number;
    const high = tag >> 2;
    let length: number;
    let distance = 0;
    switch (tag & 3) {
      case 0:
        length = (high < 60 ? high : littleEndian(high - 59)) + 1;
        break;
      case 1:
        length = (high & 7) + 4;
        distance = ((tag >> 5) << 8) + littleEndian(1);
        break;
      case 2:
        length = high + 1;
        distance = littleEndian(2);
        break;
      default:
        length = high + 1;
        distance = littleEndian(4);
    }
    if (length > nBytes - end) throw new Error(`Snappy: more than ${nBytes} bytes`);
    if ((tag & 3) === 0) {
      if (length > input.length - place) throw new Error("Snappy: cut off");
      if (length > LOOP_BYTES) output.set(input.subarray(place, place + length), end);
      else for (let i = 0; i < length; i++) output[end + i] = input[place + i] as number;
      place += length;
    } else {
      if (distance === 0 || distance > end) throw new Error("Snappy: a copy from before the start");
      // Byte by byte where it is short, and where it reaches into what it writes.
      if (length > LOOP_BYTES && distance >= length) output.copyWithin(end, end - distance, end - distance + length);
      else for (let i = end; i < end + length; i++) output[i] = output[i - distance] as number;
    }
    end += length;
  }
  if (end !== nBytes) throw new Error(`Snappy: ${end} bytes and not ${nBytes}`);
  return output;
}
