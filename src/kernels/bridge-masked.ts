/** Straight lines over masked channels of the row that starts at `at`, level at the ends; 0 where every channel is masked. */
export function bridgeMasked(values: Float64Array, masked: Uint8Array, at = 0): void {
  const channels = masked.length;
  for (let j = 0; j < channels; j++) {
    if (!masked[j]) continue;
    let end = j;
    while (end < channels && masked[end]) end++;
    const before = j > 0 ? values[at + j - 1] : end < channels ? values[at + end] : 0;
    const after = end < channels ? values[at + end] : before;
    for (let k = j; k < end; k++) values[at + k] = before + ((after - before) * (k - j + 1)) / (end - j + 1);
    j = end;
  }
}
