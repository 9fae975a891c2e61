import type { Metadata } from '../../signal/dataset.ts';
import { plainNumber } from '../plain-number.ts';
import { type Condition, readConditions } from '../text-conditions.ts';

/** What is scanned in each scan mode, and where the scan begins. */
export const SCANNED: ReadonlyMap<string, { axis: string; start: string; energyAxis: string }> = new Map([
  ['FixedAnalyzerTransmission', { axis: 'Kinetic energy', start: 'kinetic_energy', energyAxis: 'kinetic' }],
  ['ConstantFinalState', { axis: 'Photon energy', start: 'excitation_energy', energyAxis: 'excitation' }],
]);

const CONDITIONS: readonly Condition[] = [
  { entry: 'analysis_method', key: 'signal_type', kind: 'text' },
  { entry: 'name', key: 'region', kind: 'text' },
  { entry: 'analyzer', key: 'instrument', kind: 'text' },
  { entry: 'analyzer_lens', key: 'lens_mode', kind: 'text' },
  { entry: 'scan_mode', key: 'analyser_mode', kind: 'text' },
  { entry: 'source', key: 'source', kind: 'text' },
  { entry: 'excitation_energy', key: 'source_energy_eV', kind: 'positive' },
  { entry: 'pass_energy', key: 'pass_energy_eV', kind: 'positive' },
  { entry: 'effective_workfunction', key: 'work_function_eV', kind: 'number' },
  { entry: 'dwell_time', key: 'dwell_time_s', kind: 'positive' },
];

const LATEST = Date.UTC(9999, 11, 31) / 1000;

/** Conditions of a region in the common vocabulary. */
export function regionMetadata(definition: ReadonlyMap<string, string>): Metadata {
  const metadata = readConditions(CONDITIONS, (entry) => definition.get(entry));
  metadata['quantity'] = 'counts';
  const mode = SCANNED.get(definition.get('scan_mode') ?? '');
  if (mode) metadata['energy_axis'] = mode.energyAxis;
  // Seconds since 1970, of the first cycle.
  const seconds = plainNumber(definition.get('time') ?? '');
  if (seconds !== undefined && seconds > 0 && seconds < LATEST) {
    const moment = new Date(1000 * seconds).toISOString();
    Object.assign(metadata, { date: moment.slice(0, 10), time: moment.slice(11, 19), time_zone: 'UTC' });
  }
  return metadata;
}
