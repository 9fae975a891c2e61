import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, Metadata, PlainTree, StoredRows } from '../../signal/dataset.ts';
import { DTYPES, decodeValues, type ValueArray } from '../../signal/dtype.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { emiMetadata, isEmi, readEmi } from './emi.ts';
import tiaRows from './rows.ts';
import { badSer, readElement, readSer, type SerCalibration, type SerDimension, type SerFile } from './ser.ts';

/** Series are numbered from 1. */
const MOST_SERIES = 99;

/**
 * Reads a `.ser` file, or an `.emi` file with all series beside it (`<name>_1.ser`, `<name>_2.ser` …), which are then given
 * the conditions that the `.emi` tells.
 * @throws SpectrailError `format/missing-companion`, `format/bad-ser`
 */
export async function readTia(file: ByteSource): Promise<Dataset[]> {
  if (!isEmi(await file.read(0, 16))) return [describeSeries(file, await readSer(file), {}, {})];
  const islands = await readEmi(file);
  const stem = file.name.replace(/\.[^.]*$/, '');
  const datasets: ArrayDataset[] = [];
  const failures: { name: string; error: SpectrailError }[] = [];
  for (let number = 1; number <= MOST_SERIES; number++) {
    const name = `${stem}_${number}.ser`;
    const series = await file.sibling(name);
    // A series may have been deleted; those after as many as the file describes do not exist.
    if (!series && number > islands.length) break;
    if (!series) continue;
    try {
      const island = islands[number - 1];
      datasets.push(describeSeries(series, await readSer(series), island ? emiMetadata(island) : {}, island ?? {}));
    } catch (error) {
      if (!isSpectrailError(error, 'format')) throw error;
      failures.push({ name, error });
    }
  }
  if (datasets.length > 0) {
    const notes = failures.map(({ name, error }) => `"${name}" is left out: ${error.what}`);
    return datasets.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, ...notes] }));
  }
  if (failures.length > 0) throw failures[0].error;
  throw formatError({
    code: 'missing-companion',
    where: file.name,
    what: `"${stem}_1.ser" is not beside it`,
    expected: 'the series that the .emi file describes; it holds no values itself',
    fix: `put ${stem}_1.ser (and _2 …) into the same folder`,
  });
}

function describeSeries(file: ByteSource, ser: SerFile, metadata: Metadata, conditions: PlainTree): ArrayDataset {
  const warnings: string[] = [];
  const { element } = ser;
  const navigation = navigationAxes(ser, file.name, warnings);
  const axes = [...navigation, ...signalAxes(ser, file.name, warnings)];
  const shape = axes.map(({ size }) => size);
  const elements = navigation.reduce((count, { size }) => count * size, 1);
  return {
    kind: 'array',
    title: '',
    shape,
    dtype: element.dtype,
    axes,
    values: {
      kind: 'dense',
      load: () => loadElements(file, ser, elements),
      rows: rowsOf(file, ser, shape),
    },
    metadata,
    original: { ...conditions, ser: originalOf(ser) },
    warnings,
  };
}

/** Slowest first. Of a series that was stopped, whole lines; a series of one numbered element has no axis. */
function navigationAxes({ dimensions, valid, total }: SerFile, where: string, warnings: string[]): Axis[] {
  const sizes = dimensions.map(({ size }) => size);
  const described = sizes.reduce((a, b) => a * b, 1);
  if (described !== total) {
    warnings.push(
      `the series is said to have ${sizes.join(' × ')} elements, ${total} are listed: they are only numbered`,
    );
    return valid === 1 ? [] : [uniformAxis({ role: 'navigation', size: valid })];
  }
  if (valid < total) sizes.splice(0, sizes.length, ...recordedPart(sizes, valid));
  const kept = sizes.reduce((a, b) => a * b, 1);
  if (valid < total) {
    const left = kept < valid ? `; ${valid - kept} of an unfinished line are left out` : '';
    warnings.push(`${valid} of ${total} elements were recorded${left}`);
  }
  return dimensions
    .map((dimension, d) => ({ dimension, d, size: sizes[d] }))
    .filter(({ dimension, size }) => size > 1 || /^m(eters)?$/i.test(dimension.unit))
    .map(({ dimension, d, size }) => navigationAxis(dimension, d, size, where, warnings))
    .reverse();
}

/** The sizes of the largest box at the start that `valid` elements fill, the first dimension running fastest. */
function recordedPart(sizes: readonly number[], valid: number): number[] {
  let inner = 1;
  return sizes.map((size) => {
    const part = Math.min(size, Math.max(1, Math.floor(valid / inner)));
    inner *= size;
    return part;
  });
}

