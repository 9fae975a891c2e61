import type { Dataset, TableDataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { badLine } from '../bad-line.ts';
import { diffractionDataset, goniometerAxis, knownValues, type ScanPositions } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { rangeMetadata } from './metadata.ts';
import { splitRanges, type UxdRange } from './ranges.ts';

/**
 * Reads a UXD file: each range is a spectrum of its own; points with counting times of their own make a table.
 * @throws SpectrailError `input/too-large`, `format/bad-data`, `format/no-range`.
 */
export async function readUxd(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file);
  const ranges = splitRanges(text, file.name);
  const held = ranges.filter(({ numbers }) => numbers.length > 0);
  if (held.length === 0) {
    throw formatError({
      code: 'no-range',
      where: file.name,
      what: 'the file has no counts',
      expected: 'a line such as _COUNTS or _2THETACOUNTS, and numbers after it',
      fix: 'export the file again',
    });
  }
  const datasets = await Promise.all(
    held.map((range, r) => rangeDataset(range, file.name, held.length > 1 ? r + 1 : undefined)),
  );
  return /[\r\n]\s*$/.test(text.slice(-4)) ? datasets : withCutWarning(datasets);
}

/** Nothing in the format marks its end: a file that stops inside a line may have lost points, and digits of its last count. */
function withCutWarning(datasets: readonly Dataset[]): Dataset[] {
  const warning = 'the file ends without a line end: its last count may be cut, and others missing';
  return datasets.map((dataset, i) =>
    i < datasets.length - 1 ? dataset : { ...dataset, warnings: [...dataset.warnings, warning] },
  );
}

async function rangeDataset(range: UxdRange, name: string, number: number | undefined): Promise<Dataset> {
  const { keywords, columns, numbers, line } = range;
  const width = 1 + Number(columns.position !== undefined) + Number(columns.time);
  if (numbers.length % width !== 0) {
    throw badLine(name, line, `${numbers.length} numbers are not whole points`, `${width} numbers a point`);
  }
  const size = numbers.length / width;
  const column = (c: number) => Float64Array.from({ length: size }, (_, i) => numbers[i * width + c]);
  const sample = keywords.get('SAMPLE') ?? '';
  const drive = keywords.get('DRIVE') ?? '';
  const axisName = goniometerAxis(columns.position ?? (/^coupled$/i.test(drive) || drive === '' ? '2Theta' : drive));
  const scan = {
    title: number === undefined ? sample : `${sample} range ${number}`.trim(),
    metadata: rangeMetadata(range),
    original: Object.fromEntries(keywords),
    warnings: countWarnings(keywords, size),
  };
  const unit = /^[XYZ]$|^AUX/i.test(axisName) ? '' : '°';
  const first = columns.position === undefined ? 0 : 1;
  const positions = first === 1 ? { listed: column(0) } : evenly(range, name, size);
  if (columns.time) return timedTable(scan, axisName, unit, positions, column(first), column(first + 1));
  const values = width === 1 ? numbers : column(first);
  return diffractionDataset({
    ...scan,
    axisName,
    unit,
    positions,
    size,
    dtype: 'float64',
    values: knownValues(values),
  });
}

function evenly({ keywords, line }: UxdRange, name: string, size: number): ScanPositions {
  const [start, step] = ['START', 'STEPSIZE'].map((key) => Number(keywords.get(key) || Number.NaN));
  if (Number.isFinite(start) && Number.isFinite(step) && (step !== 0 || size === 1)) return { start, step };
  throw badLine(
    name,
    line,
    `the range starts at "${keywords.get('START') ?? ''}" and steps by "${keywords.get('STEPSIZE') ?? ''}"`,
    '_START and _STEPSIZE, a step other than 0',
  );
}

function countWarnings(keywords: ReadonlyMap<string, string>, size: number): string[] {
  const claimed = keywords.get('STEPCOUNT');
  return claimed === undefined || Number(claimed) === size
    ? []
    : [`_STEPCOUNT says ${claimed.slice(0, 40)}, the range has ${size} points`];
}

function timedTable(
  scan: Pick<TableDataset, 'title' | 'metadata' | 'original' | 'warnings'>,
  axisName: string,
  unit: string,
  positions: ScanPositions,
  counts: Float64Array,
  times: Float64Array,
): TableDataset {
  const at = 'listed' in positions ? positions.listed : counts.map((_, i) => positions.start + positions.step * i);
  return {
    kind: 'table',
    ...scan,
    rows: counts.length,
    columns: [
      { name: axisName, unit, values: at },
      { name: 'Counts', unit: '', values: counts },
      { name: 'Counting time', unit: 's', values: times },
    ],
  };
}
