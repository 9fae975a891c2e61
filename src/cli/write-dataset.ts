import type { Written } from '../formats/format.ts';
import type { PixelRows } from '../formats/pixel-rows.ts';
import type { ArrayDataset } from '../signal/dataset.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { beginDataFolder } from './data-folder.ts';
import type { Writer } from './formats-by-name.ts';

export interface WriteOptions {
  readonly force?: boolean;
  /** Files that must survive. */
  readonly keep?: readonly string[];
  /** The values by runs of pixels, where the dataset cannot give them itself. */
  readonly rows?: PixelRows;
}

/**
 * Writes a dataset under a name, whole or not at all: a file from memory, a folder a run of pixels at a time.
 * @returns bytes on the disk, and for a folder what became of the values.
 */
export async function writeDataset(
  dataset: ArrayDataset,
  path: string,
  writer: Writer,
  options: WriteOptions = {},
): Promise<{ bytes: number; written?: Written }> {
  const { force, keep, rows } = options;
  if (writer.kind === 'file') {
    const bytes = await writer.encode(dataset);
    await writeFileAtomically(path, bytes, { force });
    return { bytes: bytes.length };
  }
  const folder = await beginDataFolder(path, { force, keep });
  try {
    const written = await writer.writeFolder(dataset, folder.target, rows);
    return { bytes: await folder.commit(), written };
  } catch (error) {
    await folder.discard();
    throw error;
  }
}
