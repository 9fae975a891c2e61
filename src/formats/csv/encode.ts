import { type Axis, axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { isReal, type ValueArray } from '../../signal/dtype.ts';
import { outputError } from '../../signal/errors.ts';
import { valueRuns } from '../value-runs.ts';

/** As many columns as spreadsheets take. */
const MOST_COLUMNS = 16384;

/**
 * Text for spreadsheets, in the layout that suits the data:
 * - spectra: the spectral axis is the first column, then one column per spectrum, headed by its position;
 * - images and maps (two axes of one kind): one row per position of the first axis, headed by the positions of both;
 * - a single axis of any kind: two columns.
 *
 * Numbers have as many digits as it takes to read the same value back.
 * @throws SpectrailError `output/csv-shape`, `output/csv-values`
 */
export async function encodeCsv(dataset: ArrayDataset): Promise<Uint8Array> {
  if (!isReal(dataset.dtype)) {
    throw outputError({
      code: 'csv-values',
      what: `${dataset.dtype} values have more than one number each`,
      expected: 'real numbers',
      fix: 'write .npy or .hspy, or take the modulus first',
    });
  }
  const axes = dataset.axes.filter((axis, d) => dataset.shape[d] > 1 || axis.role === 'spectral');
  const last = axes.at(-1);
  const columns = last?.role === 'spectral' ? axes.slice(0, -1) : axes.slice(1);
  const count = columns.reduce((product, axis) => product * axis.size, 1);
  const twoDimensional = last?.role === 'spectral' || axes.length <= 2;
  if (!twoDimensional || count > MOST_COLUMNS) {
    throw outputError({
      code: 'csv-shape',
      what: `${dataset.shape.join(' × ')} values do not fit a sheet`,
      expected: `one image, or at most ${MOST_COLUMNS} spectra`,
      fix: 'write .hspy or .npy, or sum or crop first',
    });
  }
  const runs = [...(await valueRuns(dataset, Number.MAX_SAFE_INTEGER))];
  const rows =
    last?.role === 'spectral' ? spectraRows(dataset, columns, last, runs[0]) : gridRows(dataset, axes, runs[0]);
  return new TextEncoder().encode(`${rows.join('\n')}\n`);
}

function spectraRows(dataset: ArrayDataset, navigation: readonly Axis[], spectral: Axis, values: ValueArray): string[] {
  const print = printer(dataset);
  const pixels = navigation.reduce((product, axis) => product * axis.size, 1);
  const positions = navigation.map(axisValues);
  const heads = Array.from({ length: pixels }, (_, pixel) => {
    if (navigation.length === 0) return dataset.title || 'value';
    let left = pixel;
    const parts: string[] = [];
    for (let d = navigation.length - 1; d >= 0; d--) {
      const { name, unit, size } = navigation[d];
      parts.unshift(`${name || `axis ${d}`} = ${positions[d][left % size]}${unit ? ` ${unit}` : ''}`);
      left = Math.floor(left / size);
    }
    return parts.join('; ');
  });
  const rows = [[label(spectral, 'channel'), ...heads].map(quoted).join(',')];
  const along = axisValues(spectral);
  for (let j = 0; j < spectral.size; j++) {
    const row = [String(along[j])];
    for (let i = 0; i < pixels; i++) row.push(print(values[i * spectral.size + j]));
    rows.push(row.join(','));
  }
  return rows;
}

function gridRows(dataset: ArrayDataset, axes: readonly Axis[], values: ValueArray): string[] {
  const print = printer(dataset);
  const [down, across] = axes;
  if (!down) return [quoted(dataset.title || 'value'), print(values[0])];
  const y = axisValues(down);
  if (!across) {
    const head = [label(down, 'position'), dataset.title || 'value'].map(quoted).join(',');
    return [head, ...Array.from(y, (at, i) => `${at},${print(values[i])}`)];
  }
  const corner = quoted(`${label(down, 'row')} \\ ${label(across, 'column')}`);
  const rows = [`${corner},${axisValues(across).join(',')}`];
  for (let i = 0; i < down.size; i++) {
    const row = [String(y[i])];
    for (let j = 0; j < across.size; j++) row.push(print(values[i * across.size + j]));
    rows.push(row.join(','));
  }
  return rows;
}

function label({ name, unit }: Axis, otherwise: string): string {
  return unit ? `${name || otherwise} (${unit})` : name || otherwise;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function printer({ dtype }: ArrayDataset): (value: number | bigint) => string {
  const signed = (text: string, value: number | bigint) => (Object.is(value, -0) ? '-0' : text);
  if (dtype !== 'float32') return (value) => signed(String(value), value);
  return (value) => signed(shortestFloat32(value as number), value);
}

/** The fewest digits that read back as the same float32: 0.1, not 0.10000000149011612. */
function shortestFloat32(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
