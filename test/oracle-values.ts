import { createHash } from 'node:crypto';
import type { EventsBlock } from '../src/signal/block.ts';
import type { ArrayDataset } from '../src/signal/dataset.ts';
import { DTYPES, type Dtype, isInteger, type ValueArray } from '../src/signal/dtype.ts';
import type { OracleProbe, OracleSignal } from './oracle-schema.ts';

export interface Statistics {
  sum: number;
  absolute: number;
  min: number;
  max: number;
}

/** Over every `stride`-th element from `start`, non-finite values left out. */
export function statistics(values: ValueArray, start = 0, stride = 1): Statistics {
  let sum = 0;
  let correction = 0;
  let absolute = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = start; i < values.length; i += stride) {
    const value = Number(values[i]);
    if (!Number.isFinite(value)) continue;
    const next = value - correction;
    const total = sum + next;
    correction = total - sum - next;
    sum = total;
    absolute += Math.abs(value);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { sum, absolute, min, max };
}

export function compareStatistics(values: ValueArray, dtype: Dtype, signal: OracleSignal, out: string[]) {
  if (dtype === 'complex64' || dtype === 'complex128') {
    const [re, im] = [statistics(values, 0, 2), statistics(values, 1, 2)];
    const sum = signal.sum as { re: number; im: number } | undefined;
    if (sum) {
      checkNumber('sum.re', re.sum, sum.re, 1e-9 * re.absolute, out);
      checkNumber('sum.im', im.sum, sum.im, 1e-9 * im.absolute, out);
    }
    const modulus = new Float64Array(values.length / 2);
    for (let i = 0; i < modulus.length; i++) modulus[i] = Math.hypot(Number(values[2 * i]), Number(values[2 * i + 1]));
    const { min, max } = statistics(modulus);
    checkNumber('absMin', min, signal.absMin, 1e-6 * max, out);
    checkNumber('absMax', max, signal.absMax, 1e-6 * max, out);
    return;
  }
  if (dtype === 'rgba8') {
    for (const [field, expected] of Object.entries(signal.perField ?? {})) {
      const got = statistics(values, 'RGBA'.indexOf(field), 4);
      for (const key of ['sum', 'min', 'max'] as const) checkNumber(`${field}.${key}`, got[key], expected[key], 0, out);
    }
    return;
  }
  const { sum, absolute, min, max } = statistics(values);
  checkNumber('sum', sum, signal.sum as number | undefined, (isInteger(dtype) ? 2 ** -52 : 1e-9) * absolute, out);
  checkNumber('min', min, signal.min === undefined ? undefined : Number(signal.min), 0, out);
  checkNumber('max', max, signal.max === undefined ? undefined : Number(signal.max), 0, out);
}

export function compareProbe(values: ValueArray, dataset: ArrayDataset, probe: OracleProbe, out: string[]) {
  const at = flatIndex(dataset.shape, probe.index);
  const where = `value at [${probe.index}]`;
  const expected = probe.value;
  if (expected === null) {
    if (Number.isFinite(Number(values[at]))) out.push(`${where}: ${values[at]}, oracle has no finite value`);
  } else if (typeof expected === 'object') {
    const { width } = DTYPES[dataset.dtype];
    const fields = 're' in expected ? ['re', 'im'] : ['R', 'G', 'B', 'A'];
    for (const [field, value] of Object.entries(expected)) {
      const got = Number(values[at * width + fields.indexOf(field)]);
      checkNumber(`${where}.${field}`, got, value, 1e-9 * Math.abs(value), out);
    }
  } else {
    const value = Number(expected);
    const got = Number(values[at]);
    if (Number.isFinite(value) || Number.isFinite(got)) checkNumber(where, got, value, 1e-9 * Math.abs(value), out);
  }
}

export function compareEvents(block: EventsBlock, signal: OracleSignal, out: string[]) {
  const shape = signal.shape ?? [];
  const size = shape.reduce((a, b) => a * b, 1);
  if (block.pixels * block.channels !== size) {
    out.push(`events of ${block.pixels} pixels × ${block.channels} channels, oracle has ${size} values`);
    return;
  }
  const [first, last] = [block.offsets[0], block.offsets[block.pixels]];
  const { sum, min, max } = statistics(block.count.subarray(first, last));
  const empty = last - first < size;
  checkNumber('sum', sum, signal.sum as number | undefined, 0, out);
  checkNumber('min', empty ? 0 : min, signal.min, 0, out);
  checkNumber('max', empty && last === first ? 0 : max, signal.max, 0, out);
  for (const probe of signal.probes ?? []) {
    const flat = flatIndex(shape, probe.index);
    const [pixel, channel] = [Math.floor(flat / block.channels), flat % block.channels];
    let got = 0;
    for (let e = block.offsets[pixel]; e < block.offsets[pixel + 1]; e++) {
      if (block.channel[e] === channel) got = block.count[e];
    }
    checkNumber(`value at [${probe.index}]`, got, Number(probe.value), 0, out);
  }
}

/** SHA-256 of sparse counts as the dense array of `dtype` they stand for. */
export function eventsSha256(block: EventsBlock, dtype: Dtype): string {
  const row = DTYPES[dtype].make(block.channels) as Uint32Array;
  const hash = createHash('sha256');
  for (let pixel = 0; pixel < block.pixels; pixel++) {
    row.fill(0);
    for (let e = block.offsets[pixel]; e < block.offsets[pixel + 1]; e++) row[block.channel[e]] = block.count[e];
    hash.update(new Uint8Array(row.buffer));
  }
  return hash.digest('hex');
}

function flatIndex(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((flat, i, axis) => flat * shape[axis] + i, 0);
}

export function sha256(values: ValueArray): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

export function checkNumber(
  where: string,
  got: number,
  expected: number | undefined,
  tolerance: number,
  out: string[],
) {
  if (expected === undefined || expected === null || near(got, expected, tolerance)) return;
  out.push(`${where}: ${got}, oracle ${expected}`);
}

export function near(got: number, expected: number, tolerance: number): boolean {
  return got === expected || Math.abs(got - expected) <= tolerance;
}
