import { uniformAxis } from '../../signal/axis.ts';
import type { Dataset } from '../../signal/dataset.ts';
import { DTYPES, decodeValues } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import { numpyType } from '../numpy-types.ts';
import { permuteAxes } from '../permute-axes.ts';
import rawRows from '../raw-rows.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';

const HEADER_LIMIT = 2 ** 16;
/** As many as NumPy has. */
const MOST_DIMENSIONS = 64;

/**
 * A NumPy array: the last axis is taken as the spectral one, the others as navigation, all in channel numbers. Nothing in
 * the file is executed: arrays of Python objects are refused.
 * @throws SpectrailError `format/bad-npy`
 */
export async function readNpy(source: ByteSource): Promise<Dataset[]> {
  const bad = (at: number, what: string, expected: string) =>
    formatError({ code: 'bad-npy', where: `${source.name}, byte ${at}`, what, expected });
  const head = await source.read(0, 12);
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (head.length < 12 || magic.some((byte, i) => head[i] !== byte)) {
    throw bad(0, 'the NumPy signature is missing', 'a file written by numpy.save');
  }
  const view = new DataView(head.buffer, head.byteOffset);
  const [length, prefix] = head[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  if (length > HEADER_LIMIT || prefix + length > source.size) {
    throw bad(
      8,
      `the header is said to have ${length} bytes`,
      `at most ${Math.min(HEADER_LIMIT, source.size - prefix)}`,
    );
  }
  const text = new TextDecoder('latin1').decode(await source.read(prefix, length));
  const type = numpyType(/'descr'\s*:\s*'([^']*)'/.exec(text)?.[1] ?? '');
  const dimensions = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!type) throw bad(prefix, `the header is ${JSON.stringify(text.trim().slice(0, 200))}`, 'a plain numeric dtype');
  const { dtype, littleEndian } = type;
  if (!dimensions) throw bad(prefix, 'the header has no shape', "an entry 'shape': (…)");
  const fortran = /'fortran_order'\s*:\s*True/.test(text);
  const sizes = dimensions[1].split(',').filter((part) => part.trim() !== '');
  if (sizes.length > MOST_DIMENSIONS)
    throw bad(prefix, `the array has ${sizes.length} dimensions`, `at most ${MOST_DIMENSIONS}`);
  const shape = sizes.length === 0 ? [1] : sizes.map((part) => Number.parseInt(part, 10));
  const { bytes, width } = DTYPES[dtype];
  const count = shape.reduce((a, b) => a * b, 1);
  const start = prefix + length;
  if (!(start + count * bytes <= source.size)) {
    throw bad(
      source.size,
      `the file has ${source.size} bytes`,
      `${start + count * bytes} for the shape ${shape.join(' × ')} of ${dtype}`,
    );
  }
  const stored = fortran ? [...shape].reverse() : shape;
  const order = fortran ? shape.map((_, d) => shape.length - 1 - d) : shape.map((_, d) => d);
  const file = referenceTo(source);
  const inPlace = file && fitsBlocks(dtype) && (!fortran || shape.length === 1);
  return [
    {
      kind: 'array',
      title: source.name.replace(/\.npy$/i, ''),
      shape,
      dtype,
      axes: shape.map((size, d) => uniformAxis({ role: d === shape.length - 1 ? 'spectral' : 'navigation', size })),
      values: {
        kind: 'dense',
        load: async () => {
          const raw = await source.read(start, count * bytes);
          return permuteAxes(decodeValues(raw, dtype, count, littleEndian), stored, order, width);
        },
        rows: inPlace
          ? denseRows(
              'rows/raw',
              rawRows,
              { file, offset: start, dtype, littleEndian, channels: shape[shape.length - 1] },
              dtype,
              shape,
            )
          : undefined,
      },
      metadata: {},
      original: { header: text.trim() },
      warnings: ['a NumPy file has no axes: the last dimension is taken as the spectral one, in channels'],
    },
  ];
}
