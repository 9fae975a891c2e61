/** A box of a C-order array: `start[d]` … `start[d] + count[d] − 1` along each dimension. */
export interface Tile {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/**
 * Cuts an array into boxes of whole chunks, each at most `limit` bytes (one chunk when a single one is larger), so that
 * every chunk is unpacked once. Boxes grow along the last dimension first: for contiguous data they are slabs.
 */
export function* tiles(
  shape: readonly number[],
  chunk: readonly number[] | undefined,
  elementBytes: number,
  limit: number,
): Generator<Tile> {
  const rank = shape.length;
  if (shape.some((size) => size === 0)) return;
  const count = shape.map((size, d) => Math.min(size, Math.max(1, chunk?.[d] ?? 1)));
  let bytes = count.reduce((a, b) => a * b, elementBytes);
  for (let d = rank - 1; d >= 0; d--) {
    const unit = count[d];
    const wanted = Math.ceil(shape[d] / unit);
    const fits = Math.max(1, Math.min(wanted, Math.floor(limit / bytes)));
    count[d] = Math.min(shape[d], unit * fits);
    bytes = (bytes / unit) * count[d];
    if (fits < wanted) break;
  }
  const start = new Array<number>(rank).fill(0);
  for (;;) {
    yield { start: [...start], count: count.map((size, d) => Math.min(size, shape[d] - start[d])) };
    let d = rank - 1;
    for (; d >= 0; d--) {
      start[d] += count[d];
      if (start[d] < shape[d]) break;
      start[d] = 0;
    }
    if (d < 0) return;
  }
}

interface Elements<T> {
  set(source: T, offset: number): void;
  subarray(start: number, end: number): T;
}

/** Copies a tile's values (C order over `tile.count`) to their place in the whole array. `width`: elements per value. */
export function placeTile<T extends Elements<T>>(
  whole: T,
  shape: readonly number[],
  tile: Tile,
  values: T,
  width: number,
): void {
  const rank = shape.length;
  let inner = rank - 1;
  let run = width;
  while (inner >= 0 && tile.count[inner] === shape[inner]) run *= shape[inner--];
  if (inner >= 0) run *= tile.count[inner];
  const outer = Math.max(inner, 0);
  const index = new Array<number>(outer).fill(0);
  const strides = new Array<number>(rank).fill(width);
  for (let d = rank - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  const base = tile.start.reduce((sum, at, d) => sum + at * strides[d], 0);
  for (let from = 0; ; from += run) {
    let to = base;
    for (let d = 0; d < outer; d++) to += index[d] * strides[d];
    whole.set(values.subarray(from, from + run), to);
    let d = outer - 1;
    for (; d >= 0; d--) {
      if (++index[d] < tile.count[d]) break;
      index[d] = 0;
    }
    if (d < 0) return;
  }
}
