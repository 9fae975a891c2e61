import { Command, InvalidArgumentError, Option } from 'commander';
import { FORMATS, type OpenedFile, open } from '../index.ts';
import { formatBytes } from '../report/numbers.ts';
import { axisValue } from '../signal/axis.ts';
import { type ArrayDataset, type Dataset, type Plain, settled } from '../signal/dataset.ts';
import { DTYPES } from '../signal/dtype.ts';
import { inputError, isSpectrailError } from '../signal/errors.ts';
import { type InferredNoise, inferNoise, type NoiseFacts } from '../signal/infer-noise.ts';
import { type InferredModality, MODALITY_IDS, type ModalityId, modality } from '../signal/modality.ts';
import { describeNoise } from '../signal/noise.ts';
import { conditionsOf } from '../signal/vocabulary.ts';
import { type ConditionsFound, wantedConditions } from '../signal/wanted-conditions.ts';
import {
  axisForMachines,
  type CellValue,
  cheapFacts,
  datasetStatistics,
  dtypeForMachines,
  modalityFound,
  probe,
  probeTable,
  type Range,
  rangeOf,
  type Statistics,
  spectrumIn,
} from './dataset-facts.ts';
import { namedInput } from './named-input.ts';
import { print, printJson } from './printing.ts';
import { plainNumber, table, wrap } from './text-layout.ts';

interface InfoOptions {
  readonly json?: boolean;
  readonly stats?: boolean;
  readonly probe?: readonly (readonly number[])[];
  readonly signal?: string;
  readonly modality?: ModalityId;
}

export const infoCommand = () =>
  new Command('info')
    .description('what a file holds: signals, axes, acquisition conditions')
    .argument('<file>')
    .option('--json', 'for machines')
    .option('--stats', 'sum, smallest and largest value of each signal (reads every value)')
    .option('--probe <i,j,k>', 'value at an index, navigation axes first; repeatable', parseIndex)
    .option('--signal <title>', 'only the signal of this title')
    .addOption(
      new Option('--modality <name>', 'what it is, where the file does not say or says it wrongly').choices(
        MODALITY_IDS,
      ),
    )
    .action(info);

async function info(file: string, options: InfoOptions): Promise<void> {
  const opened = await open(await namedInput(file));
  const datasets = choose(opened, file, options.signal);
  const reports: SignalReport[] = [];
  for (const dataset of datasets) reports.push(await look(dataset, options));
  if (options.json) {
    const { format, alsoPossible } = opened;
    const rivals = alsoPossible.length ? { alsoPossible } : {};
    printJson({ file, format, ...rivals, signals: reports.map(forMachines) });
    return;
  }
  const several = datasets.length === 1 ? '' : `, ${datasets.length} signals`;
  const titleOf = (format: string) => FORMATS.find(({ id }) => id === format)?.title ?? format;
  print(`${file}: ${titleOf(opened.format)}${several}`);
  if (opened.alsoPossible.length) print(`  it could also be: ${opened.alsoPossible.map(titleOf).join('; ')}`);
  for (const report of reports) print(`\n${forPeople(report)}`);
}

function choose({ datasets }: OpenedFile, file: string, title: string | undefined): readonly Dataset[] {
  const chosen = title === undefined ? datasets : datasets.filter((dataset) => dataset.title === title);
  if (chosen.length > 0) return chosen;
  throw inputError({
    code: 'no-such-signal',
    where: file,
    what: title === undefined ? 'the file holds no data' : `the file holds no signal "${title}"`,
    expected: datasets.length ? `one of ${datasets.map((dataset) => `"${dataset.title}"`).join(', ')}` : undefined,
  });
}

function parseIndex(text: string, before: readonly (readonly number[])[] = []): readonly (readonly number[])[] {
  const index = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (!index.every(Number.isSafeInteger)) throw new InvalidArgumentError('expected whole numbers of at least 0: i,j,k');
  return [...before, index];
}

interface SignalReport {
  readonly dataset: Dataset;
  /** The dataset as a spectrum, where it is one. */
  readonly spectrum?: ArrayDataset;
  readonly modality: InferredModality;
  /** Of a spectrum whose values were looked at. */
  readonly noise?: InferredNoise;
  readonly conditions: ConditionsFound;
  readonly statistics?: Statistics;
  readonly columns?: readonly Range[];
  readonly probes: readonly { readonly index: readonly number[]; readonly value: CellValue }[];
}

