import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

/** A block of the file: four letters, a number among those of the same letters, and where its content lies. */
export interface Chunk {
  readonly id: string;
  readonly uid: number;
  /** Byte of the content, after the 16 bytes of its own header. */
  readonly offset: number;
  readonly size: number;
}

export interface Chunks {
  readonly list: readonly Chunk[];
  readonly warnings: readonly string[];
}

const HEADER = 16;
/** Files hold some twenty; maps of a hundred analyses some hundreds. */
const MOST_CHUNKS = 10_000;

/**
 * Lists the blocks of a WDF file. A last block that is cut short keeps what is there.
 * @throws SpectrailError `format/bad-wdf` for a block smaller than its own header, or too many of them.
 */
export async function listChunks(file: ByteSource): Promise<Chunks> {
  const list: Chunk[] = [];
  const warnings: string[] = [];
  let at = 0;
  while (at + HEADER <= file.size) {
    const bytes = await file.read(at, HEADER);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const id = String.fromCharCode(...bytes.subarray(0, 4));
    const stated = Number(view.getBigUint64(8, true));
    if (stated < HEADER || list.length === MOST_CHUNKS) {
      throw formatError({
        code: 'bad-wdf',
        where: `${file.name}, byte ${at}`,
        what: stated < HEADER ? `the block "${id}" has a size of ${stated} bytes` : `more than ${MOST_CHUNKS} blocks`,
        expected: `blocks of at least ${HEADER} bytes`,
        fix: 'copy the file again: it is damaged',
      });
    }
    const size = Math.min(stated, file.size - at);
    if (size < stated) warnings.push(`the block ${id} at byte ${at} states ${stated} bytes, the file has ${size} left`);
    list.push({ id, uid: view.getUint32(4, true), offset: at + HEADER, size: size - HEADER });
    at += size;
  }
  return { list, warnings };
}
