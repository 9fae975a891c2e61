import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { DECIMAL_POINT, readNumbers } from '../columns/number-row.ts';
import type { ByteSource } from '../format.ts';
import { plainNumber } from '../plain-number.ts';
import { readWholeText } from '../whole-text.ts';
import { child, type Element, parseElements, textOf } from './elements.ts';
import { regionMetadata, SCANNED } from './metadata.ts';

/** A region as the file holds it, its counts by scan, energy and detector. */
interface Region {
  readonly title: string;
  readonly definition: ReadonlyMap<string, string>;
  /** Energies of the scan, without those measured before and after it. */
  readonly values: number;
  /** Energies before the scan, for detectors that are shifted against its middle. */
  readonly head: number;
  readonly tail: number;
  /** Shifts of the detectors, in units of the pass energy. */
  readonly shifts: readonly number[];
  readonly scans: readonly Uint32Array[];
}

/**
 * For each region that was measured the spectrum (scan, energy), of all detectors shifted to one energy and summed, where
 * the pass energy is fixed; and what each detector counted (scan, channel, energy), not shifted: then an image, as the
 * energies are those of a detector in the middle. Axes of one position are
 * left out.
 *
 * @throws SpectrailError `format/not-specs-xml`, `format/bad-xml`, `format/bad-region`, `format/wrong-size`,
 * `format/no-spectrum`, `input/too-large`.
 */
export async function readSpecsXml(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file);
  const groups = groupsOf(parseElements(text, file.name));
  if (!groups) {
    throw formatError({
      code: 'not-specs-xml',
      where: file.name,
      what: 'the document holds no region groups',
      expected: 'an element of type RegionGroupSeq, as SpecsLab 2 exports it',
    });
  }
  const datasets: Dataset[] = [];
  for (const group of groups.children) {
    const groupName = textOf(text, group, 'name') ?? '';
    for (const data of child(group, 'regions')?.children ?? []) {
      datasets.push(...readRegion(text, data, groupName, file.name));
    }
  }
  if (datasets.length > 0) return datasets;
  throw formatError({
    code: 'no-spectrum',
    where: file.name,
    what: 'no region holds a scan',
    expected: 'counts in at least one region',
    fix: 'export regions that were measured',
  });
}

function groupsOf(top: Element): Element | undefined {
  const any = top.children.find(({ tag }) => tag === 'any');
  return any?.children.find(({ type }) => type === 'RegionGroupSeq');
}

function readRegion(text: string, data: Element, group: string, name: string): ArrayDataset[] {
  const scans = (child(data, 'cycles')?.children ?? []).flatMap((cycle) => child(cycle, 'scans')?.children ?? []);
  if (scans.length === 0) return [];
  const definition = definitionOf(text, data, group);
  const title = `${group} / ${definition.get('name') ?? ''}`;
  const where = `${name}, region "${title}"`;
  const count = (element: Element, entry: string) => {
    const value = plainNumber(textOf(text, element, entry) ?? '');
    if (value !== undefined && Number.isInteger(value) && value >= 0 && value <= text.length) return value;
    throw badRegion(
      where,
      `${entry} is "${textOf(text, element, entry)?.slice(0, 40)}"`,
      `a whole number from 0 to ${text.length}`,
    );
  };
  const region = child(data, 'region');
  if (!region) throw badRegion(where, 'it has no definition', 'a structure RegionDef');
  const detectors = child(child(data, 'analyzer_info'), 'detectors')?.children ?? [];
  const shifts = detectors.map((detector) => plainNumber(textOf(text, detector, 'shift') ?? '') ?? 0);
  const [values, head, tail] = [count(region, 'values_per_curve'), count(data, 'mcd_head'), count(data, 'mcd_tail')];
  if (values === 0 || shifts.length === 0) {
    throw badRegion(where, `it has ${values} values and ${shifts.length} detectors`, 'at least one of each');
  }
  const size = (head + values + tail) * shifts.length;
  const counts = scans.map((scan, s) => readCounts(text, scan, size, `${where}, scan ${s + 1}`));
  const warnings = warningsOf(data, definition, scans);
  return describe({ title, definition, values, head, tail, shifts, scans: counts }, warnings);
}

/** Entries of the region that are single values, and the names of what it was measured with. */
function definitionOf(text: string, data: Element, group: string): Map<string, string> {
  const region = child(data, 'region');
  const entries = new Map<string, string>();
  for (const { name, children } of region?.children ?? []) {
    if (name !== '' && children.length === 0) entries.set(name, textOf(text, region, name) ?? '');
  }
  const put = (key: string, value: string | undefined) => value !== undefined && entries.set(key, value);
  put('group', group);
  put('name', textOf(text, data, 'name'));
  put('scan_mode', textOf(text, child(region, 'scan_mode'), 'name'));
  put('analyzer', textOf(text, child(data, 'analyzer_info'), 'name'));
  put('source', textOf(text, child(data, 'source_info'), 'name'));
  put('time', textOf(text, child(data, 'cycles')?.children[0], 'time'));
  return entries;
}

