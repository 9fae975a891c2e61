/**
 * A grid of chunks each of which is one run of pixels in C order: whole inner dimensions, a piece of one, single positions
 * of those before it.
 */
export interface FlatChunks {
  /** Values along each dimension of the array. */
  readonly chunks: readonly number[];
  readonly shape: readonly number[];
}

export interface FlatChunk {
  readonly index: readonly number[];
  /** Pixels it holds. */
  readonly start: number;
  readonly end: number;
}

/** Chunks of at most `bytes` bytes, or of one pixel where that is more. */
export function flatChunks(shape: readonly number[], elementBytes: number, bytes: number): FlatChunks {
  const chunks = shape.map(() => 1);
  let size = elementBytes;
  for (let d = shape.length - 1; d >= 0; d--) {
    const channels = d === shape.length - 1;
    chunks[d] = channels ? shape[d] : Math.max(1, Math.min(shape[d], Math.floor(bytes / size)));
    size *= chunks[d];
    if (chunks[d] < shape[d]) break;
  }
  return { shape, chunks };
}

/** Is every chunk one run of pixels? */
export function isFlat({ shape, chunks }: FlatChunks): boolean {
  let split = false;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (split && chunks[d] !== 1) return false;
    if (chunks[d] > shape[d] || (d === shape.length - 1 && chunks[d] !== shape[d])) return false;
    split ||= chunks[d] < shape[d];
  }
  return true;
}

/** Pixels in a whole chunk; those at an edge may hold fewer. */
export function chunkPixels({ chunks }: FlatChunks): number {
  return chunks.slice(0, -1).reduce((a, b) => a * b, 1);
}

/** The chunk that holds a pixel. */
export function chunkAt({ shape, chunks }: FlatChunks, pixel: number): FlatChunk {
  const index = shape.map(() => 0);
  let inner = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  let rest = pixel;
  let start = 0;
  for (let d = 0; d < shape.length - 1; d++) {
    inner /= shape[d];
    index[d] = Math.floor(Math.floor(rest / inner) / chunks[d]);
    const first = index[d] * chunks[d];
    start += first * inner;
    if (chunks[d] > 1 || d === shape.length - 2) {
      const count = Math.min(chunks[d], shape[d] - first);
      return { index, start, end: start + count * inner };
    }
    rest -= first * inner;
  }
  return { index, start: 0, end: 1 };
}

/** All of them, in order. */
export function* chunksInOrder(grid: FlatChunks): Generator<FlatChunk> {
  const pixels = grid.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  for (let pixel = 0; pixel < pixels; ) {
    const chunk = chunkAt(grid, pixel);
    yield chunk;
    pixel = chunk.end;
  }
}
