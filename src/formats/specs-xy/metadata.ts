import type { Metadata } from '../../signal/dataset.ts';
import { type Condition, readConditions } from '../text-conditions.ts';

const CONDITIONS: readonly Condition[] = [
  { entry: 'Analysis Method', key: 'signal_type', kind: 'text' },
  { entry: 'Region', key: 'region', kind: 'text' },
  { entry: 'Analyzer', key: 'instrument', kind: 'text' },
  { entry: 'Analyzer Lens', key: 'lens_mode', kind: 'text' },
  { entry: 'Scan Mode', key: 'analyser_mode', kind: 'text' },
  { entry: 'Source', key: 'source', kind: 'text' },
  { entry: 'Comment', key: 'notes', kind: 'text' },
  { entry: 'Excitation Energy', key: 'source_energy_eV', kind: 'positive' },
  { entry: 'Pass Energy', key: 'pass_energy_eV', kind: 'positive' },
  { entry: 'Eff. Workfunction', key: 'work_function_eV', kind: 'number' },
  { entry: 'Dwell Time', key: 'dwell_time_s', kind: 'positive' },
  { entry: 'Number of Scans', key: 'scans', kind: 'positive' },
];

/** Conditions of a table in the common vocabulary. */
export function specsMetadata(entries: ReadonlyMap<string, string>): Metadata {
  const metadata = readConditions(CONDITIONS, (entry) => entries.get(entry));
  const axis = energyAxis(entries);
  if (axis) metadata['energy_axis'] = axis;
  const moment = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)( UTC)?$/.exec(entries.get('Acquisition Date') ?? '');
  if (
    moment &&
    Number(moment[1]) >= 1 &&
    Number(moment[1]) <= 12 &&
    Number(moment[2]) >= 1 &&
    Number(moment[2]) <= 31
  ) {
    // Month, day, year: SpecsLab writes "05/19/11". Its first version is of this century.
    metadata['date'] = `20${moment[3]}-${moment[1]}-${moment[2]}`;
    metadata['time'] = moment[4];
    if (moment[5]) metadata['time_zone'] = 'UTC';
  }
  return metadata;
}

/** Prodigy names the axis; SpecsLab 2 says whether it is kinetic. */
function energyAxis(entries: ReadonlyMap<string, string>): string | undefined {
  const named = /^(kinetic|binding|excitation) energy$/i.exec(entries.get('Energy Axis') ?? '')?.[1];
  if (named) return named.toLowerCase();
  const kinetic = entries.get('Kinetic Energy Axis');
  if (kinetic === 'yes') return 'kinetic';
  return kinetic === 'no' ? 'binding' : undefined;
}
