export interface Components {
  /** Row-major; 0: background, 1 … count: components in the order their first pixel is met. */
  readonly labels: Int32Array;
  readonly count: number;
  /** Pixels of component label: sizes[label − 1]. */
  readonly sizes: Uint32Array;
}

/** Connected components of the non-zero pixels of a row-major height×width map, diagonal neighbours included. */
export function labelComponents(map: ArrayLike<number | boolean>, height: number, width: number): Components {
  const labels = new Int32Array(height * width);
  const queue = new Int32Array(height * width);
  const sizes: number[] = [];
  for (let seed = 0; seed < labels.length; seed++) {
    if (!map[seed] || labels[seed] !== 0) continue;
    const label = sizes.length + 1;
    let head = 0;
    let tail = 0;
    queue[tail++] = seed;
    labels[seed] = label;
    while (head < tail) {
      const at = queue[head++];
      const y = Math.floor(at / width);
      const x = at - y * width;
      const right = Math.min(x + 1, width - 1);
      const below = Math.min(y + 1, height - 1);
      for (let v = Math.max(y - 1, 0); v <= below; v++) {
        for (let u = Math.max(x - 1, 0); u <= right; u++) {
          const next = v * width + u;
          if (!map[next] || labels[next] !== 0) continue;
          labels[next] = label;
          queue[tail++] = next;
        }
      }
    }
    sizes.push(tail);
  }
  return { labels, count: sizes.length, sizes: Uint32Array.from(sizes) };
}
