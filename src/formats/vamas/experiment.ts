import type { VamasLines } from './lines.ts';

/** A label and its unit, as the file writes them. */
export type Labelled = [label: string, unit: string];

/** The header of a VAMAS file: what all of its blocks share. */
export interface Experiment {
  readonly institution: string;
  readonly instrument: string;
  readonly operator: string;
  readonly experiment: string;
  readonly commentLines: number;
  readonly comment: string;
  readonly expMode: string;
  readonly scanMode: string;
  readonly regions?: number | string;
  /** Analysis positions, and x and y coordinates in the full map. */
  readonly map?: readonly (number | string)[];
  readonly variables: readonly Labelled[];
  /** Is part 1 to 40 of a block written in the blocks after the first one? The others are as in the first one. */
  readonly included: (part: number) => boolean;
  /** Lines of later editions of the standard at the end of each block's parameters. */
  readonly futureBlockLines: number;
  readonly blocks: number;
}

const EXPERIMENT_MODES = ['MAP', 'MAPDP', 'MAPSV', 'MAPSVDP', 'NORM', 'SDP', 'SDPSV', 'SEM', 'NOEXP'];
const SCAN_MODES = ['REGULAR', 'IRREGULAR', 'MAPPING'];
const MOST_VARIABLES = 1000;
const MOST_BLOCKS = 1 << 16;
const LONGEST_COMMENT = 4096;

/** @throws SpectrailError `format/bad-item`, `format/truncated`. */
export function readExperiment(lines: VamasLines): Experiment {
  const institution = lines.text('institution');
  const instrument = lines.text('instrument model');
  const operator = lines.text('operator');
  const experiment = lines.text('experiment');
  const [commentLines, comment] = readComment(lines, 'experiment');
  const expMode = oneOf(lines, 'experiment mode', EXPERIMENT_MODES);
  const scanMode = oneOf(lines, 'scan mode', SCAN_MODES);
  const regions = ['MAP', 'MAPDP', 'NORM', 'SDP'].includes(expMode)
    ? lines.optional('number of spectral regions')
    : undefined;
  const map = ['MAP', 'MAPDP'].includes(expMode)
    ? ['analysis positions', 'x coordinates', 'y coordinates'].map((what) => lines.optional(`number of ${what}`))
    : undefined;
  const variables = readLabels(lines, 'experimental variable');
  const included = readInclusion(lines);
  lines.skip(lines.count('number of manually entered items', 1), 'manually entered items');
  const futureLines = lines.count('number of future upgrade experiment entries', 1);
  const futureBlockLines = lines.count('number of future upgrade block entries', 1);
  lines.skip(futureLines, 'future upgrade experiment entries');
  const blocks = lines.count('number of blocks', 1, MOST_BLOCKS);
  return {
    institution,
    instrument,
    operator,
    experiment,
    commentLines,
    comment,
    expMode,
    scanMode,
    regions,
    map,
    variables,
    included,
    futureBlockLines,
    blocks,
  };
}

/** How many lines a comment has, and its text, cut where it is very long. */
export function readComment(lines: VamasLines, of: string): [lines: number, text: string] {
  const count = lines.count(`number of comment lines of the ${of}`, 1);
  let text = '';
  for (let i = 0; i < count; i++) {
    const line = lines.text(`comment of the ${of}`);
    if (text.length < LONGEST_COMMENT) text += `${i > 0 ? '\n' : ''}${line}`;
  }
  return [count, text.slice(0, LONGEST_COMMENT)];
}

/** @throws SpectrailError `format/bad-item` for more labels than any experiment has. */
export function readLabels(lines: VamasLines, of: string): Labelled[] {
  const count = lines.count(`number of ${of}s`, 2, MOST_VARIABLES);
  return Array.from({ length: count }, (): Labelled => [lines.text(`${of} label`), lines.text(`${of} unit`)]);
}

function oneOf(lines: VamasLines, item: string, known: readonly string[]): string {
  const text = lines.text(item);
  const mode = text.toUpperCase();
  if (!known.includes(mode)) throw lines.wrong(item, text, `one of ${known.join(', ')}`);
  return mode;
}

/** A positive number is followed by the parts that are there, a negative one by those that are not. */
function readInclusion(lines: VamasLines): (part: number) => boolean {
  const item = 'number of entries in the parameter inclusion or exclusion list';
  const count = lines.number(item);
  if (!Number.isInteger(count) || Math.abs(count) > 40) {
    throw lines.wrong(item, String(count), 'a whole number from -40 to 40');
  }
  const listed = new Set<number>();
  for (let i = 0; i < Math.abs(count); i++) listed.add(lines.number('entry of the inclusion or exclusion list'));
  return count > 0 ? (part) => listed.has(part) : (part) => !listed.has(part);
}
