import { onlyPositive } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { damaged, Fields, readFields } from './fields.ts';
import { endOfRange, MOST_RANGES, type Range, type RangesFile } from './range.ts';

/** With the letters `RAW `, which early files have before the first range only. */
const HEADER = 156;
const MAGIC = 0x20574152;
/** Stands for "not known" in angles. */
const UNKNOWN = -1e6;

/** `RAW ` may begin any text: what follows must be a range, too. */
export function isFirstVersion(head: Uint8Array): boolean {
  if (head.length < HEADER) return false;
  const fields = new Fields(head);
  const [steps, time, step, start] = [fields.u32(4), fields.f32(8), fields.f32(12), fields.f32(24)];
  const sound = steps > 0 && steps < 1 << 24 && Math.abs(start) <= 360 && Math.abs(step) <= 360;
  return fields.u32(0) === MAGIC && sound && step !== 0 && time >= 0 && time < 1e6;
}

/** @throws SpectrailError `format/truncated`, `format/bad-header`. */
export async function readVersion1(file: ByteSource): Promise<RangesFile> {
  const ranges: Range[] = [];
  let sample = '';
  let at = 0;
  for (let more = true; more; ) {
    if (ranges.length === MOST_RANGES)
      throw damaged(file, at, 'there is no last range', `at most ${MOST_RANGES} ranges`);
    const named = (await readFields(file, at, 4, 'a range')).u32(0) === MAGIC;
    const begin = named ? at : at - 4;
    const fields = await readFields(file, begin, HEADER, 'the header of a range');
    const range = firstVersionRange(fields, begin);
    sample ||= fields.text(40, 32);
    at = endOfRange(file, begin, range);
    ranges.push(range);
    more = fields.u32(152) > 0;
  }
  return { sample, metadata: {}, original: { version: 1 }, ranges, warnings: [] };
}

function firstVersionRange(fields: Fields, begin: number): Range {
  const angle = (at: number) =>
    fields.f32(at) === UNKNOWN || !Number.isFinite(fields.f32(at)) ? null : fields.f32(at);
  return {
    axisName: '2θ',
    unit: '°',
    start: fields.f32(24),
    step: fields.f32(12),
    size: fields.u32(4),
    at: begin + HEADER,
    record: 4,
    metadata: onlyPositive({
      dwell_time_s: fields.f32(8),
      wavelength_K_alpha1_angstrom: fields.f32(72),
      wavelength_K_alpha2_angstrom: fields.f32(76),
    }),
    original: {
      scanMode: fields.u32(16),
      startTheta: angle(28),
      startKhi: angle(32),
      startPhi: angle(36),
      sampleName: fields.text(40, 32),
    },
    warnings: [],
  };
}
