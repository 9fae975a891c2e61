import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { snip } from './snip.ts';

/** Reference answers of independent tools; without them these tests are skipped. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/baselines`;
const present = existsSync(folder);
const files = present ? readdirSync(folder) : [];

/** All cases of one method, `snip-smooth--raman` and the like. */
const cases = (method: string) =>
  files.filter((file) => file.startsWith(`${method}--`) && file.endsWith('.json')).map((file) => file.slice(0, -5));

interface Case {
  parameters: Record<string, never>;
  input: { x: number[]; y: number[] };
  expected: Record<string, never>;
  tolerance: { rel: number; abs: number; keys?: Record<string, { rel: number; abs: number }> };
}

const read = (name: string): Case => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

function expectNear({ tolerance }: Case, key: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const { rel, abs } = tolerance.keys?.[key] ?? tolerance;
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i]), `${key}, channel ${i}`).toBeLessThanOrEqual(
      abs + rel * Math.abs(expected[i]),
    );
  }
}

describe.skipIf(!present)('reference answers', () => {
  it.each(['snip-asymmetric', 'snip-decreasing', 'snip-increasing', 'snip-order4', 'snip-smooth'].flatMap(cases))(
    '%s',
    (name) => {
      const found = read(name);
      const { parameters, input, expected } = found;
      const y = Float64Array.from(input.y);
      const out = new Float64Array(y.length);
      const options = {
        halfWindow: parameters.max_half_window,
        decreasing: parameters.decreasing,
        order: parameters.filter_order,
        smoothHalfWindow: parameters.smooth_half_window ?? 0,
        transform: false,
        precision: 'double',
      } as const;
      snip(y, 1, y.length, options, out);
      expectNear(found, 'baseline', out, expected.baseline);
    },
  );
});
