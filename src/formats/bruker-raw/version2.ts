import { onlyPositive } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { measuredAt } from './dates.ts';
import { damaged, readFields } from './fields.ts';
import { endOfRange, type Range, type RangesFile } from './range.ts';

const FILE_HEADER = 256;
/** As much of a range's header as is described; it says itself how long it is. */
const RANGE_HEADER = 48;

/** @throws SpectrailError `format/truncated`, `format/bad-header`. */
export async function readVersion2(file: ByteSource): Promise<RangesFile> {
  const header = await readFields(file, 0, FILE_HEADER, 'the header');
  const measured = header.text(168, 20);
  const anode = header.text(188, 2);
  const ranges: Range[] = [];
  let at = FILE_HEADER;
  for (let r = header.u16(4); r > 0; r--) {
    const fields = await readFields(file, at, RANGE_HEADER, 'the header of a range');
    const length = fields.u16(0);
    if (length < RANGE_HEADER) {
      throw damaged(file, at, `the header of a range has ${length} bytes`, `at least ${RANGE_HEADER} bytes`);
    }
    const range: Range = {
      axisName: '2θ',
      unit: '°',
      start: fields.f32(16),
      step: fields.f32(12),
      size: fields.u16(2),
      at: at + length,
      record: 4,
      metadata: onlyPositive({ dwell_time_s: fields.f32(8), temperature_K: fields.u16(46) }),
      original: {},
      warnings: [],
    };
    at = endOfRange(file, at, range);
    ranges.push(range);
  }
  return {
    sample: '',
    metadata: {
      ...(anode && { anode }),
      ...onlyPositive({
        wavelength_K_alpha1_angstrom: header.f32(190),
        wavelength_K_alpha2_angstrom: header.f32(194),
        K_alpha2_to_K_alpha1: header.f32(198),
      }),
      ...measuredAt(measured, measured),
    },
    original: { version: 2, measured },
    ranges,
    warnings: [],
  };
}