/** What a scan counted: all detectors of one energy, then those of the next. */
function readCounts(text: string, scan: Element, size: number, where: string): Uint32Array {
  const list = child(scan, 'counts')?.children[0];
  const [start, end] = [list?.start ?? 0, list?.end ?? 0];
  const numbers = new Float64Array(Math.min(size, Math.floor((end - start + 1) / 2)));
  const found = readNumbers(text, start, end, DECIMAL_POINT, numbers);
  const counts = Uint32Array.from(numbers);
  if (found === size && counts.every((value, i) => value === numbers[i])) return counts;
  throw formatError({
    code: 'wrong-size',
    where,
    what: found === size ? 'not all of its counts are whole numbers below 2³²' : `it has ${found} counts`,
    expected: `${size} counts: those of all detectors at each energy`,
    fix: 'copy or export the file again',
  });
}

function warningsOf(data: Element, definition: ReadonlyMap<string, string>, scans: readonly Element[]): string[] {
  const warnings: string[] = [];
  const declared = plainNumber(definition.get('num_scans') ?? '');
  const cycles = child(data, 'cycles')?.children ?? [];
  if (declared !== undefined && declared * cycles.length !== scans.length) {
    warnings.push(`num_scans says ${declared} in ${cycles.length} cycles, the file has ${scans.length} scans`);
  }
  if (scans.some((scan) => (child(scan, 'scaling_factors')?.children.length ?? 0) > 0)) {
    warnings.push('the scaling factors in the file were not applied: these are counts');
  }
  const curves = cycles.some((cycle) => ['y_curves', 'xy_curves'].some((key) => child(cycle, key)?.children.length));
  if (curves) warnings.push('curves of external channels were left out');
  return warnings;
}

function describe(region: Region, warnings: readonly string[]): ArrayDataset[] {
  const { title, definition, values, head, shifts, scans } = region;
  const metadata = regionMetadata(definition);
  metadata['scans'] = scans.length;
  const original: PlainTree = Object.create(null);
  for (const [key, value] of definition) original[key] = value;
  Object.assign(original, { mcd_head: head, mcd_tail: region.tail, detector_shifts: [...shifts] });
  const energy = energyAxis(definition, values);
  const unknown =
    energy.unit === ''
      ? [`the energies of scan mode "${definition.get('scan_mode') ?? ''}" are not known: values are counted`]
      : [];
  const scan = axisOf('scan', scans.length);
  const channel = axisOf('channel', shifts.length);
  const common = { kind: 'array', dtype: 'uint32', metadata, original, warnings: [...warnings, ...unknown] } as const;
  const make = (name: string, axes: readonly Axis[], load: () => Uint32Array): ArrayDataset => ({
    ...common,
    title: name,
    shape: axes.map(({ size }) => size),
    axes,
    values: { kind: 'dense', load: async () => load() },
  });
  const steps = detectorSteps(region);
  // Detectors that look at energies of their own share no spectral axis.
  const own = <A extends Axis>(axis: A): A => (steps ? { ...axis, role: 'signal' } : axis);
  const apart = make(`${title} / channels`, [...scan, ...channel.map(own), own(energy)], () => channels(region));
  return steps ? [make(title, [...scan, energy], () => summed(region, steps)), apart] : [apart];
}

const axisOf = (name: string, size: number): Axis[] =>
  size > 1 ? [uniformAxis({ name, role: 'navigation', size })] : [];

/** Kinetic energies where the pass energy is fixed, photon energies where the kinetic energy is; else numbers. */
function energyAxis(definition: ReadonlyMap<string, string>, size: number): Axis {
  const number = (entry: string) => plainNumber(definition.get(entry) ?? '');
  const mode = SCANNED.get(definition.get('scan_mode') ?? '');
  const [scale, offset] = [number('scan_delta'), mode ? number(mode.start) : undefined];
  if (!mode || scale === undefined || scale === 0 || offset === undefined) {
    return uniformAxis({ name: 'value', role: 'spectral', size });
  }
  return uniformAxis({ name: mode.axis, unit: 'eV', role: 'spectral', size, scale, offset });
}

/** By how many steps of the scan a detector sees higher energies than the middle; undefined where they do not follow from a pass energy. */
function detectorSteps({ definition, shifts }: Region): number[] | undefined {
  const [pass, step] = ['pass_energy', 'scan_delta'].map((entry) => plainNumber(definition.get(entry) ?? ''));
  if (definition.get('scan_mode') !== 'FixedAnalyzerTransmission' || pass === undefined || !step) return undefined;
  return shifts.map((shift) => Math.round((shift * pass) / step));
}

function channels({ values, head, shifts, scans }: Region): Uint32Array {
  const out = new Uint32Array(scans.length * shifts.length * values);
  let at = 0;
  for (const counts of scans) {
    for (const channel of shifts.keys()) {
      for (let i = 0; i < values; i++) out[at++] = counts[(i + head) * shifts.length + channel];
    }
  }
  return out;
}

/** At each energy of the scan, what every detector counted when it saw that energy. */
function summed({ values, head, tail, shifts, scans }: Region, steps: readonly number[]): Uint32Array {
  const out = new Uint32Array(scans.length * values);
  for (const [s, counts] of scans.entries()) {
    for (const [channel, step] of steps.entries()) {
      for (let i = 0; i < values; i++) {
        const at = i + head - step;
        if (at >= 0 && at < head + values + tail) out[s * values + i] += counts[at * shifts.length + channel];
      }
    }
  }
  return out;
}

function badRegion(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-region', where, what, expected, fix: 'export the file again' });
}
