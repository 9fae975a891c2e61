import { portablePow } from '../../kernels/portable-math.ts';
import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, DatasetValues } from '../../signal/dataset.ts';
import type { Dtype, ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { storedValues } from '../stored-array.ts';
import { feiMetadata, SECTION_BYTES } from './acquisition.ts';
import { HEADER_BYTES, type MrcHeader, parseHeader } from './header.ts';

/**
 * The one array of the file, rows and columns as stored; sections are navigation, volumes of a stack the slowest axis.
 * @throws SpectrailError `format/bad-mrc-header`, `format/bad-mode`, `format/truncated`.
 */
export async function readMrc(file: ByteSource): Promise<ArrayDataset[]> {
  const header = parseHeader(await file.read(0, HEADER_BYTES), file.name);
  const warnings: string[] = [];
  const axes = axesOf(header, warnings);
  const shape = axes.map((axis) => axis.size);
  const { dtype, values } = valuesOf(file, header, shape);
  const fei = /^FEI[12]/.test(header.extendedType) && header.extendedBytes >= SECTION_BYTES;
  return [
    {
      kind: 'array',
      title: '',
      shape,
      dtype,
      axes,
      values,
      metadata: fei ? feiMetadata(await file.read(HEADER_BYTES, SECTION_BYTES)) : {},
      original: header.original,
      warnings,
    },
  ];
}

function axesOf(header: MrcHeader, warnings: string[]): Axis[] {
  const { size, steps, spaceGroup } = header;
  const [nx, ny, nz] = size;
  const signal = [lengthAxis(header, 1, 'signal', ny, warnings), lengthAxis(header, 0, 'signal', nx, warnings)];
  if (nz === 1) return signal;
  if (spaceGroup === 0) return [uniformAxis({ name: 'z', role: 'navigation', size: nz }), ...signal];
  const depth = spaceGroup >= 401 && steps[2] > 0 && nz % steps[2] === 0 ? steps[2] : nz;
  const volume = [lengthAxis(header, 2, 'navigation', depth, warnings), ...signal];
  if (depth === nz) return volume;
  return [uniformAxis({ name: 'volume', role: 'navigation', size: nz / depth }), ...volume];
}

/** In nm; the origin is the file's own, else that of the first step. */
function lengthAxis(
  { cell, steps, start, origin }: MrcHeader,
  d: number,
  role: 'navigation' | 'signal',
  size: number,
  warnings: string[],
): Axis {
  const name = 'xyz'[d];
  const scale = cell[d] / steps[d] / 10;
  const offset = origin[d] === 0 ? start[d] * scale : origin[d] / 10;
  if (scale !== 0 && Number.isFinite(scale) && Number.isFinite(offset)) {
    return uniformAxis({ name, unit: 'nm', role, size, scale, offset: offset || 0 });
  }
  warnings.push(`axis "${name}" is not calibrated (${steps[d]} steps of ${cell[d]} Å in all): positions are pixels`);
  return uniformAxis({ name, role, size });
}

const DTYPES_OF_MODES: Readonly<Record<number, Dtype>> = {
  0: 'int8',
  1: 'int16',
  2: 'float32',
  4: 'complex64',
  6: 'uint16',
};

function valuesOf(
  source: ByteSource,
  header: MrcHeader,
  shape: readonly number[],
): { dtype: Dtype; values: DatasetValues } {
  const { mode, littleEndian, unsignedBytes } = header;
  const stored = (dtype: Dtype, last: readonly number[] = []) =>
    storedValues({
      source,
      offset: HEADER_BYTES + header.extendedBytes,
      dtype,
      littleEndian,
      shape: [...shape, ...last],
    });
  const through = (values: DatasetValues, convert: (values: ValueArray) => ValueArray): DatasetValues => ({
    kind: 'dense',
    load: async () => convert((await values.load()) as ValueArray),
  });
  switch (mode) {
    case 3:
      return {
        dtype: 'complex64',
        values: through(stored('int16', [2]), (pairs) => Float32Array.from(pairs as Int16Array)),
      };
    case 12:
      return { dtype: 'float32', values: through(stored('uint16'), (bits) => halves(bits as Uint16Array)) };
    case 16:
      return { dtype: 'rgba8', values: through(stored('uint8', [3]), (rgb) => opaque(rgb as Uint8Array)) };
    case 101:
      throw formatError({
        code: 'bad-mode',
        where: `${source.name}, byte 12`,
        what: 'the values have 4 bits each (mode 101)',
        expected: 'mode 0, 1, 2, 3, 4, 6, 12 or 16',
        fix: 'convert it, as with "newstack -mode 0" of IMOD',
      });
    default: {
      const dtype = mode === 0 && unsignedBytes ? 'uint8' : DTYPES_OF_MODES[mode];
      return { dtype, values: stored(dtype) };
    }
  }
}

/** Numbers of 16 bits (IEEE 754 binary16) as 32-bit floats. */
function halves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction > 0 ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * portablePow(2, exponent - 25);
  });
}

function opaque(rgb: Uint8Array): Uint8Array {
  const out = new Uint8Array((rgb.length / 3) * 4);
  for (let i = 0, o = 0; i < rgb.length; i += 3, o += 4) {
    out.set(rgb.subarray(i, i + 3), o);
    out[o + 3] = 255;
  }
  return out;
}
