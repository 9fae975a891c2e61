import type { ByteSource } from '../format.ts';
import type { Chunk } from './chunks.ts';
import type { Header } from './header.ts';
import { FILE_TIME } from './quantities.ts';

/** Where or when each spectrum was taken, one quantity of it. */
export interface Origin {
  readonly kind: number;
  /** The quantity that the measurement runs through, as opposed to what was noted beside it. */
  readonly primary: boolean;
  readonly unit: number;
  /** One a spectrum; times in s since the first. */
  readonly values: Float64Array;
}

const ENTRY = 24;
const PRIMARY = 2 ** 31;

/** The `ORGN` block; lists that the block is too short for are left out, with a warning. */
export async function readOrigins(
  file: ByteSource,
  chunk: Chunk,
  header: Header,
  warnings: string[],
): Promise<Origin[]> {
  const { count, capacity } = header;
  const stride = ENTRY + capacity * 8;
  const origins: Origin[] = [];
  for (let i = 0; i < header.originCount; i++) {
    const start = 4 + i * stride;
    if (start + ENTRY + count * 8 > chunk.size) {
      warnings.push(`the list of positions holds ${i} of ${header.originCount} quantities`);
      break;
    }
    const bytes = await file.read(chunk.offset + start, ENTRY + count * 8);
    if (bytes.length < ENTRY + count * 8) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const type = view.getUint32(0, true);
    const unit = view.getUint32(4, true);
    const first = view.getBigUint64(ENTRY, true);
    const values = new Float64Array(count);
    for (let s = 0; s < count; s++) {
      const at = ENTRY + 8 * s;
      values[s] = unit === FILE_TIME ? Number(view.getBigUint64(at, true) - first) / 1e7 : view.getFloat64(at, true);
    }
    origins.push({ kind: type % PRIMARY, primary: type >= PRIMARY, unit, values });
  }
  return origins;
}