async function look(found: Dataset, options: InfoOptions): Promise<SignalReport> {
  const looks = options.stats || options.probe;
  const dataset = loadedOnce(found.kind === 'array' && looks ? await settled(found) : found);
  const probes: { index: readonly number[]; value: CellValue }[] = [];
  for (const index of options.probe ?? []) {
    const value = dataset.kind === 'table' ? probeTable(dataset, index) : await probe(dataset, index);
    probes.push({ index, value });
  }
  const modality = modalityFound(dataset, options.modality);
  const spectrum = spectrumIn(dataset);
  const about = { dataset, spectrum, probes, modality, conditions: wantedConditions(modality.id, dataset.metadata) };
  const noiseFrom = (facts: NoiseFacts | undefined) =>
    spectrum && facts ? inferNoise(facts, modality.id, spectrum.metadata.quantity) : undefined;
  if (!options.stats || dataset.kind === 'table') {
    const noise = noiseFrom(spectrum && (await cheapFacts(spectrum).catch(unread)));
    if (!options.stats || dataset.kind === 'array') return { ...about, noise };
    return { ...about, noise, columns: dataset.columns.map(({ values }) => rangeOf(values)) };
  }
  const { statistics, facts } = await datasetStatistics(dataset);
  return { ...about, noise: noiseFrom(facts), statistics };
}

/** Values that cannot be read are no reason not to say what the file holds; whoever asks for them is told. */
function unread(error: unknown): undefined {
  if (!isSpectrailError(error)) throw error;
}

/** The same dataset, its values read from the file once however often they are asked for. */
function loadedOnce(dataset: Dataset): Dataset {
  if (dataset.kind === 'table') return dataset;
  const { values } = dataset;
  return {
    ...dataset,
    values: values.kind === 'dense' ? { ...values, load: once(values.load) } : { ...values, load: once(values.load) },
  };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}

function forMachines({ dataset, modality: inferred, noise, conditions, statistics, columns, probes }: SignalReport) {
  const found = {
    ...(noise ? { noise: describeNoise(noise.noise) } : {}),
    evidence: { modality: inferred.evidence, ...(noise ? { noise: noise.evidence } : {}) },
    conditions: {
      known: conditions.known.map(({ name, path, value, unit }) => ({ name, value, unit, key: path })),
      unknown: conditions.unknown.map(({ name }) => name),
    },
  };
  const tail = {
    ...found,
    ...statistics,
    ...(probes.length ? { probes } : {}),
    ...(dataset.warnings.length ? { warnings: dataset.warnings } : {}),
  };
  const { title, metadata } = dataset;
  if (dataset.kind === 'table') {
    const described = dataset.columns.map(({ name, unit }, c) => ({
      name,
      units: unit,
      rows: dataset.rows,
      ...columns?.[c],
    }));
    return {
      title,
      kind: 'table',
      modality: inferred.id,
      rows: dataset.rows,
      columns: described,
      metadata,
      ...tail,
    };
  }
  return {
    title,
    modality: inferred.id,
    shape: dataset.shape,
    dtype: dtypeForMachines(dataset.dtype),
    axes: dataset.axes.map(axisForMachines),
    metadata,
    ...tail,
  };
}

function forPeople(report: SignalReport): string {
  const { dataset, conditions } = report;
  const lines = [dataset.title || '(untitled)'];
  lines.push(...(dataset.kind === 'table' ? tableLines(report) : arrayLines(report)));
  const said = conditionsOf(dataset.metadata).map(({ path, value, unit }) => [
    path,
    unit ? `${textOf(value)} ${unit}` : textOf(value),
  ]);
  if (said.length) {
    lines.push('', table([{ title: 'acquisition' }, { title: '' }], said, 2));
  }
  if (conditions.unknown.length) {
    lines.push('', wrap(`  unknown: ${conditions.unknown.map(({ name }) => name).join(', ')}`, undefined, 4));
  }
  for (const { index, value } of report.probes)
    lines.push(wrap(`  value at ${index.join(',')}: ${JSON.stringify(value)}`, undefined, 4));
  for (const warning of dataset.warnings) lines.push(wrap(`  note: ${warning}`, undefined, 8));
  return lines.join('\n');
}

