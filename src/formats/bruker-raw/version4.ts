import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { goniometerAxis, onlyPositive } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { measuredAt } from './dates.ts';
import { damaged, type Fields, readFields } from './fields.ts';
import { endOfRange, type Range, type RangesFile } from './range.ts';

/** Where the chain of segments begins; a segment is its kind, its length in all, and what that kind holds. */
const SEGMENTS = 61;
const MOST_SEGMENTS = 1 << 14;
const MOST_DRIVES = 64;
const KEY_AND_VALUE = 10;
const SOURCE = 30;
const DRIVE = 50;
/** Segments of these kinds are no segments: a range stands there. */
const RANGE_KINDS = [0, 160];
const RANGE_HEADER = 160;
/** No segment that is read needs more. */
const SEGMENT_BYTES = 1 << 12;

const TWO_THETA_SCANS = /^(?:(?:un)?locked coupled|detector scan|psd fix(?:ed)? scan|psd fast scan)$/i;

/** @throws SpectrailError `format/truncated`, `format/bad-header`. */
export async function readVersion4(file: ByteSource): Promise<RangesFile> {
  const header = await readFields(file, 0, SEGMENTS, 'the header');
  const texts: { [key: string]: Plain } = Object.create(null);
  const ranges: Range[] = [];
  let source: PlainTree = {};
  let at = SEGMENTS;
  for (let s = 0; at + 8 <= file.size; s++) {
    if (s > MOST_SEGMENTS) {
      throw damaged(file, at, 'the chain of segments does not end', `at most ${MOST_SEGMENTS} segments`);
    }
    const { kind, length, fields } = await readSegment(file, at);
    if (RANGE_KINDS.includes(kind)) {
      if (ranges.length > 0 && at + RANGE_HEADER > file.size) break;
      const range = await readRange(file, at);
      at = endOfRange(file, at, range);
      if (range.size > 0) ranges.push(range);
      continue;
    }
    if (kind === KEY_AND_VALUE && length > 36) texts[fields.text(12, 24)] = fields.text(36, length - 36);
    if (kind === SOURCE && length >= 120) source = readSource(fields);
    at += length;
  }
  const text = (key: string) => (typeof texts[key] === 'string' ? texts[key] : '');
  return {
    sample: text('SAMPLEID'),
    metadata: {
      ...(text('USER') && { authors: text('USER') }),
      ...source,
      ...measuredAt(header.text(12, 12), header.text(24, 10)),
    },
    original: { version: 4, ...texts },
    ranges,
    warnings: [],
  };
}

interface Segment {
  readonly kind: number;
  /** Bytes in all. */
  readonly length: number;
  /** Of its first bytes. */
  readonly fields: Fields;
}

/** Segments say their length; ranges do not: theirs is not looked at. */
async function readSegment(file: ByteSource, at: number, end = file.size): Promise<Segment> {
  const head = await readFields(file, at, 8, 'a segment');
  const [kind, length] = [head.u32(0), head.u32(4)];
  if (RANGE_KINDS.includes(kind)) return { kind, length, fields: head };
  if (length < 8 || at + length > end) {
    throw damaged(file, at, `a segment of kind ${kind} has ${length} bytes`, `8 to ${end - at} bytes`);
  }
  return { kind, length, fields: await readFields(file, at, Math.min(length, SEGMENT_BYTES), 'a segment') };
}

function readSource(fields: Fields): PlainTree {
  const anode = fields.text(116, 4);
  return {
    ...(/^[A-Z][a-z]?$/.test(anode) && { anode }),
    ...onlyPositive({
      wavelength_K_alpha1_angstrom: fields.f64(80),
      wavelength_K_alpha2_angstrom: fields.f64(88),
      wavelength_K_beta_angstrom: fields.f64(96),
      K_alpha2_to_K_alpha1: fields.f64(104),
    }),
  };
}

interface Drive {
  readonly name: string;
  readonly moved: boolean;
  readonly position: number;
}

async function readRange(file: ByteSource, at: number): Promise<Range> {
  const fields = await readFields(file, at, RANGE_HEADER, 'the header of a range');
  const [start, record, extra] = [fields.f64(72), fields.u32(136), fields.u32(140)];
  const drives = await readDrives(file, at + RANGE_HEADER, extra);
  const scan = fields.text(32, 24);
  const warnings: string[] = [];
  const axisName = scannedAxis(scan, start, drives, warnings);
  if (record > 4) warnings.push('what the points say beside their intensity is left out');
  const positions = drives.map(({ name, position }) => [name, position] as const);
  return {
    axisName,
    unit: /^[θωφχψ2]/.test(axisName) ? '°' : '',
    start,
    step: fields.f64(80),
    size: fields.u32(88),
    at: at + RANGE_HEADER + extra,
    record,
    metadata: onlyPositive({
      tube_voltage_kV: fields.f32(100),
      tube_current_mA: fields.f32(104),
      wavelength_angstrom: fields.f64(112),
    }),
    original: { scan, drives: Object.fromEntries(positions.filter(([, position]) => Number.isFinite(position))) },
    warnings,
  };
}

async function readDrives(file: ByteSource, start: number, length: number): Promise<Drive[]> {
  const end = start + length;
  if (end > file.size) throw damaged(file, start, `${length} bytes of drives`, `at most ${file.size - start} bytes`);
  const drives: Drive[] = [];
  for (let at = start, s = 0; at + 8 <= end && s < MOST_DRIVES; s++) {
    const { kind, length, fields } = await readSegment(file, at, end);
    if (RANGE_KINDS.includes(kind)) break;
    if (kind === DRIVE && length >= 64) {
      drives.push({ name: fields.text(12, 24), moved: fields.u32(8) !== 0, position: fields.f64(56) });
    }
    at += length;
  }
  return drives;
}

/** By the kind of scan; else the drive that is marked and stands where the scan starts; else as the scan is called. */
function scannedAxis(scan: string, start: number, drives: readonly Drive[], warnings: string[]): string {
  if (TWO_THETA_SCANS.test(scan)) {
    const detector = drives.find(({ name }) => goniometerAxis(name) === '2θ');
    if (detector && !(Math.abs(detector.position - start) <= 1e-6)) {
      warnings.push(
        `the scan starts at ${start}, the drive 2Theta stands at ${detector.position}: the axis follows the scan`,
      );
    }
    return '2θ';
  }
  const driven = drives.find(({ moved, position }) => moved && Math.abs(position - start) <= 1e-6);
  if (driven) return goniometerAxis(driven.name);
  if (/^rocking curve$/i.test(scan)) return 'θ';
  warnings.push(`what moved in a scan of the kind "${scan}" is not known`);
  return goniometerAxis(scan.replace(/\s*scan$/i, '')) || 'Position';
}
