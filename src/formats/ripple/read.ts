import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, StoredRows } from '../../signal/dataset.ts';
import { DTYPES, decodeValues, type ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import { permuteAxes } from '../permute-axes.ts';
import planeRows from '../plane-rows.ts';
import rawRows from '../raw-rows.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { decodeText } from '../whole-text.ts';
import { parseRipple, type RippleHeader } from './header.ts';
import { rippleMetadata } from './metadata.ts';

/** Longer headers than this are not Ripple. */
const HEADER_LIMIT = 2 ** 20;
const READ_LIMIT = 2 ** 26;

/**
 * Reads an `.rpl` and the `.raw` beside it; either of the two may be given.
 * @throws SpectrailError `format/missing-companion`, `format/bad-ripple-header`, `format/bad-axis`, `format/short-raw`
 */
export async function readRipple(source: ByteSource): Promise<Dataset[]> {
  const isRaw = source.name.toLowerCase().endsWith('.raw');
  const stem = source.name.replace(/\.[^.]*$/, '');
  const other = `${stem}${isRaw ? '.rpl' : '.raw'}`;
  const companion = await source.sibling(other);
  if (!companion) {
    throw formatError({
      code: 'missing-companion',
      where: source.name,
      what: `"${other}" is not beside it`,
      expected: isRaw ? 'an .rpl file that describes the values' : 'a .raw file with the values',
      fix: `put ${other} into the same folder`,
    });
  }
  const [rpl, raw] = isRaw ? [companion, source] : [source, companion];
  if (rpl.size > HEADER_LIMIT) {
    throw formatError({
      code: 'bad-ripple-header',
      where: rpl.name,
      what: `the header has ${rpl.size} bytes`,
      expected: `at most ${HEADER_LIMIT}`,
    });
  }
  const header = parseRipple(decodeText(await rpl.read(0, rpl.size)), rpl.name);
  return [describeDataset(header, raw)];
}

function describeDataset(header: RippleHeader, raw: ByteSource): ArrayDataset {
  const { entries, dtype, offset, width, height, depth } = header;
  const warnings: string[] = [];
  const expected = offset + width * height * depth * DTYPES[dtype].bytes;
  if (!(expected <= raw.size)) {
    throw formatError({
      code: 'short-raw',
      where: `${raw.name}, byte ${raw.size}`,
      what: 'the file ends before its last value',
      expected: `${expected} bytes (${width} × ${height} × ${depth} values of ${dtype} after ${offset} bytes)`,
      fix: 'copy the .raw file again, or correct width, height, depth, data-length and offset in the .rpl file',
    });
  }
  if (raw.size > expected) warnings.push(`the .rpl file describes ${expected} bytes, the .raw file has ${raw.size}`);
  const { stored, order } = layout(header, warnings);
  const sizes = stored.map(({ size }) => size);
  return {
    kind: 'array',
    title: entries.title ?? '',
    shape: order.map((d) => sizes[d]),
    dtype,
    axes: order.map((d) => stored[d]),
    values: {
      kind: 'dense',
      load: async () => permuteAxes(await loadValues(header, raw), sizes, order),
      rows: rowsOf(header, raw, sizes, order),
    },
    metadata: rippleMetadata(entries),
    original: entries,
    warnings,
  };
}

/** Undefined where the axes are neither in the order of the file nor turned by one, the slowest last. */
function rowsOf(
  { dtype, offset, littleEndian }: RippleHeader,
  raw: ByteSource,
  sizes: readonly number[],
  order: readonly number[],
): StoredRows | undefined {
  const file = referenceTo(raw);
  if (!file || !fitsBlocks(dtype)) return undefined;
  const shape = order.map((d) => sizes[d]);
  const place = { file, offset, dtype, littleEndian, channels: shape[shape.length - 1] };
  if (order.every((axis, d) => axis === d)) return denseRows('rows/raw', rawRows, place, dtype, shape);
  if (!order.every((axis, d) => axis === (d + 1) % order.length)) return undefined;
  const pixels = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  return denseRows('rows/planes', planeRows, { ...place, pixels }, dtype, shape);
}

type Dimension = 'width' | 'height' | 'depth';

/** Axes as stored, and their order in the dataset: navigation first. Dimensions of one position are dropped. */
function layout(header: RippleHeader, warnings: string[]): { stored: Axis[]; order: number[] } {
  const { recordBy, width, height, depth } = header;
  const single = depth === 1 || (width === 1 && height === 1);
  if (recordBy === 'dont-care' && !single) {
    warnings.push('record-by is "dont-care" for a cube: it is read as spectra (vector)');
  }
  const byImage = recordBy === 'image' || (recordBy === 'dont-care' && depth === 1);
  const dimensions: Dimension[] = byImage ? ['depth', 'height', 'width'] : ['height', 'width', 'depth'];
  // A stack of images along an energy axis is a spectrum image, only stored the other way round.
  const spectra = !byImage || isSpectral(header);
  const kept = dimensions.filter((dimension) => header[dimension] > 1);
  if (kept.length === 0) kept.push(byImage ? 'width' : 'depth');
  const signal = kept.filter((dimension) => (dimension === 'depth') === spectra).length;
  const stored = kept.map((dimension) => {
    const role: AxisRole = (dimension === 'depth') !== spectra ? 'navigation' : signal === 1 ? 'spectral' : 'signal';
    return buildAxis(header, dimension, role, warnings);
  });
  const all = stored.map((_, d) => d);
  const navigation = all.filter((d) => stored[d].role === 'navigation');
  return { stored, order: [...navigation, ...all.filter((d) => stored[d].role !== 'navigation')] };
}

function isSpectral({ entries, depth }: RippleHeader): boolean {
  const unit = entries['depth-units'] ?? '';
  return depth > 1 && (/^(EELS|EDS)/i.test(entries.signal ?? '') || /^[kKm]?e[vV]$/.test(unit));
}

function buildAxis(
  { entries, place, ...header }: RippleHeader,
  dimension: Dimension,
  role: AxisRole,
  warnings: string[],
): Axis {
  const number = (key: string) => {
    const text = entries[key];
    if (text === undefined || text === '' || text === '<undefined>') return undefined;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw formatError({
      code: 'bad-axis',
      where: place(key),
      what: `${key} is "${text.slice(0, 80)}"`,
      expected: 'a finite number',
      fix: 'correct the line in the .rpl file, or remove it to count channels',
    });
  };
  const own = number(`${dimension}-scale`);
  const perChannel = dimension === 'depth' && own === undefined ? number('ev-per-chan') : undefined;
  const energy = perChannel !== undefined && perChannel > 0;
  const scale = energy ? perChannel : own;
  if (scale === 0) warnings.push(`${dimension}-scale is 0: channel numbers are used`);
  const unit = entries[`${dimension}-units`] || (energy ? 'eV' : '');
  return uniformAxis({
    name: entries[`${dimension}-name`] || dimension,
    unit: unit === '<undefined>' ? '' : unit,
    role,
    size: header[dimension],
    scale: scale || 1,
    offset: number(`${dimension}-origin`) ?? 0,
  });
}

async function loadValues(header: RippleHeader, raw: ByteSource): Promise<ValueArray> {
  const { dtype, littleEndian, offset, width, height, depth } = header;
  const { bytes, make } = DTYPES[dtype];
  const count = width * height * depth;
  const step = READ_LIMIT / bytes;
  const read = async (start: number) => {
    const length = Math.min(step, count - start);
    return decodeValues(await raw.read(offset + start * bytes, length * bytes), dtype, length, littleEndian);
  };
  if (count <= step) return read(0);
  let values: ValueArray;
  try {
    values = make(count);
  } catch (cause) {
    throw formatError({
      code: 'too-large',
      where: raw.name,
      what: `${count * bytes} bytes do not fit in memory`,
      expected: 'values that this machine can hold',
      fix: 'crop or rebin the data where they were recorded',
      cause,
    });
  }
  for (let start = 0; start < count; start += step)
    (values as Uint8Array).set((await read(start)) as Uint8Array, start);
  return values;
}
