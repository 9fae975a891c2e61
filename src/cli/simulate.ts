import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { SIMULATORS, type Simulation, simulate } from '../index.ts';
import { formatBytes } from '../report/numbers.ts';
import { sortedJson } from '../report/output.ts';
import type { PlainTree } from '../signal/dataset.ts';
import { inputError } from '../signal/errors.ts';
import { checkFree, writeFileAtomically } from './atomic-file.ts';
import { encodeArray } from './encode-outputs.ts';
import { writerFor } from './formats-by-name.ts';
import { print, printJson } from './printing.ts';
import { collected } from './repeatable.ts';
import { table } from './text-layout.ts';
import { writeDataset } from './write-dataset.ts';

interface SimulateOptions {
  readonly out?: string;
  readonly set?: readonly string[];
  readonly force?: boolean;
  readonly json?: boolean;
}

export const simulateCommand = () =>
  new Command('simulate')
    .description('counts of a phantom with known truth: a data file and, beside it, what went in')
    .argument('<kind>', Object.keys(SIMULATORS).join(' | '))
    .option(
      '--out <file>',
      'data file; the truth goes to <name>.truth.json, that of large maps also to .npy files (default: <kind>-phantom.hspy)',
    )
    .option('--set <param=value>', 'replace a parameter; repeatable', collected)
    .option('--force', 'replace files that exist')
    .option('--json', 'for machines')
    .addHelpText('after', () => `\n${Object.values(SIMULATORS).map(describeSimulator).join('\n\n')}`)
    .action(run);

async function run(kind: string, options: SimulateOptions): Promise<void> {
  const out = options.out ?? `${kind}-phantom.hspy`;
  const simulation = await simulate(kind, parametersFrom(kind, options.set ?? []));
  const { data, truth, maps, bytes } = await writeSimulation(simulation, out, options.force);
  if (options.json) {
    printJson({ data, truth, maps });
    return;
  }
  print(`${data}: ${simulation.dataset.shape.join(' × ')} counts, ${formatBytes(bytes)}`);
  print(`${truth}: the truth behind them`);
  for (const [name, file] of Object.entries(maps)) print(`${file}: its ${name}, one for each pixel`);
}

/** Maps of the truth with more pixels than this are written as NumPy arrays of their own. */
const LISTED_PIXELS = 2 ** 16;

/**
 * Writes the counts in the format the name asks for, and what went in beside them: as JSON, and for large maps what has a
 * value for each pixel as `.npy`.
 */
export async function writeSimulation({ dataset, draw, truth, maps }: Simulation, out: string, force = false) {
  const writer = await writerFor(out);
  const stem = out.slice(0, out.length - extname(out).length);
  const channels = dataset.shape.at(-1) as number;
  const pixels = dataset.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const listed = pixels <= LISTED_PIXELS;
  const mapFiles = listed ? [] : Object.keys(maps).map((name) => [name, `${stem}.${name}.npy`] as const);
  const truthPath = `${stem}.truth.json`;
  if (!force) for (const path of [out, truthPath, ...mapFiles.map(([, file]) => file)]) await checkFree(path);
  const rows = { pixels, channels, read: async (start: number, end: number) => draw(start, end) };
  const { bytes } = await writeDataset(dataset, out, writer, { force, rows });
  for (const [name, file] of mapFiles) {
    const { values, shape } = maps[name];
    await writeFileAtomically(file, encodeArray({ array: values, shape }), { force });
  }
  const tree = {
    ...truth({ maps: listed }),
    ...Object.fromEntries(mapFiles.map(([name, file]) => [name, basename(file)])),
  };
  await writeFileAtomically(truthPath, sortedJson(tree), { force });
  return { data: out, truth: truthPath, maps: Object.fromEntries(mapFiles), bytes };
}

function parametersFrom(kind: string, settings: readonly string[]): PlainTree {
  const parameters: PlainTree = {};
  for (const setting of settings) {
    const [, name, text] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
    const defaults = Object.hasOwn(SIMULATORS, kind) ? SIMULATORS[kind].defaults : undefined;
    if (name === undefined || (defaults && !Object.hasOwn(defaults, name.trim()))) {
      throw inputError({
        code: 'bad-setting',
        where: `--set ${setting}`,
        what: name === undefined ? 'it is not a setting' : `the simulator has no parameter "${name.trim()}"`,
        expected: name === undefined ? 'param=value' : Object.keys(defaults ?? {}).join(', '),
      });
    }
    if (defaults) parameters[name.trim()] = scalar(setting, text);
  }
  return parameters;
}

function scalar(setting: string, text: string): string | number | boolean {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw inputError({
      code: 'bad-setting',
      where: `--set ${setting}`,
      what: `its value is not YAML: ${(cause as Error).message}`,
      cause,
    });
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw inputError({
    code: 'bad-setting',
    where: `--set ${setting}`,
    what: 'its value is not a number, a word, true or false',
  });
}

function describeSimulator({ id, title, defaults }: (typeof SIMULATORS)[string]): string {
  const rows = Object.entries(defaults).map(([name, value]) => [name, JSON.stringify(value)]);
  return `${id}: ${title}\n${table([{ title: 'parameter' }, { title: 'default' }], rows, 2)}`;
}
