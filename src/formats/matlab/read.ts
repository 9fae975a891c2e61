import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { axesIn } from './axes.ts';
import { bytesOfFile, type Unpacked } from './bytes.ts';
import { MatContents } from './contents.ts';
import { HEADER_BYTES, kindOfMat } from './kind.ts';
import { readLevel4 } from './level4.ts';
import { readLevel5 } from './level5.ts';
import { readLevel73 } from './level73.ts';

/**
 * Every array of numbers among the variables, those in structs and cells by their paths. The shape is what `size` gives in
 * MATLAB, with two exceptions: vectors have one dimension, and the dimension along a spectral axis comes last.
 * @throws SpectrailError `format/not-mat`, `format/no-arrays`, `format/bad-mat`, `format/truncated`
 */
export async function readMat(source: ByteSource): Promise<Dataset[]> {
  const head = await source.read(0, HEADER_BYTES);
  const kind = kindOfMat(head);
  if (!kind) {
    throw formatError({
      code: 'not-mat',
      where: `${source.name}, byte 0`,
      what: 'the file does not begin as a MAT-file does',
      expected: 'a header of 128 bytes with a version, or a variable of level 4',
    });
  }
  const contents = new MatContents();
  const last: Unpacked = { keep: true };
  const bytes = bytesOfFile(source);
  if (kind.level === 5) await readLevel5(bytes, kind.littleEndian, contents, last);
  else if (kind.level === 4) await readLevel4(bytes, kind.littleEndian, contents);
  else await readLevel73(source, contents);
  const { arrays, notes } = contents;
  if (arrays.length === 0) {
    throw formatError({
      code: 'no-arrays',
      where: source.name,
      what: ['no variable of this file is an array of numbers', ...notes].join('; '),
      expected: 'at least one matrix or vector, among the variables, in a struct or in a cell',
      fix: 'save the data as matrices',
    });
  }
  const describe = axesIn(arrays);
  const header =
    kind.level === 4 ? '' : new TextDecoder('latin1').decode(head.subarray(0, 116)).replace(/[\0\s]+$/, '');
  const datasets: ArrayDataset[] = [];
  for (const array of arrays) {
    const warnings = [...notes];
    const { order, axes } = await describe(array, warnings);
    datasets.push({
      kind: 'array',
      title: array.path,
      shape: axes.map(({ size }) => size),
      dtype: array.dtype,
      axes,
      values: array.values(order),
      metadata: {},
      original: { variable: array.path, size: [...array.dims], header, fields: contents.fieldsAround(array) },
      warnings,
    });
  }
  Object.assign(last, { keep: false, of: undefined, bytes: undefined });
  return datasets;
}
