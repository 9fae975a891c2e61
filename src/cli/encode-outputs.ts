import { npyHead } from '../formats/npy/encode.ts';
import type { ArrayContent, OutputFile } from '../report/index.ts';
import { dtypeOf } from '../signal/dtype.ts';
import type { EncodedFile } from './result-folder.ts';

/** Files of a report as bytes: its arrays become NumPy files, without a copy of them. */
export function encodeOutputs(files: readonly OutputFile[]): EncodedFile[] {
  return files.map(({ path, content }) => {
    const plain = typeof content === 'string' || content instanceof Uint8Array;
    return { path, content: plain ? content : encodeArray(content) };
  });
}

/** A NumPy file, in two pieces: its head, and the values where they are. */
export function encodeArray({ array, shape }: ArrayContent): readonly Uint8Array[] {
  return [npyHead(dtypeOf(array), shape), new Uint8Array(array.buffer, array.byteOffset, array.byteLength)];
}
