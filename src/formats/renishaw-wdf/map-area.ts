import type { ByteSource } from '../format.ts';
import type { Chunk } from './chunks.ts';

/** The grid a map was planned on (`WMAP`). */
export interface MapArea {
  readonly random: boolean;
  readonly columnMajor: boolean;
  /** Every other line runs backwards. */
  readonly alternating: boolean;
  /** Positions along one line across the sample. */
  readonly line: boolean;
  readonly offset: readonly number[];
  readonly scale: readonly number[];
  /** Positions along x, y and z. */
  readonly size: readonly number[];
}

const BYTES = 44;

/** Undefined, with a warning, when the block is cut short. */
export async function readMapArea(file: ByteSource, chunk: Chunk, warnings: string[]): Promise<MapArea | undefined> {
  const bytes = await file.read(chunk.offset, Math.min(BYTES, chunk.size));
  if (bytes.length < BYTES) {
    warnings.push('the block that describes the map is cut short');
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint32(0, true);
  const three = (at: number, get: (at: number) => number) => [get(at), get(at + 4), get(at + 8)];
  const float = (at: number) => view.getFloat32(at, true);
  return {
    random: (flags & 1) !== 0,
    columnMajor: (flags & 2) !== 0,
    alternating: (flags & 4) !== 0,
    line: (flags & 128) !== 0,
    offset: three(8, float),
    scale: three(20, float),
    size: three(32, (at) => Math.max(1, view.getUint32(at, true))),
  };
}
