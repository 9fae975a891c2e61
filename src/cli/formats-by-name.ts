import { extname } from 'node:path';
import type { Format } from '../formats/format.ts';
import { FORMATS } from '../formats/index.ts';
import type { ArrayDataset, TableDataset } from '../signal/dataset.ts';
import { inputError, internalError } from '../signal/errors.ts';

/** A format that can be written: as the bytes of a file, or as a folder. */
export type Writer = FileWriter | FolderWriter;

export interface FileWriter {
  readonly kind: 'file';
  readonly id: string;
  readonly title: string;
  encode(dataset: ArrayDataset): Promise<Uint8Array>;
  /** Where the format holds tables. */
  encodeTable?(table: TableDataset): Promise<Uint8Array>;
}

export interface FolderWriter extends Pick<Required<Format>, 'id' | 'title' | 'writeFolder'> {
  readonly kind: 'folder';
}

/** The writer of a registered format whose files are files. */
export async function openFormat(id: string): Promise<FileWriter> {
  const entry = FORMATS.find((format) => format.id === id);
  const format = entry && (await entry.load()).default;
  if (!format?.encode) throw internalError({ code: 'no-writer', what: `there is no writer for the format "${id}"` });
  const { title, encode, encodeTable } = format;
  return { kind: 'file', id, title, encode, encodeTable };
}

/**
 * The writer that the ending of a file name asks for.
 * @throws SpectrailError `input/unknown-extension` naming the endings that can be written.
 */
export async function writerFor(path: string): Promise<Writer> {
  const extension = extname(path).toLowerCase();
  const endings: string[] = [];
  for (const entry of FORMATS) {
    const { id, title, encode, encodeTable, writeFolder, extensions } = (await entry.load()).default;
    if (!encode && !writeFolder) continue;
    if (extensions.includes(extension)) {
      return encode
        ? { kind: 'file', id, title, encode, encodeTable }
        : { kind: 'folder', id, title, writeFolder: writeFolder! };
    }
    endings.push(extensions[0]);
  }
  throw inputError({
    code: 'unknown-extension',
    where: path,
    what: extension ? `files ending in ${extension} cannot be written` : 'the name has no ending to tell the format',
    expected: `a name ending in ${endings.join(', ')}`,
  });
}
