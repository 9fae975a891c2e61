import { extname } from 'node:path';
import { FORMATS } from '../formats/index.ts';
import type { ArrayDataset } from '../signal/dataset.ts';
import { inputError, internalError } from '../signal/errors.ts';

/** A format that can be written. */
export interface Writer {
  readonly id: string;
  readonly title: string;
  encode(dataset: ArrayDataset): Promise<Uint8Array>;
}

/** The writer of a registered format. */
export async function openFormat(id: string): Promise<Writer> {
  const entry = FORMATS.find((format) => format.id === id);
  const format = entry && (await entry.load()).default;
  if (!format?.encode) throw internalError({ code: 'no-writer', what: `there is no writer for the format "${id}"` });
  return { id, title: format.title, encode: format.encode };
}

/**
 * The writer that the ending of a file name asks for.
 * @throws SpectrailError `input/unknown-extension` naming the endings that can be written.
 */
export async function writerFor(path: string): Promise<Writer> {
  const extension = extname(path).toLowerCase();
  const endings: string[] = [];
  for (const entry of FORMATS) {
    const { encode, extensions } = (await entry.load()).default;
    if (!encode) continue;
    if (extensions.includes(extension)) return { id: entry.id, title: entry.title, encode };
    endings.push(extensions[0]);
  }
  throw inputError({
    code: 'unknown-extension',
    where: path,
    what: extension ? `files ending in ${extension} cannot be written` : 'the name has no ending to tell the format',
    expected: `a name ending in ${endings.join(', ')}`,
  });
}
