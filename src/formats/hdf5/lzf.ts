/** Three bytes make 264 at most. */
const MOST_GAIN = 88;

/**
 * Unpacks LZF (the format of Marc Lehmann's liblzf) to exactly `size` bytes; undefined where the packed bytes do not give
 * them. A byte below 32 begins that many and one bytes as they are; any other, a copy of bytes already unpacked: three bits of
 * length (7: one more byte of it follows) and thirteen of distance.
 */
export function unpackLzf(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  if (size > MOST_GAIN * packed.length) return undefined;
  const out = new Uint8Array(size);
  let [from, to] = [0, 0];
  while (from < packed.length) {
    const control = packed[from++];
    if (control < 32) {
      const end = from + control + 1;
      if (end > packed.length || to + control + 1 > size) return undefined;
      out.set(packed.subarray(from, end), to);
      to += control + 1;
      from = end;
      continue;
    }
    let length = control >> 5;
    if (from + (length === 7 ? 2 : 1) > packed.length) return undefined;
    if (length === 7) length += packed[from++];
    let source = to - ((control & 31) << 8) - packed[from++] - 1;
    const end = to + length + 2;
    if (source < 0 || end > size) return undefined;
    // One by one: what is copied may be what was just written.
    while (to < end) out[to++] = out[source++];
  }
  return to === size ? out : undefined;
}
