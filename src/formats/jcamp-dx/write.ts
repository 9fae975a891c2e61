import { type Axis, axisValues } from '../../signal/axis.ts';
import type { ArrayDataset, Plain } from '../../signal/dataset.ts';
import { isReal, type ValueArray } from '../../signal/dtype.ts';
import { outputError } from '../../signal/errors.ts';
import { OWN_LABEL, SIGNAL_TYPES } from './metadata.ts';

const LINE_LENGTH = 80;

/**
 * A spectrum as JCAMP-DX 5.01: `XYDATA` in AFFN form on a uniform axis, `XYPOINTS` on any other. Numbers are written with as
 * many digits as bring back the same double, NaN as `?`. Metadata that have no label of the protocol stand as JSON in a
 * label of our own.
 *
 * @throws SpectrailError `output/not-a-spectrum` for images, maps and complex values, `output/empty` for a spectrum without
 * channels, `output/not-finite` for infinite values, `output/inexact` for integers that a double cannot hold.
 */
export async function encodeJcamp(dataset: ArrayDataset): Promise<Uint8Array> {
  const axis = axisOf(dataset);
  const loaded = await dataset.values.load();
  const values = 'kind' in loaded ? dense(loaded.channel, loaded.count, axis.size) : loaded;
  const { metadata } = dataset;
  const own: { [key: string]: Plain } = { ...metadata };
  const header: string[] = [];
  const type = SIGNAL_TYPES.find(([, signal]) => signal === metadata['signal_type']);
  if (type) delete own['signal_type'];
  const { quantity, date, time } = metadata;
  const plainQuantity = typeof quantity === 'string' && isPlain(quantity);
  if (plainQuantity) delete own['quantity'];
  if (typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date)) {
    const clock = typeof time === 'string' && /^\d{2}:\d{2}:\d{2}$/.test(time) ? ` ${time}` : '';
    header.push(`##LONG DATE= ${date.replaceAll('-', '/')}${clock}`);
  }
  if (Object.keys(own).length > 0) {
    // No dollar sign, which doubled would begin a comment.
    header.push(`##$${OWN_LABEL}= ${JSON.stringify(own).replaceAll('$', '\\u0024')}`);
  }
  const positions = axisValues(axis);
  const [first, last] = [positions[0], positions[axis.size - 1]];
  const lines = [
    `##TITLE= ${oneLine(dataset.title)}`,
    '##JCAMP-DX= 5.01',
    `##DATA TYPE= ${type?.[0] ?? 'SPECTRUM'}`,
    `##DATA CLASS= ${axis.kind === 'uniform' ? 'XYDATA' : 'XYPOINTS'}`,
    '##ORIGIN= Spectrail',
    '##OWNER= ',
    ...header,
    `##XLABEL= ${oneLine(axis.name)}`,
    `##XUNITS= ${oneLine(axis.unit)}`,
    `##YUNITS= ${plainQuantity ? quantity : ''}`,
    '##XFACTOR= 1',
    '##YFACTOR= 1',
    `##FIRSTX= ${digits(first)}`,
    `##LASTX= ${digits(last)}`,
    ...(axis.kind === 'uniform' ? [`##DELTAX= ${digits(axis.scale)}`] : []),
    `##NPOINTS= ${axis.size}`,
    ...(axis.kind === 'uniform' ? stepped(positions, values, dataset) : listed(positions, values, dataset)),
    '##END=',
    '',
  ];
  return new TextEncoder().encode(lines.join('\r\n'));
}

function axisOf({ shape, axes, dtype, title }: ArrayDataset): Axis {
  const long = shape.findIndex((n) => n > 1);
  const axis = axes[long < 0 ? axes.length - 1 : long];
  const size = shape.reduce((product, n) => product * n, 1);
  if (!isReal(dtype) || !axis || axis.size !== size) {
    throw outputError({
      code: 'not-a-spectrum',
      where: title,
      what: `a JCAMP-DX block holds one spectrum of real numbers, this is ${shape.join(' × ')} of ${dtype}`,
      fix: 'sum or select one spectrum first, or write .hspy',
    });
  }
  if (size === 0) throw outputError({ code: 'empty', where: title, what: 'the spectrum has no channels' });
  return axis;
}

function stepped(positions: Float64Array, values: ValueArray, dataset: ArrayDataset): string[] {
  const lines = ['##XYDATA= (X++(Y..Y))'];
  let line = '';
  for (let i = 0; i < positions.length; i++) {
    const value = ordinate(values[i], i, dataset);
    if (line !== '' && line.length + 1 + value.length > LINE_LENGTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? `${digits(positions[i])} ${value}` : `${line} ${value}`;
  }
  lines.push(line);
  return lines;
}

function listed(positions: Float64Array, values: ValueArray, dataset: ArrayDataset): string[] {
  const lines = ['##XYPOINTS= (XY..XY)'];
  for (let i = 0; i < positions.length; i++) lines.push(`${digits(positions[i])}, ${ordinate(values[i], i, dataset)}`);
  return lines;
}

function ordinate(value: number | bigint, index: number, { title }: ArrayDataset): string {
  if (Number.isNaN(value)) return '?';
  if (typeof value === 'bigint' ? BigInt(Number(value)) !== value : !Number.isFinite(value)) {
    throw outputError({
      code: typeof value === 'bigint' ? 'inexact' : 'not-finite',
      where: title,
      what: `value ${index} is ${value}`,
      expected: 'values that are finite and that a 64-bit float holds',
      fix: 'write .hspy',
    });
  }
  return digits(value);
}

/** The shortest text that reads back as the same number, the sign of zero included. */
function digits(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value).toUpperCase();
}

/** Comes back as it is when it is the value of a label. */
function isPlain(text: string): boolean {
  return text !== '' && text === text.trim() && !/[\r\n]|\$\$/.test(text) && text.length < 1000;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/\${2,}/g, '$');
}

function dense(channel: ArrayLike<number>, count: ArrayLike<number>, size: number): Float64Array {
  const values = new Float64Array(size);
  for (let e = 0; e < channel.length; e++) values[channel[e]] += count[e];
  return values;
}
