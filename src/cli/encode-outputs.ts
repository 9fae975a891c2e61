import type { ArrayContent, OutputFile } from '../report/index.ts';
import { uniformAxis } from '../signal/axis.ts';
import type { ArrayDataset } from '../signal/dataset.ts';
import { dtypeOf } from '../signal/dtype.ts';
import { openFormat } from './formats-by-name.ts';
import type { EncodedFile } from './result-folder.ts';

/** Files of a report as bytes: its arrays become NumPy files. */
export async function encodeOutputs(files: readonly OutputFile[]): Promise<EncodedFile[]> {
  const encoded: EncodedFile[] = [];
  for (const { path, content } of files) {
    const plain = typeof content === 'string' || content instanceof Uint8Array;
    encoded.push({ path, content: plain ? content : await encodeArray(path, content.array, content.shape) });
  }
  return encoded;
}

/** A NumPy file. */
export async function encodeArray(title: string, array: ArrayContent['array'], shape: readonly number[]) {
  const npy = await openFormat('npy');
  return npy.encode(asDataset(title, array, shape));
}

function asDataset(title: string, array: ArrayContent['array'], shape: readonly number[]): ArrayDataset {
  return {
    kind: 'array',
    title,
    shape,
    dtype: dtypeOf(array),
    axes: shape.map((size) => uniformAxis({ role: 'navigation', size })),
    values: { kind: 'dense', load: async () => array },
    metadata: {},
    original: {},
    warnings: [],
  };
}
