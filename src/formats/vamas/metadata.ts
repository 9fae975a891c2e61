import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { plainNumber } from '../plain-number.ts';
import type { Block } from './block.ts';
import type { Experiment } from './experiment.ts';

const UNSPECIFIED = 1e37;

/** A number that is specified; 1E37 stands for "not specified". */
function known(text: string | undefined): number | undefined {
  const value = plainNumber(text ?? '');
  return value !== undefined && value < UNSPECIFIED ? value : undefined;
}

const NO_TEXT = /^(?:|not specified|none|unknown)$/i;

const word = (text: string | undefined) => (text === undefined || NO_TEXT.test(text) ? undefined : text);

/** Number of an item in the vocabulary of the house; a number that must be above 0 to mean anything is absent else. */
const NUMBERS: readonly { item: string; key: string; positive?: true }[] = [
  { item: 'sourceEnergy_eV', key: 'source_energy_eV', positive: true },
  { item: 'workFunction_eV', key: 'work_function_eV' },
  { item: 'dwell_s', key: 'dwell_time_s', positive: true },
  { item: 'scans', key: 'scans', positive: true },
  { item: 'sputteringEnergy_eV', key: 'sputtering_energy_eV', positive: true },
];

/** Conditions of a block in the common vocabulary. */
export function vamasMetadata(experiment: Experiment, block: Block): Metadata {
  const { items, comment } = block.conditions;
  const metadata: Metadata = Object.create(null);
  const put = (key: string, value: Plain | undefined) => {
    if (value !== undefined) metadata[key] = value;
  };
  put('signal_type', word(items.get('technique')));
  put('instrument', word(experiment.instrument));
  put('facility', word(experiment.institution));
  put('authors', word(experiment.operator));
  put('sample', word(block.sample));
  put('region', word([items.get('species'), items.get('transition')].filter((text) => word(text)).join(' ')));
  put('source', word(items.get('source')));
  put('analyser_mode', word(items.get('analyserMode')));
  for (const { item, key, positive } of NUMBERS) {
    const value = known(items.get(item));
    if (value !== undefined && !(positive && value <= 0)) metadata[key] = value;
  }
  put(...resolution(items));
  put('notes', word(comment.trim()));
  const moment = dateAndTime(items);
  put('date', moment?.slice(0, 10));
  put('time', moment?.slice(11));
  put('time_zone', zoneOf(known(items.get('gmt'))));
  return metadata;
}

/** Hours from Greenwich; none is further away than the islands of the Pacific. */
function zoneOf(hours: number | undefined): string | undefined {
  if (hours === undefined || Math.abs(hours) > 14) return undefined;
  const minutes = Math.round(Math.abs(hours) * 60);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${hours < 0 ? '-' : '+'}${hour}:${minute}`;
}

/** The pass energy where it is fixed (FAT), the retarding ratio where that is (FRR), else the resolution in mass. */
function resolution(items: ReadonlyMap<string, string>): [key: string, value: number | undefined] {
  const value = known(items.get('passEnergy_or_ratio'));
  const above = value !== undefined && value > 0 ? value : undefined;
  const mode = items.get('analyserMode')?.toUpperCase();
  if (mode === 'FAT') return ['pass_energy_eV', above];
  return mode === 'FRR'
    ? ['retarding_ratio', above]
    : ['mass_resolution', mode === 'CONSTANT DELTA M' ? above : undefined];
}

const MOMENT = ['year', 'month', 'day', 'hour', 'minute', 'second'];

/** As `1991-10-01 12:00:00`; undefined where it is no date. */
function dateAndTime(items: ReadonlyMap<string, string>): string | undefined {
  const parts = MOMENT.map((name) => known(items.get(name)) ?? -1);
  const [year, month, day, hour, minute, second] = parts.map(Math.floor);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const back = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return back.join() === [year, month, day, hour, minute, second].join() ? writtenMoment(items) : undefined;
}

/** The date and time as the file gives it, whether it makes sense or not. */
function writtenMoment(items: ReadonlyMap<string, string>): string {
  const part = (name: string, length: number) => String(Math.floor(known(items.get(name)) ?? 0)).padStart(length, '0');
  return `${part('year', 4)}-${part('month', 2)}-${part('day', 2)} ${part('hour', 2)}:${part('minute', 2)}:${part('second', 2)}`;
}

/** Items that are numbers in {@link originalTree}; 1E37 stays 1E37 there. */
const NUMERIC = ['sourceEnergy_eV', 'sourceStrength', 'passEnergy_or_ratio', 'workFunction_eV', 'dwell_s', 'scans'];

/** Everything the file says about a block, under the names of the file's standard. */
export function originalTree(experiment: Experiment, block: Block): PlainTree {
  const { conditions, declared } = block;
  const { items, abscissa } = conditions;
  const tree: PlainTree = Object.create(null);
  const { institution, instrument, operator, expMode, scanMode, regions, map, variables } = experiment;
  Object.assign(tree, { institution, instrument, operator, experiment: experiment.experiment });
  Object.assign(tree, { comments: experiment.commentLines, experimentComment: experiment.comment, expMode, scanMode });
  if (regions !== undefined) tree['nRegions'] = regions;
  if (map) tree['map'] = [...map];
  tree['expVariables'] = variables.map((labelled) => [...labelled]);
  Object.assign(tree, { block: block.id, sample: block.sample, date: writtenMoment(items) });
  Object.assign(tree, { commentLines: conditions.commentLines, comment: conditions.comment });
  for (const [name, text] of items) {
    if (MOMENT.includes(name) || name === 'x' || name === 'y') continue;
    tree[name] = NUMERIC.includes(name) ? (plainNumber(text) ?? text) : text;
  }
  if (items.has('x')) tree['xy'] = [items.get('x') ?? '', items.get('y') ?? ''];
  tree['expVariableValues'] = conditions.variableValues.map((text) => plainNumber(text) ?? text);
  tree['additionalParams'] = conditions.additional.map((parameter) => [...parameter]);
  tree['correspondingVariables'] = conditions.corresponding.map((labelled) => [...labelled]);
  tree['declaredMinMax'] = declared.map((pair) => [...pair]);
  if (abscissa) Object.assign(tree, { abscissaStart: abscissa.start, abscissaStep: abscissa.step });
  return tree;
}
