import { uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, TableColumn } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { plainNumber } from '../plain-number.ts';
import { readWholeText } from '../whole-text.ts';
import { type Block, readBlock } from './block.ts';
import { type Experiment, readExperiment } from './experiment.ts';
import { VamasLines } from './lines.ts';
import { originalTree, vamasMetadata } from './metadata.ts';
import { isVamas } from './signature.ts';

/**
 * A table for each block that is a spectrum: abscissa first, then the corresponding variables (counts, transmission…). An
 * image (y, x) for each corresponding variable of a block that maps.
 *
 * @throws SpectrailError `format/not-vamas`, `format/bad-item`, `format/truncated`, `input/too-large`.
 */
export async function readVamas(file: ByteSource): Promise<Dataset[]> {
  const lines = new VamasLines(await readWholeText(file), file.name);
  const identifier = lines.rest() ?? '';
  if (!isVamas(identifier)) {
    throw formatError({
      code: 'not-vamas',
      where: `${file.name}, line 1`,
      what: 'the file does not begin as a VAMAS file',
      expected: '"VAMAS Surface Chemical Analysis Standard Data Transfer Format"',
    });
  }
  const experiment = readExperiment(lines);
  const datasets: Dataset[] = [];
  let first: Block | undefined;
  for (let b = 0; b < experiment.blocks; b++) {
    const block = readBlock(lines, experiment, first);
    first ??= block;
    datasets.push(...(experiment.scanMode === 'MAPPING' ? images(experiment, block) : [table(experiment, block)]));
  }
  if (/^end of experiment/i.test(lines.rest() ?? '')) return datasets;
  const warning = 'the line "end of experiment" is missing after the blocks that were announced';
  return datasets.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, warning] }));
}

function described(experiment: Experiment, block: Block) {
  const { unspecified } = block;
  return {
    title: block.id,
    metadata: vamasMetadata(experiment, block),
    original: originalTree(experiment, block),
    warnings: unspecified > 0 ? [`${unspecified} values are 1E37, "not specified": they are no numbers here`] : [],
  };
}

function table(experiment: Experiment, block: Block): Dataset {
  const { abscissa, corresponding } = block.conditions;
  const rows = block.values[0].length;
  const columns: TableColumn[] = block.values.map((values, v) => {
    const [name, unit] = corresponding[v];
    return { name, unit, values };
  });
  if (abscissa) {
    const { label, unit, start, step } = abscissa;
    columns.unshift({ name: label, unit, values: new Float64Array(rows).map((_, i) => start + i * step) });
  }
  // What is counted is the first of the ordinates.
  const spectrum = columns.length > 1 ? { axis: 0, values: 1 } : undefined;
  return { kind: 'table', ...(spectrum ? { spectrum } : {}), ...described(experiment, block), rows, columns };
}

function images(experiment: Experiment, block: Block): ArrayDataset[] {
  const { items, corresponding } = block.conditions;
  const common = described(experiment, block);
  const size = block.values[0].length;
  const span = (from: string, to: string) =>
    Math.abs((plainNumber(items.get(to) ?? '') ?? Number.NaN) - (plainNumber(items.get(from) ?? '') ?? Number.NaN)) + 1;
  const width = span('firstLineStartX', 'firstLineEndX');
  const height = span('firstLineEndY', 'lastLineEndY');
  const fits = width * height === size && Number.isInteger(width) && Number.isInteger(height);
  const shape = fits ? [height, width] : [size];
  const warnings = fits
    ? common.warnings
    : [...common.warnings, `the linescans are ${width} × ${height} pixels, the block has ${size}: they are in one row`];
  return block.values.map((values, v) => ({
    ...common,
    kind: 'array',
    title: block.values.length > 1 ? `${block.id} ${corresponding[v][0]}` : block.id,
    shape,
    dtype: 'float64',
    axes: shape.map((n, d) => uniformAxis({ name: ['y', 'x'][d + 2 - shape.length], role: 'signal', size: n })),
    values: { kind: 'dense', load: async () => values.slice() },
    metadata: { ...common.metadata, quantity: corresponding[v][0] },
    warnings,
  }));
}