function arrayLines(report: SignalReport): string[] {
  const { dataset, statistics } = report;
  if (dataset.kind !== 'array') return [];
  const { shape, dtype, axes } = dataset;
  const bytes = shape.reduce((product, size) => product * size, DTYPES[dtype].bytes);
  const size = dataset.values.kind === 'events' ? `events; ${formatBytes(bytes)} if dense` : formatBytes(bytes);
  const lines = [`  ${shape.length ? shape.join(' × ') : 'one value'}, ${dtype} (${size})`, ...evidenceLines(report)];
  if (axes.length) {
    const rows = axes.map((axis) => [
      axis.name || '(unnamed)',
      axis.role === 'navigation' ? 'navigation' : 'signal',
      String(axis.size),
      axis.size ? plainNumber(axisValue(axis, 0)) : '',
      axis.size ? plainNumber(axisValue(axis, axis.size - 1)) : '',
      axis.kind === 'uniform' ? plainNumber(axis.scale) : 'listed',
      axis.unit,
    ]);
    const right = 'right' as const;
    const columns = [
      { title: 'axis' },
      { title: 'role' },
      { title: 'size', align: right },
      { title: 'first', align: right },
      { title: 'last', align: right },
      { title: 'step', align: right },
      { title: 'unit' },
    ];
    lines.push('', table(columns, rows, 2));
  }
  if (statistics) lines.push('', `  ${describeStatistics(statistics)}`);
  return lines;
}

function describeStatistics(statistics: Statistics): string {
  if ('perField' in statistics) {
    return Object.entries(statistics.perField)
      .map(([field, range]) => `${field}: ${describeRange(range)}`)
      .join('\n  ');
  }
  if ('absMin' in statistics) {
    const { sum, absMin, absMax } = statistics;
    const im = `${sum.im < 0 ? '−' : '+'} ${plainNumber(Math.abs(sum.im), 10)}i`;
    return `sum ${plainNumber(sum.re, 10)} ${im}, modulus ${plainNumber(absMin)} to ${plainNumber(absMax)}`;
  }
  return describeRange(statistics);
}

function describeRange({ sum, min, max }: Range): string {
  return min > max ? 'no finite value' : `sum ${plainNumber(sum, 15)}, from ${plainNumber(min)} to ${plainNumber(max)}`;
}

function tableLines(report: SignalReport): string[] {
  const { dataset, columns } = report;
  if (dataset.kind !== 'table') return [];
  const rows = dataset.columns.map(({ name, unit, values }, c) => [
    name,
    unit,
    dataset.rows ? plainNumber(values[0]) : '',
    dataset.rows ? plainNumber(values[dataset.rows - 1]) : '',
    columns ? describeRange(columns[c]) : '',
  ]);
  const right = 'right' as const;
  const titles = [
    { title: 'column' },
    { title: 'unit' },
    { title: 'first', align: right },
    { title: 'last', align: right },
    { title: '' },
  ];
  return [`  table of ${dataset.rows} rows`, ...evidenceLines(report), '', table(titles, rows, 2)];
}

/** What it is taken for, and from what. */
function evidenceLines({ spectrum, modality: { id, evidence }, noise }: SignalReport): string[] {
  const line = (text: string) => wrap(`  ${text}`, undefined, 4);
  const title = id === 'unknown' ? (spectrum ? 'Modality unknown: ' : '') : `${modality(id).title}: `;
  const lines = [line(`${title}${evidence}`)];
  if (!spectrum) return lines;
  if (!noise) lines.push(line('Noise: not looked at; --stats reads the values'));
  // An unknown law gives its reason itself.
  else if (noise.noise.tag === 'unknown') lines.push(line(`Noise: ${describeNoise(noise.noise)}`));
  else lines.push(line(`Noise: ${describeNoise(noise.noise)} (${noise.evidence})`));
  return lines;
}

function textOf(value: Plain): string {
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(', ') || '–';
  return typeof value === 'number' ? plainNumber(value, 8) : String(value);
}
