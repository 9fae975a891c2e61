import type { PlainTree } from '../../signal/dataset.ts';
import { onlyPositive } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { measuredAt } from './dates.ts';
import { damaged, type Fields, readFields } from './fields.ts';
import { endOfRange, MOST_RANGES, type Range, type RangesFile } from './range.ts';

const FILE_HEADER = 712;
/** As much of a range's header as is read; it says itself how long it is, 304 bytes as a rule. */
const RANGE_HEADER = 260;
const STATUS: Readonly<Record<number, string>> = { 2: 'still running', 3: 'aborted', 4: 'interrupted' };

/** What moved, by the code of the scan: name, unit, and where in the header its start stands. */
const DRIVES: Readonly<Record<number, readonly [name: string, unit: string, start: number]>> = {
  3: ['ω', '°', 8],
  4: ['χ', '°', 24],
  5: ['φ', '°', 32],
  6: ['X', 'mm', 40],
  7: ['Y', 'mm', 48],
  8: ['Z', 'mm', 56],
  9: ['AUX1', '', 144],
  10: ['AUX2', '', 152],
  11: ['AUX3', '', 160],
};
/** Locked and unlocked coupled, detector and PSD scans. */
const TWO_THETA = ['2θ', '°', 16] as const;

/** @throws SpectrailError `format/truncated`, `format/bad-header`. */
export async function readVersion3(file: ByteSource): Promise<RangesFile> {
  const header = await readFields(file, 0, FILE_HEADER, 'the header');
  const count = header.u32(12);
  if (count > MOST_RANGES) throw damaged(file, 12, `${count} ranges`, `at most ${MOST_RANGES} ranges`);
  const ranges: Range[] = [];
  let at = FILE_HEADER;
  for (let r = 0; r < count; r++) {
    const fields = await readFields(file, at, RANGE_HEADER, 'the header of a range');
    const length = fields.u32(0);
    if (length < RANGE_HEADER) {
      throw damaged(file, at, `the header of a range has ${length} bytes`, `at least ${RANGE_HEADER} bytes`);
    }
    const range = readRange(fields, at + length + fields.u32(256));
    at = endOfRange(file, at, range);
    ranges.push(range);
  }
  const status = header.u32(8);
  const known = Object.hasOwn(STATUS, status);
  return {
    sample: header.text(326, 60),
    metadata: fileMetadata(header),
    original: {
      version: 3,
      status,
      date: header.text(16, 10),
      time: header.text(26, 10),
      comment: header.text(386, 160),
    },
    ranges,
    warnings: known ? [`the measurement was ${STATUS[status]} when the file was written`] : [],
  };
}

function readRange(fields: Fields, at: number): Range {
  const scan = fields.u32(196);
  const [axisName, unit, start] = Object.hasOwn(DRIVES, scan) ? DRIVES[scan] : TWO_THETA;
  const record = fields.u32(252);
  return {
    axisName,
    unit,
    start: fields.f64(start),
    step: fields.f64(176),
    size: fields.u32(4),
    at,
    record,
    metadata: onlyPositive({
      dwell_time_s: fields.f32(192),
      tube_voltage_kV: fields.u32(224),
      tube_current_mA: fields.u32(228),
      wavelength_angstrom: fields.f64(240),
    }),
    original: {
      scan,
      ...finite({ startTheta: fields.f64(8), startTwoTheta: fields.f64(16), chi: fields.f64(24), phi: fields.f64(32) }),
      ...finite({ highVoltage: fields.f32(100), amplifierGain: fields.f32(104), rotationSpeed: fields.f32(208) }),
    },
    warnings: record > 4 ? ['what the points say beside their intensity is left out'] : [],
  };
}

function fileMetadata(header: Fields): PlainTree {
  const nanometres = header.text(656, 4).toLowerCase() === 'nm';
  const wavelength = (at: number) => header.f64(at) * (nanometres ? 10 : 1);
  const [authors, anode] = [header.text(36, 72), header.text(608, 4)];
  return {
    ...(authors && { authors }),
    ...(anode && { anode }),
    ...onlyPositive({
      wavelength_K_alpha1_angstrom: wavelength(624),
      wavelength_K_alpha2_angstrom: wavelength(632),
      wavelength_K_beta_angstrom: wavelength(640),
      K_alpha2_to_K_alpha1: header.f64(648),
      goniometer_radius_mm: header.f32(564),
    }),
    ...measuredAt(header.text(16, 10), header.text(26, 10)),
  };
}

function finite(numbers: Readonly<Record<string, number>>): PlainTree {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)));
}
