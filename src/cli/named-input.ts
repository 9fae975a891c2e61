import { resolve } from 'node:path';
import type { FolderSource } from '../formats/folder.ts';
import type { ByteSource } from '../formats/format.ts';
import { openNodePath } from '../formats/node-folder.ts';
import { finishReplacement } from './leftovers.ts';

/**
 * The file or folder that the user names. Where a kill has come between the two renames of a replacement, it is finished
 * first.
 * @throws SpectrailError as {@link openNodePath} does.
 */
export async function namedInput(path: string): Promise<ByteSource | FolderSource> {
  await finishReplacement(resolve(path));
  return openNodePath(path);
}
