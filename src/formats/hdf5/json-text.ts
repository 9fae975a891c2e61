import type { PlainTree } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { badMetadata, jsonTree } from '../json-tree.ts';
import type { Hdf5File } from './index.ts';

/** A column of metadata is 60000 bytes in every file seen. */
const LONGEST_COLUMN = 2 ** 22;

/**
 * The JSON in the first column of a matrix of bytes: metadata are stored one column per frame, padded with NUL.
 * @throws SpectrailError `format/bad-metadata`, and those of the HDF5 file.
 */
export async function readJsonColumn(file: Hdf5File, path: string): Promise<PlainTree> {
  const { shape, dtype } = await file.dataset(path);
  const [rows, columns = 1] = shape;
  if (dtype !== 'uint8' || shape.length < 1 || shape.length > 2 || columns < 1 || !(rows <= LONGEST_COLUMN)) {
    throw badMetadata(path, `the metadata are ${dtype ?? 'records'} of shape ${shape.join(' × ')}`);
  }
  const count = shape.length === 1 ? [rows] : [rows, 1];
  const bytes = (await file.read(path, { start: shape.map(() => 0), count })) as Uint8Array;
  const end = bytes.indexOf(0);
  return jsonTree(new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)), path);
}

/** The JSON in a dataset of one text. */
export async function readJsonText(file: Hdf5File, path: string): Promise<PlainTree> {
  const [text = ''] = await file.strings(path);
  return jsonTree(text, path);
}

/** Undefined where there is no such JSON, or none that can be read: for what the data can be read without. */
export async function tryJson(read: () => Promise<PlainTree>): Promise<PlainTree | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    return undefined;
  }
}
