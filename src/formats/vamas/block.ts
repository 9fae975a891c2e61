import { type Experiment, type Labelled, readComment, readLabels } from './experiment.ts';
import type { VamasLines } from './lines.ts';

/** One block: the conditions of a spectrum (or of an image), and its values. */
export interface Block {
  readonly id: string;
  readonly sample: string;
  readonly conditions: Conditions;
  /** One array per corresponding variable, as long as each other; 1E37, "not specified", is NaN. */
  readonly values: readonly Float64Array[];
  /** Smallest and largest value of each corresponding variable, as the file declares them. */
  readonly declared: readonly (readonly (number | string)[])[];
  readonly unspecified: number;
}

/** Items as text, by their name in {@link PARTS}; those that are lists or decide what follows, decoded. */
export interface Conditions {
  readonly items: ReadonlyMap<string, string>;
  readonly commentLines: number;
  readonly comment: string;
  readonly variableValues: readonly string[];
  /** Where the scan is regular: start and increment of the abscissa. */
  readonly abscissa?: { readonly label: string; readonly unit: string; readonly start: number; readonly step: number };
  readonly corresponding: readonly Labelled[];
  readonly additional: readonly [label: string, unit: string, value: string][];
}

const DEPTH_PROFILES = ['MAPDP', 'MAPSVDP', 'SDP', 'SDPSV'];
const ION_TECHNIQUES = ['FABMS', 'FABMS energy spec', 'ISS', 'SIMS', 'SIMS energy spec', 'SNMS', 'SNMS energy spec'];
const ELECTRON_TECHNIQUES = ['AES diff', 'AES dir', 'EDX', 'ELS', 'UPS', 'XPS', 'XRF'];

type Condition = (mode: string, technique: string) => boolean;

/** The parts of a block that are plain items: their number in the standard, when they are there, the names of their lines. */
const PARTS: readonly { part: number; items: readonly string[]; when?: Condition }[] = [
  { part: 1, items: ['year'] },
  { part: 2, items: ['month'] },
  { part: 3, items: ['day'] },
  { part: 4, items: ['hour'] },
  { part: 5, items: ['minute'] },
  { part: 6, items: ['second'] },
  { part: 7, items: ['gmt'] },
  { part: 8, items: [] },
  { part: 9, items: ['technique'] },
  { part: 10, items: ['x', 'y'], when: (mode) => ['MAP', 'MAPDP'].includes(mode) },
  { part: 11, items: [] },
  { part: 12, items: ['source'] },
  {
    part: 13,
    items: ['sputteringIonAtomicNumber', 'sputteringIonAtoms', 'sputteringIonCharge'],
    when: (mode, technique) => DEPTH_PROFILES.includes(mode) || ION_TECHNIQUES.includes(technique),
  },
  { part: 14, items: ['sourceEnergy_eV'] },
  { part: 15, items: ['sourceStrength'] },
  { part: 16, items: ['beamWidthX_um', 'beamWidthY_um'] },
  {
    part: 17,
    items: ['fieldOfViewX_um', 'fieldOfViewY_um'],
    when: (mode) => ['MAP', 'MAPDP', 'MAPSV', 'MAPSVDP', 'SEM'].includes(mode),
  },
  {
    part: 18,
    items: ['firstLineStartX', 'firstLineStartY', 'firstLineEndX', 'firstLineEndY', 'lastLineEndX', 'lastLineEndY'],
    when: (mode) => ['MAPSV', 'MAPSVDP', 'SEM'].includes(mode),
  },
  { part: 19, items: ['sourcePolarAngle_deg'] },
  { part: 20, items: ['sourceAzimuth_deg'] },
  { part: 21, items: ['analyserMode'] },
  { part: 22, items: ['passEnergy_or_ratio'] },
  { part: 23, items: ['differentialWidth_eV'], when: (_, technique) => technique === 'AES diff' },
  { part: 24, items: ['lensMagnification'] },
  { part: 25, items: ['workFunction_eV'] },
  { part: 26, items: ['targetBias'] },
  { part: 27, items: ['analysisWidthX_um', 'analysisWidthY_um'] },
  { part: 28, items: ['takeOffPolarAngle_deg', 'takeOffAzimuth_deg'] },
  { part: 29, items: ['species'] },
  { part: 30, items: ['transition', 'charge'] },
  { part: 31, items: [] },
  { part: 32, items: [] },
  { part: 33, items: ['signalMode'] },
  { part: 34, items: ['dwell_s'] },
  { part: 35, items: ['scans'] },
  { part: 36, items: ['timeCorrection'] },
  {
    part: 37,
    items: [
      'sputteringEnergy_eV',
      'sputteringCurrent_nA',
      'sputteringWidthX_um',
      'sputteringWidthY_um',
      'sputteringPolarAngle_deg',
      'sputteringAzimuth_deg',
      'sputteringMode',
    ],
    when: (mode, technique) => DEPTH_PROFILES.includes(mode) && ELECTRON_TECHNIQUES.includes(technique),
  },
  { part: 38, items: ['tiltPolarAngle_deg', 'tiltAzimuth_deg'] },
  { part: 39, items: ['rotation_deg'] },
  { part: 40, items: [] },
];

