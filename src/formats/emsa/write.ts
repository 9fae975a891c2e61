import { axisValue } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { isReal } from '../../signal/dtype.ts';
import { outputError } from '../../signal/errors.ts';
import { formatKeyword } from './keywords.ts';
import { metadataLines } from './metadata.ts';

/**
 * A spectrum as EMSA/MAS text in XY mode. Numbers are written with as many digits as bring back the same double.
 *
 * @throws SpectrailError `output/not-a-spectrum` for images, maps and complex values, `output/explicit-axis` for an axis
 * without a constant step, `output/empty` for a spectrum without channels.
 */
export async function encodeEmsa(dataset: ArrayDataset): Promise<Uint8Array> {
  const long = dataset.shape.findIndex((n) => n > 1);
  const axis = dataset.axes[long < 0 ? dataset.axes.length - 1 : long];
  const size = dataset.shape.reduce((product, n) => product * n, 1);
  if (!isReal(dataset.dtype) || !axis || axis.size !== size) {
    throw outputError({
      code: 'not-a-spectrum',
      where: dataset.title,
      what: `an EMSA file holds one spectrum of real numbers, this is ${dataset.shape.join(' × ')} of ${dataset.dtype}`,
      fix: 'sum or select one spectrum first, or write .hspy',
    });
  }
  if (axis.kind !== 'uniform') {
    throw outputError({
      code: 'explicit-axis',
      where: dataset.title,
      what: `the axis "${axis.name}" has no constant step, which an EMSA file needs`,
      fix: 'resample it first, or write .csv',
    });
  }
  if (size === 0) throw outputError({ code: 'empty', where: dataset.title, what: 'the spectrum has no channels' });
  const loaded = await dataset.values.load();
  const values = 'kind' in loaded ? densify(loaded.channel, loaded.count, size) : loaded;
  const lines = [
    formatKeyword('FORMAT', 'EMSA/MAS Spectral Data File'),
    formatKeyword('VERSION', '1.0'),
    formatKeyword('TITLE', dataset.title),
    formatKeyword('OWNER', ''),
    formatKeyword('NPOINTS', size),
    formatKeyword('NCOLUMNS', 1),
    formatKeyword('XUNITS', axis.unit),
    formatKeyword('XLABEL', axis.name),
    formatKeyword('DATATYPE', 'XY'),
    formatKeyword('XPERCHAN', digits(axis.scale)),
    formatKeyword('OFFSET', digits(axis.offset)),
    ...metadataLines(dataset.metadata),
    formatKeyword('SPECTRUM', 'Spectral Data Starts Here'),
  ];
  for (let i = 0; i < size; i++) lines.push(`${digits(axisValue(axis, i))}, ${digits(values[i])}`);
  lines.push(formatKeyword('ENDOFDATA', 'End Of Data and File'), '');
  return new TextEncoder().encode(lines.join('\r\n'));
}

/** The shortest text that reads back as the same number, the sign of zero included. */
function digits(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function densify(channel: ArrayLike<number>, count: ArrayLike<number>, size: number): Float64Array {
  const values = new Float64Array(size);
  for (let e = 0; e < channel.length; e++) values[channel[e]] += count[e];
  return values;
}
