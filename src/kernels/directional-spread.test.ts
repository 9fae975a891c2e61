import { expect, it } from 'vitest';
import { directionalSpread } from './directional-spread.ts';
import { portableCos, portableSin } from './portable-trigonometry.ts';
import { CounterRandom } from './random.ts';

it('directional spread has the bits of plain loops, in one call or many', () => {
  const n = 70001;
  const random = new CounterRandom(3, 0);
  const [a, b] = [1, 2].map((width) => Float64Array.from({ length: n }, () => width * random.normal()));
  const moments = Array.from({ length: 36 }, (_, q) => {
    const [c, s] = [portableCos((q * Math.PI) / 36), portableSin((q * Math.PI) / 36)];
    let moment = 0;
    for (let i = 0; i < n; i++) moment += Math.abs(a[i] * c + b[i] * s);
    return moment;
  });
  const total = moments.reduce((sum, moment) => sum + moment, 0);
  const spread = directionalSpread(n, (from, to, x, y) => {
    x.set(a.subarray(from, to));
    y.set(b.subarray(from, to));
  });
  expect(spread).toBe(((Math.max(...moments) - Math.min(...moments)) * 36) / total);
});
