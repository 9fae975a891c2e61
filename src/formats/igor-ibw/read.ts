import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { Dataset, Metadata, StoredRows } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, decodeValues, type ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { canonicalUnit } from '../../signal/units.ts';
import { splitBracketedUnit } from '../bracketed-unit.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import { permuteAxes } from '../permute-axes.ts';
import rawRows from '../raw-rows.ts';
import { scientaMetadata } from '../scienta-text/metadata.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { decodeText } from '../whole-text.ts';
import { dtypeOfWave, HEADER_BYTES, parseHeader, type WaveHeader } from './header.ts';

const READ_LIMIT = 1 << 26;
const LONGEST_NOTE = 1 << 16;
const LONGEST_UNIT = 256;

/**
 * One wave. The first dimension of Igor, which runs fastest, is the last axis of the array; a dimension in units of energy,
 * where it is the only one, comes last whatever its place.
 *
 * @throws SpectrailError `format/not-igor`, `format/unsupported-type`, `format/bad-shape`, `format/bad-axis`,
 * `format/truncated`, `format/too-large`.
 */
export async function readIgorWave(file: ByteSource): Promise<Dataset[]> {
  const header = parseHeader(await file.read(0, HEADER_BYTES));
  if (!header) {
    throw formatError({
      code: 'not-igor',
      where: `${file.name}, byte 0`,
      what: 'the file does not begin with the headers of a wave',
      expected: 'version 1, 2, 3 or 5 in either byte order, and the headers of that version',
    });
  }
  const dtype = dtypeOfWave(header.type);
  if (dtype === undefined) {
    throw formatError({
      code: 'unsupported-type',
      where: file.name,
      what: header.type === 0 ? 'the wave holds texts' : `the wave is of type ${header.type}`,
      expected: 'real numbers, or complex floating-point numbers',
      fix: 'convert the wave in Igor',
    });
  }
  checkShape(header, dtype, file);
  const texts = await readTexts(header, file);
  const warnings = header.checked ? [] : ['the checksum of the headers is wrong'];
  const stored = storedAxes(header, texts.dimensionUnits, texts.note, warnings, file.name);
  const sizes = stored.map(({ size }) => size);
  const order = spectralLast(stored);
  const shape = order.map((d) => sizes[d]);
  const inPlace = order.every((axis, d) => axis === d);
  const { width } = DTYPES[dtype];
  return [
    {
      kind: 'array',
      title: header.name,
      shape,
      dtype,
      axes: order.map((d) => stored[d]),
      values: {
        kind: 'dense',
        load: async () => permuteAxes(await loadValues(header, dtype, file), sizes, order, width),
        rows: inPlace ? rowsInPlace(header, dtype, shape, file) : undefined,
      },
      metadata: metadataOf(texts.note, texts.unit),
      original: {
        version: header.version,
        byteOrder: header.littleEndian ? 'little' : 'big',
        type: header.type,
        dataUnits: texts.unit,
        dimensionUnits: header.dimensions.map((_, d) => texts.dimensionUnits[d]),
        note: texts.note,
      },
      warnings,
    },
  ];
}

function checkShape({ dimensions, points, offset }: WaveHeader, dtype: Dtype, file: ByteSource): void {
  const sizes = dimensions.map(({ size }) => size);
  const count = sizes.reduce((product, size) => product * size, 1);
  if (sizes.length === 0 || sizes.some((size) => size < 1) || count !== points) {
    throw formatError({
      code: 'bad-shape',
      where: file.name,
      what: `the wave has ${points} points and dimensions of ${sizes.join(' × ') || 'no'} points`,
      expected: 'at least one point, and dimensions that multiply to the number of points',
    });
  }
  const end = offset + count * DTYPES[dtype].bytes;
  if (end <= file.size) return;
  throw formatError({
    code: 'truncated',
    where: `${file.name}, byte ${file.size}`,
    what: 'the file ends before its values do',
    expected: `${end} bytes (${sizes.join(' × ')} values of ${dtype} after ${offset} bytes)`,
    fix: 'copy the file again',
  });
}

interface Texts {
  readonly note: string;
  readonly unit: string;
  readonly dimensionUnits: readonly string[];
}

