/** Undoes byte shuffling: byte b of element i lies at b·n + i of `stored`. What does not fill an element stays. */
export function unshuffleBytes(stored: Uint8Array, out: Uint8Array, elementBytes: number): void {
  const elements = Math.floor(stored.length / elementBytes);
  for (let b = 0, at = 0; b < elementBytes; b++) {
    for (let i = 0, to = b; i < elements; i++, to += elementBytes) out[to] = stored[at++];
  }
  out.set(stored.subarray(elements * elementBytes), elements * elementBytes);
}

/**
 * Undoes bit shuffling: bit k of byte b of element i is bit i mod 8 of byte ⌊i/8⌋ of row 8b + k. Blosc shuffles the bits of
 * whole groups of eight elements only; a block with a remainder is left as it is.
 */
export function unshuffleBits(stored: Uint8Array, out: Uint8Array, elementBytes: number): void {
  const elements = Math.floor(stored.length / elementBytes);
  if (elements % 8 !== 0) {
    out.set(stored);
    return;
  }
  const row = elements >> 3;
  for (let b = 0; b < elementBytes; b++) {
    for (let group = 0; group < row; group++) {
      const base = 8 * b * row + group;
      for (let j = 0; j < 8; j++) {
        let byte = 0;
        for (let k = 0; k < 8; k++) byte |= ((stored[base + k * row] >> j) & 1) << k;
        out[(8 * group + j) * elementBytes + b] = byte;
      }
    }
  }
  out.set(stored.subarray(elements * elementBytes), elements * elementBytes);
}
