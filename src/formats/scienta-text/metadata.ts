import type { Metadata } from '../../signal/dataset.ts';
import { type Condition, readConditions } from '../text-conditions.ts';

/** Step times are in ms: times the steps that see a channel, they give "Time per Spectrum Channel" in s. */
const CONDITIONS: readonly Condition[] = [
  { entry: 'Region Name', key: 'region', kind: 'text' },
  { entry: 'Instrument', key: 'instrument', kind: 'text' },
  { entry: 'Location', key: 'facility', kind: 'text' },
  { entry: 'User', key: 'authors', kind: 'text' },
  { entry: 'Sample', key: 'sample', kind: 'text' },
  { entry: 'Lens Mode', key: 'lens_mode', kind: 'text' },
  { entry: 'Acquisition Mode', key: 'acquisition_mode', kind: 'text' },
  { entry: 'Excitation Energy', key: 'source_energy_eV', kind: 'positive' },
  { entry: 'Pass Energy', key: 'pass_energy_eV', kind: 'positive' },
  { entry: 'Number of Sweeps', key: 'scans', kind: 'positive' },
  { entry: 'Step Time', key: 'dwell_time_s', kind: 'positive', factor: 1e-3 },
];

/** Conditions in the common vocabulary, from the entries that SES writes into its text files and into notes of Igor waves. */
export function scientaMetadata(entries: ReadonlyMap<string, string>): Metadata {
  const metadata = readConditions(CONDITIONS, (entry) => entries.get(entry));
  const axis = entries.get('Energy Scale')?.toLowerCase();
  if (axis === 'binding' || axis === 'kinetic') metadata['energy_axis'] = axis;
  const [date, time] = [entries.get('Date') ?? '', entries.get('Time') ?? ''];
  if (/^\d{4}-\d\d-\d\d$/.test(date)) metadata['date'] = date;
  if (/^\d\d:\d\d:\d\d$/.test(time)) metadata['time'] = time;
  return metadata;
}
