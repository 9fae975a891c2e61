import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';

/** Something in a store is not as it was written. */
export function damaged(where: string, what: string, cause?: unknown) {
  return formatError({
    code: 'damaged-store',
    where,
    what,
    expected: 'the store as it was written',
    fix: 'copy it again, or convert the original again',
    cause,
  });
}

export function damagedTile(where: string, tile: number, firstPixel: number, lastPixel: number) {
  return damaged(
    where,
    `tile ${tile} (pixels ${firstPixel} to ${lastPixel}) does not have the checksum it was written with`,
  );
}

export function notAStore(folder: FolderSource, why: string) {
  return formatError({
    code: 'not-a-store',
    where: folder.name,
    what: `the folder is no store of spectrail: ${why}`,
    expected: 'a folder that spectrail wrote',
  });
}
