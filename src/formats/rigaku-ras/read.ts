import type { Dataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { badLine } from '../bad-line.ts';
import { measuredAt } from '../bruker-raw/dates.ts';
import { diffractionDataset, goniometerAxis, knownValues, onlyPositive } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { readWhole } from '../whole-text.ts';
import { type RasScan, splitScans } from './sections.ts';

const WIDTH = 3;

/**
 * Reads a RAS file: each scan is a spectrum of its own, the intensities as they stand there.
 * @throws SpectrailError `input/too-large`, `format/bad-data`, `format/truncated`, `format/no-scan`.
 */
export async function readRas(file: ByteSource): Promise<Dataset[]> {
  const scans = splitScans(decode(await readWhole(file)), file.name);
  const held = scans.filter(({ numbers }) => numbers.length > 0);
  if (held.length === 0) {
    throw formatError({
      code: 'no-scan',
      where: file.name,
      what: 'the file has no points',
      expected: '*RAS_INT_START, lines of three numbers, *RAS_INT_END',
      fix: 'export the file again',
    });
  }
  return Promise.all(held.map((scan, s) => scanDataset(scan, file.name, held.length > 1 ? s + 1 : undefined)));
}

/** UTF-8 where it is valid, else Shift JIS where that is: Japanese programs write their users' names in it. */
function decode(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {}
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

async function scanDataset({ header, numbers, line }: RasScan, name: string, number: number | undefined) {
  if (numbers.length % WIDTH !== 0) {
    throw badLine(name, line, `${numbers.length} numbers are not whole points`, `${WIDTH} numbers a point`);
  }
  const size = numbers.length / WIDTH;
  const column = (c: number) => Float64Array.from({ length: size }, (_, i) => numbers[i * WIDTH + c]);
  const sample = header.get('FILE_SAMPLE') ?? '';
  const axis = header.get('MEAS_SCAN_AXIS_X_INTERNAL') ?? header.get('MEAS_SCAN_AXIS_X') ?? '';
  return diffractionDataset({
    title: number === undefined ? sample : `${sample} scan ${number}`.trim(),
    axisName: /^(?:TwoTheta|2-?Theta|Theta\/2)/i.test(axis) ? '2θ' : goniometerAxis(axis),
    unit: header.get('MEAS_SCAN_UNIT_X') ?? '',
    positions: { listed: column(0) },
    size,
    dtype: 'float64',
    values: knownValues(column(1)),
    metadata: scanMetadata(header),
    original: Object.fromEntries(header),
    warnings: warningsOf(header, size, column(2)),
  });
}

function warningsOf(header: ReadonlyMap<string, string>, size: number, factors: Float64Array): string[] {
  const warnings: string[] = [];
  const claimed = header.get('MEAS_DATA_COUNT');
  if (claimed !== undefined && Number(claimed) !== size) {
    warnings.push(`MEAS_DATA_COUNT says ${claimed.slice(0, 40)}, the scan has ${size} points`);
  }
  if (factors.some((factor) => factor !== 1)) {
    const [least, most] = factors.reduce(([a, b], f) => [Math.min(a, f), Math.max(b, f)], [factors[0], factors[0]]);
    warnings.push(
      `the beam was attenuated by factors of ${least} to ${most}: the intensities are not multiplied with them`,
    );
  }
  return warnings;
}

const TEXTS = [
  ['FILE_SAMPLE', 'sample'],
  ['FILE_OPERATOR', 'authors'],
  ['HW_XG_TARGET_NAME', 'anode'],
  ['MEAS_SCAN_AXIS_X', 'scan_axis'],
  ['MEAS_SCAN_MODE', 'scan_mode'],
] as const;
const COUNTER = 'HW_COUNTER_SELECT_NAME';
const QUANTITIES: Readonly<Record<string, string>> = { counts: 'Intensity (Counts)', cps: 'Intensity (Counts/s)' };

function scanMetadata(header: ReadonlyMap<string, string>): PlainTree {
  const text = (key: string) => header.get(key) ?? '';
  const number = (key: string) => Number(text(key) || Number.NaN);
  const unit = text('MEAS_SCAN_UNIT_Y').toLowerCase();
  const quantity: PlainTree = Object.hasOwn(QUANTITIES, unit) ? { quantity: QUANTITIES[unit] } : {};
  const started = text('MEAS_SCAN_START_TIME');
  return {
    signal_type: 'XRD',
    ...quantity,
    ...Object.fromEntries(TEXTS.filter(([key]) => text(key) !== '').map(([key, name]) => [name, text(key)])),
    ...(text(COUNTER) === '' ? {} : { instrument_Detector: { model: text(COUNTER) } }),
    ...onlyPositive({
      wavelength_K_alpha1_angstrom: number('HW_XG_WAVE_LENGTH_ALPHA1'),
      wavelength_K_alpha2_angstrom: number('HW_XG_WAVE_LENGTH_ALPHA2'),
      wavelength_K_beta_angstrom: number('HW_XG_WAVE_LENGTH_BETA'),
      tube_voltage_kV: number('MEAS_COND_XG_VOLTAGE'),
      tube_current_mA: number('MEAS_COND_XG_CURRENT'),
      dwell_time_s: countingTime(text('MEAS_SCAN_SPEED_UNIT'), number('MEAS_SCAN_SPEED'), number('MEAS_SCAN_STEP')),
    }),
    ...measuredAt(started.split(' ')[0], started),
  };
}

/** Steps are given their time, moving scans their speed. */
function countingTime(unit: string, speed: number, step: number): number | undefined {
  if (unit === 'sec') return speed;
  return unit === 'deg/min' ? (60 * step) / speed : undefined;
}