function navigationAxis(dimension: SerDimension, d: number, size: number, where: string, warnings: string[]): Axis {
  const length = /^m(eters)?$/i.test(dimension.unit);
  if (length && dimension.delta === 1 && size > 1) {
    warnings.push(`the positions are said to be 1 m apart: they are not calibrated, see the tags of the elements`);
  }
  const numbered = /^number$/i.test(dimension.description);
  return calibrated(dimension, length ? NANOMETRES : { factor: 1, unit: dimension.unit }, where, warnings, {
    name: length ? ('xyz'[d] ?? dimension.description) : numbered ? '' : dimension.description,
    role: 'navigation',
    size,
  });
}

const NANOMETRES = { factor: 1e9, unit: 'nm' };
const RECIPROCAL_NANOMETRES = { factor: 1e-9, unit: '1 / nm' };

/** Spectra are in eV. Images are in m or, as diffraction patterns, in 1/m: no image has pixels of a metre. */
function signalAxes({ element, rank }: SerFile, where: string, warnings: string[]): Axis[] {
  const [x, y] = element.calibrations;
  if (rank === 1) {
    const options = { name: 'Energy', role: 'spectral' as AxisRole, size: element.width };
    return [calibrated(x, { factor: 1, unit: 'eV' }, where, warnings, options)];
  }
  const scale = Math.abs(x.delta) >= 1 ? RECIPROCAL_NANOMETRES : NANOMETRES;
  return [
    calibrated(y, scale, where, warnings, { name: 'y', role: 'signal', size: element.height }),
    calibrated(x, scale, where, warnings, { name: 'x', role: 'signal', size: element.width }),
  ];
}

function calibrated(
  { offset, delta, element }: SerCalibration,
  { factor, unit }: { factor: number; unit: string },
  where: string,
  warnings: string[],
  options: { name: string; role: AxisRole; size: number },
): Axis {
  const first = (offset - (element === 0 ? 0 : element * delta)) * factor;
  const scale = delta * factor;
  if (!Number.isFinite(first) || !Number.isFinite(scale)) {
    throw badSer(where, `the axis "${options.name}" has offset ${offset} and step ${delta}`, 'finite numbers');
  }
  if (delta === 0 && options.size > 1) {
    warnings.push(`the axis "${options.name}" has no calibration: channel numbers are used`);
    return uniformAxis({ name: options.name, role: options.role, size: options.size });
  }
  return uniformAxis({ ...options, unit, scale: scale || 1, offset: first });
}

/** Elements in one piece, the rows of images from the top down. */
async function loadElements(file: ByteSource, { offsets, element, rank }: SerFile, count: number): Promise<ValueArray> {
  const { dtype, width, height, headerBytes } = element;
  const { bytes, make } = DTYPES[dtype];
  const size = width * height;
  const values = make(count * size) as Uint8Array;
  const row = (values.length / count / height) | 0;
  for (let e = 0; e < count; e++) {
    const own = await readElement(file, offsets[e], rank);
    if (own.dtype !== dtype || own.width !== width || own.height !== height) {
      throw badSer(
        file.name,
        `element ${e} at byte ${offsets[e]} holds ${own.width} × ${own.height} values of ${own.dtype}`,
        `${width} × ${height} of ${dtype}, as the first one`,
      );
    }
    const raw = await file.read(offsets[e] + headerBytes, size * bytes);
    const part = decodeValues(raw, dtype, size) as Uint8Array;
    for (let r = 0; r < height; r++) {
      values.set(part.subarray((height - 1 - r) * row, (height - r) * row), e * part.length + r * row);
    }
  }
  return values;
}

/** By blocks where elements stand at equal distances, as TIA writes them. */
function rowsOf(file: ByteSource, { offsets, element }: SerFile, shape: readonly number[]): StoredRows | undefined {
  const reference = referenceTo(file);
  const { dtype, width, height, headerBytes } = element;
  const stride = offsets.length > 1 ? offsets[1] - offsets[0] : 0;
  const even = stride >= 0 && offsets.every((at, i) => at === offsets[0] + i * stride);
  if (!reference || !fitsBlocks(dtype) || !even) return undefined;
  const args = { file: reference, offset: offsets[0] + headerBytes, stride, dtype, width, height };
  return denseRows('rows/tia', tiaRows, args, dtype, shape);
}

function originalOf({ version, dimensions, total, valid, element, tag }: SerFile): PlainTree {
  return {
    version: `0x0${version.toString(16)}`,
    total_elements: total,
    valid_elements: valid,
    dimensions: dimensions.map((dimension) => ({ ...dimension, ...finiteLine(dimension) })),
    calibrations: element.calibrations.map((calibration) => ({ ...calibration, ...finiteLine(calibration) })),
    ...(tag && { first_tag: { time: tag.time, ...(tag.position && { position: tag.position.map(finiteOrNull) }) } }),
  };
}

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);
const finiteLine = ({ offset, delta }: SerCalibration) => ({
  offset: finiteOrNull(offset),
  delta: finiteOrNull(delta),
});