/** Note and units; those that lie outside of the file are taken for absent. Long units replace the short ones. */
async function readTexts(header: WaveHeader, file: ByteSource): Promise<Texts> {
  const { formulaBytes, noteBytes, unitBytes, dimensionUnitBytes, dimensions } = header;
  let at = header.tail;
  const next = async (length: number, most: number): Promise<string> => {
    const start = at;
    at += Math.max(0, length);
    if (length <= 0 || start < 0 || at > file.size) return '';
    return decodeText(await file.read(start, Math.min(length, most))).split('\0', 1)[0];
  };
  await next(formulaBytes, 0);
  const note = await next(noteBytes, LONGEST_NOTE);
  const unit = (await next(unitBytes, LONGEST_UNIT)) || header.unit;
  const dimensionUnits: string[] = [];
  for (const [d, { unit: short }] of dimensions.entries()) {
    dimensionUnits.push((await next(dimensionUnitBytes[d] ?? 0, LONGEST_UNIT)) || short);
  }
  return { note, unit, dimensionUnits };
}

const ENERGIES = ['eV', 'keV', 'meV'];

/** Axes of the array as it is stored: the last dimension of Igor first. */
function storedAxes(
  { dimensions }: WaveHeader,
  units: readonly string[],
  note: string,
  warnings: string[],
  name: string,
): Axis[] {
  const labels = dimensions.map((_, d) => splitBracketedUnit(units[d]) ?? { name: '', unit: units[d] });
  const energies = labels.flatMap(({ unit }, d) => (ENERGIES.includes(canonicalUnit(unit)) ? [d] : []));
  const energy =
    energies.length === 1 ? energies[0] : dimensions.length === 1 || note.startsWith('[SES]') ? 0 : undefined;
  const axes = dimensions.map(({ size, scale, offset }, d) => {
    if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
      throw formatError({
        code: 'bad-axis',
        where: name,
        what: `dimension ${d} has the scale ${scale} and begins at ${offset}`,
        expected: 'finite numbers',
        fix: 'set the scaling of the wave in Igor',
      });
    }
    if (scale === 0) warnings.push(`dimension ${d} has the scale 0: its points are counted`);
    const role: AxisRole = energy === undefined ? 'signal' : energy === d ? 'spectral' : 'navigation';
    return uniformAxis({ ...labels[d], role, size, scale: scale || 1, offset });
  });
  return axes.reverse();
}

/** The order that brings the spectral axis, if there is one, to the end. */
function spectralLast(axes: readonly Axis[]): number[] {
  const all = axes.map((_, d) => d);
  const isSpectral = (d: number) => axes[d].role === 'spectral';
  return [...all.filter((d) => !isSpectral(d)), ...all.filter(isSpectral)];
}

/** Notes of Scienta SES list the conditions of the measurement; others are kept as they are. */
function metadataOf(note: string, unit: string): Metadata {
  const entries = new Map<string, string>();
  if (note.startsWith('[SES]')) {
    for (const line of note.split(/[\r\n]+/)) {
      const equals = line.indexOf('=');
      const key = line.slice(0, equals).trim();
      if (equals > 0 && !entries.has(key)) entries.set(key, line.slice(equals + 1).trim());
    }
  }
  const metadata = scientaMetadata(entries);
  if (unit !== '') metadata['quantity'] = unit;
  return metadata;
}

function rowsInPlace(
  { offset, littleEndian }: WaveHeader,
  dtype: Dtype,
  shape: readonly number[],
  file: ByteSource,
): StoredRows | undefined {
  const reference = referenceTo(file);
  if (!reference || !fitsBlocks(dtype)) return undefined;
  const args = { file: reference, offset, dtype, littleEndian, channels: shape[shape.length - 1] };
  return denseRows('rows/raw', rawRows, args, dtype, shape);
}

/** @throws SpectrailError `format/too-large` when the values do not fit in memory. */
async function loadValues(header: WaveHeader, dtype: Dtype, file: ByteSource): Promise<ValueArray> {
  const { offset, points, littleEndian } = header;
  const { bytes, make, width } = DTYPES[dtype];
  const step = READ_LIMIT / bytes;
  const read = async (start: number) => {
    const length = Math.min(step, points - start);
    return decodeValues(await file.read(offset + start * bytes, length * bytes), dtype, length, littleEndian);
  };
  if (points <= step) return read(0);
  let values: ValueArray;
  try {
    values = make(points);
  } catch (cause) {
    throw formatError({
      code: 'too-large',
      where: file.name,
      what: `${points * bytes} bytes do not fit in memory`,
      expected: 'values that fit in memory',
      fix: 'crop or rebin the wave in Igor',
      cause,
    });
  }
  for (let start = 0; start < points; start += step) {
    (values as Uint8Array).set((await read(start)) as Uint8Array, start * width);
  }
  return values;
}
