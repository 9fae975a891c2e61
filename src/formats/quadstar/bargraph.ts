import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { readWhole } from '../whole-text.ts';
import { cycleAxis } from './cycle-axis.ts';
import { badQuadstar, HEADER_BYTES, type Header, secondsAt } from './header.ts';

/** What stands for each mass between the header and the first cycle: four bytes, then three. */
const BYTES_PER_MASS = 7;
const RANGE_BYTES = 17;
/** Time, count of masses, an exponent, the sum of intensities. */
const CYCLE_HEAD = 13;
const PAIR_BYTES = 8;
const SAME = 1e-6;

/**
 * Bargraph scans: one intensity for each mass, a spectrum a cycle. Worked out from a file.
 * @throws SpectrailError `format/bad-quadstar`, `input/too-large`
 */
export async function readBargraph(file: ByteSource, header: Header): Promise<ArrayDataset[]> {
  const bytes = await readWhole(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (at: number, what: string, expected: string) => badQuadstar(`${file.name}, byte ${at}`, what, expected);
  if (bytes.length < HEADER_BYTES + RANGE_BYTES)
    throw bad(bytes.length, 'the header is not complete', 'a range of masses');
  const size = view.getUint16(HEADER_BYTES + 3, true) + 1;
  const start = HEADER_BYTES + RANGE_BYTES + size * BYTES_PER_MASS;
  const cycleBytes = CYCLE_HEAD + size * PAIR_BYTES;
  const complete = Math.max(0, Math.floor((bytes.length - start) / cycleBytes));
  if (header.cycles === 0 || complete === 0) {
    throw bad(bytes.length, `${header.cycles} cycles of ${size} masses, ${complete} of them complete`, 'at least one');
  }
  const warnings: string[] = [];
  const cycles = Math.min(header.cycles, complete);
  if (cycles < header.cycles) {
    warnings.push(`the file was to have ${header.cycles} cycles, it has ${cycles} complete ones`);
  }
  const times = new Float64Array(cycles);
  const masses = new Float64Array(size);
  const values = new Float32Array(cycles * size);
  for (let cycle = 0; cycle < cycles; cycle++) {
    const at = start + cycle * cycleBytes;
    const count = view.getUint16(at + 6, true);
    if (count !== size) throw bad(at + 6, `cycle ${cycle} has ${count} masses`, `${size}, as the range of masses says`);
    times[cycle] = secondsAt(view, at);
    for (let i = 0; i < size; i++) {
      const pair = at + CYCLE_HEAD + i * PAIR_BYTES;
      const mass = view.getFloat32(pair, true);
      if (cycle === 0) masses[i] = mass;
      else if (mass !== masses[i])
        throw bad(pair, `mass ${i} of cycle ${cycle} is ${mass}`, `${masses[i]}, as in the first`);
      values[cycle * size + i] = view.getFloat32(pair + 4, true);
    }
  }
  const wrong = masses.findIndex((mass, i) => !Number.isFinite(mass) || (i > 0 && mass <= masses[i - 1]));
  if (wrong >= 0) throw bad(start, `mass ${wrong} is ${masses[wrong]}`, 'masses that rise');
  return [
    {
      kind: 'array',
      title: '',
      shape: [cycles, size],
      dtype: 'float32',
      axes: [cycleAxis(times, warnings), massAxis(masses)],
      values: { kind: 'dense', load: async () => values.slice() },
      metadata: { ...header.moment, signal_type: 'MS', quantity: 'Intensity' },
      original: { author: header.author, version: header.version },
      warnings,
    },
  ];
}

function massAxis(positions: Float64Array) {
  const described = { name: 'Mass-to-charge ratio', unit: 'm/z', role: 'spectral' } as const;
  const size = positions.length;
  const scale = size > 1 ? (positions[size - 1] - positions[0]) / (size - 1) : 1;
  const even = positions.every((mass, i) => Math.abs(mass - positions[0] - i * scale) <= SAME * scale);
  return even
    ? uniformAxis({ ...described, size, scale, offset: positions[0] })
    : explicitAxis({ ...described, positions });
}
