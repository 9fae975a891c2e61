import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cowWarper } from './cow.ts';
import { dtw } from './dtw.ts';
import { warpRow } from './warp-row.ts';

/** Reference answers of independent tools; without them these tests are skipped. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/alignment`;
const present = existsSync(folder);
const cases = (kind: string) => (present ? readdirSync(folder).filter((name) => name.startsWith(`${kind}--`)) : []);
const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));

describe.skipIf(!present)('reference answers', () => {
  it.each(cases('dtw'))('%s', (name) => {
    const { input, expected, tolerance } = read(name);
    const a = Float64Array.from(input.a);
    const b = Float64Array.from(input.b);
    for (const [r, { power, sakoe_chiba_half_width }] of input.rows.entries()) {
      const band = sakoe_chiba_half_width ?? Number.POSITIVE_INFINITY;
      const { cost, path } = dtw(a, b, { power, band, steps: 'symmetric1' });
      const wanted = expected.rows[r];
      expect(Math.abs(cost - wanted.cost)).toBeLessThanOrEqual(tolerance.abs + tolerance.rel * wanted.cost);
      expect([...path]).toEqual(wanted.path.flat());
      let sum = 0;
      for (let k = 0; k < path.length; k += 2) sum += Math.abs(a[path[k]] - b[path[k + 1]]) ** power;
      expect(sum).toBeCloseTo(cost, 9);
    }
  });

  it.each(cases('cow'))('%s', (name) => {
    const { input, expected, tolerance } = read(name);
    const target = Float64Array.from(input.target);
    const sample = Float64Array.from(input.sample);
    const near = (actual: number, wanted: number) =>
      expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(tolerance.abs + tolerance.rel * Math.abs(wanted));
    for (const [r, { segment_points, slack }] of input.rows.entries()) {
      for (const [key, sections, segment] of [
        ['sample_sectioned', 'row', segment_points - 1],
        ['target_sectioned', 'reference', segment_points],
      ] as const) {
        const wanted = expected.rows[r][key];
        const warper = cowWarper([target], { segment, slack, sections });
        const found = warper.fit(sample);
        near(found.objective, wanted.objective);
        expect([...found.reference]).toEqual(wanted.target_boundaries);
        expect([...found.row]).toEqual(wanted.sample_boundaries);
        const from = new Float64Array(target.length);
        const warped = new Float64Array(target.length);
        const nodes = sections === 'row' ? found.reference : found.row;
        warper.places(nodes, from);
        warpRow(sample, from, 'height', warped);
        warped.forEach((value, j) => {
          near(value, wanted.warped[j]);
        });
      }
    }
  });
});
