import type { Dataset, TableColumn } from '../../signal/dataset.ts';
import { diffractionDataset, knownValues, type ScanPositions } from '../diffraction-pattern.ts';
import type { Block, Loop } from './blocks.ts';
import { numberAt, numericColumns, rowsOf } from './columns.ts';
import type { BlockFacts } from './metadata.ts';

/** Intensities that are a pattern, the best first. */
const INTENSITIES = [
  '_pd_meas_counts_total',
  '_pd_meas_intensity_total',
  '_pd_meas_intensity_net',
  '_pd_proc_intensity_net',
  '_pd_proc_intensity_total',
  '_pd_calc_intensity_total',
  '_pd_calc_intensity_net',
];

/** Positions that a loop may list, the best first. */
const POSITIONS: readonly (readonly [name: string, axis: string, unit: string])[] = [
  ['_pd_proc_2theta_corrected', '2θ', '°'],
  ['_pd_meas_2theta_scan', '2θ', '°'],
  ['_pd_meas_2theta_corrected', '2θ', '°'],
  ['_pd_meas_time_of_flight', 'Time of flight', 'µs'],
  ['_pd_proc_d_spacing', 'd', 'Å'],
];
const RANGES = ['proc', 'meas'] as const;

/**
 * The patterns of a block: the best intensities over the best positions as a spectrum, and all columns of the loop as a
 * table, after those of positions that are given by their range.
 */
export async function powderPatterns(block: Block, facts: BlockFacts): Promise<Dataset[]> {
  const found: Dataset[] = [];
  for (const loop of block.loops) {
    if (rowsOf(loop) > 0 && loop.names.some((name) => INTENSITIES.includes(name))) {
      for (const dataset of await loopDatasets(block, loop, facts)) found.push(dataset);
    }
  }
  return found;
}

async function loopDatasets(block: Block, loop: Loop, facts: BlockFacts): Promise<Dataset[]> {
  const size = rowsOf(loop);
  const warnings: string[] = [];
  const ranges = RANGES.flatMap((kind) => {
    const range = rangeOf(block, kind, size, warnings);
    return range ? [{ kind, ...range }] : [];
  });
  const columns: TableColumn[] = [
    ...ranges.map(({ kind, start, step }) => ({
      name: `${kind}_2theta`,
      unit: '°',
      values: Float64Array.from({ length: size }, (_, i) => start + step * i),
    })),
    ...loop.names.flatMap((name) => numericColumns(loop, name, name.replace(/^_(?:pd_)?/, ''), unitOf(name))),
  ];
  const { metadata, original } = facts;
  const spectrum = await patternOf(block.name, size, columns, ranges[0], facts);
  const table: Dataset = { kind: 'table', title: block.name, rows: size, columns, metadata, original, warnings };
  return [...spectrum, table];
}

async function patternOf(
  title: string,
  size: number,
  columns: readonly TableColumn[],
  range: { readonly start: number; readonly step: number } | undefined,
  { metadata, original, isXray }: BlockFacts,
): Promise<Dataset[]> {
  const column = (name: string) => columns.find((one) => one.name === name.replace(/^_pd_/, ''));
  const intensity = INTENSITIES.find((name) => column(name) !== undefined);
  const listed = POSITIONS.find(([name]) => column(name)?.values.every(Number.isFinite));
  if (intensity === undefined || (listed === undefined && range === undefined)) return [];
  const [, axisName, unit] = listed ?? ['', '2θ', '°'];
  const positions: ScanPositions = listed ? { listed: column(listed[0])!.values } : range!;
  const quantity = intensity.includes('counts') ? 'Intensity (Counts)' : 'Intensity';
  const dataset = await diffractionDataset({
    title,
    axisName,
    unit,
    positions,
    size,
    dtype: 'float64',
    values: knownValues(column(intensity)!.values),
    metadata: { ...metadata, quantity, ...(isXray && { signal_type: 'XRD' }) },
    original,
    warnings: [],
  });
  // Positions that are no axis make a table, which is there already.
  return dataset.kind === 'array' ? [dataset] : [];
}

const unitOf = (name: string) => POSITIONS.find(([listed]) => listed === name)?.[2] ?? '';

/** By the ends of the range and the number of points; the increment is often rounded. */
function rangeOf(block: Block, kind: string, size: number, warnings: string[]) {
  const [start, end, step] = ['min', 'max', 'inc'].map((part) => numberAt(block, `_pd_${kind}_2theta_range_${part}`));
  if (start === undefined) return undefined;
  if (end !== undefined && size > 1 && end !== start) {
    const even = (end - start) / (size - 1);
    if (step === undefined || Math.abs(even - step) * (size - 1) <= Math.abs(step) / 2) return { start, step: even };
    warnings.push(`_pd_${kind}_2theta_range: ${size} points from ${start} by ${step} do not end at ${end}`);
  }
  return step === undefined || step === 0 ? undefined : { start, step };
}