const UNSPECIFIED = 1e37;
const MOST_PARAMETERS = 1000;

/**
 * The next block. Parts that the blocks after the first one leave out are those of `first`.
 * @throws SpectrailError `format/bad-item`, `format/truncated`.
 */
export function readBlock(lines: VamasLines, experiment: Experiment, first: Block | undefined): Block {
  const id = lines.text('block identifier');
  const sample = lines.text('sample identifier');
  const conditions = readConditions(lines, experiment, first?.conditions);
  lines.skip(experiment.futureBlockLines, 'future upgrade block entries');
  return { id, sample, conditions, ...readValues(lines, conditions.corresponding.length) };
}

function readConditions(lines: VamasLines, experiment: Experiment, first: Conditions | undefined): Conditions {
  const { expMode, scanMode, variables, included } = experiment;
  const items = new Map(first?.items);
  let { commentLines, comment, variableValues, abscissa, corresponding, additional }: Conditions = first ?? NOTHING;
  for (const { part, items: names, when } of PARTS) {
    if (first && !included(part)) continue;
    if (part === 8) [commentLines, comment] = readComment(lines, 'block');
    else if (part === 11) variableValues = variables.map(([label]) => lines.text(`value of ${label}`));
    else if (part === 31 && scanMode === 'REGULAR') abscissa = readAbscissa(lines);
    else if (part === 32) corresponding = readLabels(lines, 'corresponding variable');
    else if (part === 40) additional = readAdditional(lines);
    else if (!when || when(expMode, items.get('technique') ?? '')) {
      for (const name of names) items.set(name, lines.text(name));
    }
  }
  return { items, commentLines, comment, variableValues, abscissa, corresponding, additional };
}

const NOTHING: Conditions = {
  items: new Map(),
  commentLines: 0,
  comment: '',
  variableValues: [],
  corresponding: [],
  additional: [],
};

function readAbscissa(lines: VamasLines): Conditions['abscissa'] {
  return {
    label: lines.text('abscissa label'),
    unit: lines.text('abscissa unit'),
    start: lines.number('abscissa start'),
    step: lines.number('abscissa increment'),
  };
}

function readAdditional(lines: VamasLines): [string, string, string][] {
  const count = lines.count('number of additional numerical parameters', 3, MOST_PARAMETERS);
  const item = 'additional numerical parameter';
  return Array.from({ length: count }, () => [lines.text(item), lines.text(item), lines.text(item)]);
}

function readValues(lines: VamasLines, variables: number): Pick<Block, 'values' | 'declared' | 'unspecified'> {
  const item = 'number of ordinate values';
  const count = lines.count(item, 2);
  if (variables === 0 || count % variables !== 0) {
    throw lines.wrong(item, String(count), `a multiple of the ${variables} corresponding variables`);
  }
  const declared = Array.from({ length: variables }, () => [
    lines.optional('smallest ordinate'),
    lines.optional('largest ordinate'),
  ]);
  const values = Array.from({ length: variables }, () => new Float64Array(count / variables));
  let unspecified = 0;
  for (let i = 0; i < count / variables; i++) {
    for (const column of values) {
      const value = lines.number('ordinate value');
      column[i] = value < UNSPECIFIED ? value : Number.NaN;
      if (value >= UNSPECIFIED) unspecified++;
    }
  }
  return { values, declared, unspecified };
}
