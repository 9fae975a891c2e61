import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  anscombe,
  anscombeInverse,
  anscombeMoments,
  generalisedAnscombe,
  inverseAnscombeAlgebraic,
  inverseAnscombeAsymptotic,
  inverseAnscombeClosedForm,
  inverseAnscombeUnbiased,
  invertAnscombe,
} from './anscombe.ts';
import { logPoissonProbability } from './count-probability.ts';
import { kmeans } from './kmeans.ts';
import { poissonDeviance, poissonDevianceResidual } from './poisson-deviance.ts';
import { gavishDonohoOmega, gavishDonohoThreshold, marchenkoPasturMedian } from './random-matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { gramMatrix } from './weighted-gram.ts';

/** Reference answers of independent tools; without them these tests are skipped. */
const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden`;
const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

const near = (actual: number, expected: number, rel: number, abs: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(abs + rel * Math.abs(expected));

describe.skipIf(!existsSync(folder))('reference answers', () => {
  it.each(['zeros', 'moderate', 'huge'])('Poisson deviance and likelihood: %s', (name) => {
    const { input, expected } = read(`statistics/poisson-deviance--${name}`);
    let total = 0;
    for (const [i, y] of input.y.entries()) {
      const mean = input.mu[i];
      total += poissonDeviance(y, mean);
      near(poissonDeviance(y, mean), expected.deviance_terms[i], 1e-7, 1e-9);
      near(poissonDevianceResidual(y, mean), expected.deviance_residuals[i], 1e-6, 1e-6);
      near(logPoissonProbability(y, mean), expected.log_likelihood_terms[i], 1e-13, 1e-13);
    }
    near(total, expected.deviance, 1e-10, 1e-9);
  });

  it('Anscombe transform and its inverses', () => {
    const { input, expected } = read('statistics/anscombe');
    for (const [i, x] of input.counts.entries()) near(anscombe(x), expected.forward[i], 1e-14, 0);
    for (const [i, z] of input.z.entries()) {
      const row = expected.inverse[i];
      near(inverseAnscombeUnbiased(z), row.exact_unbiased, 1e-8, 1e-9);
      near(inverseAnscombeClosedForm(z), Math.max(0, row.closed_form), 1e-12, 2e-9);
      near(inverseAnscombeAlgebraic(z), row.algebraic, 1e-12, 1e-12);
      near(inverseAnscombeAsymptotic(z), row.asymptotic, 1e-12, 1e-12);
    }
    for (const [i, [x, gain, offset, sigma]] of input.generalised.entries()) {
      near(generalisedAnscombe(x, { gain, offset, sigma }), expected.generalised[i].forward, 1e-14, 0);
    }
  });

  it('Anscombe moments, and the tabulated inverse', () => {
    const { input, expected } = read('statistics/anscombe-moments');
    for (const [i, mean] of input.lambda.entries()) {
      const found = anscombeMoments(mean);
      near(found.mean, expected.mean[i], 1e-9, 1e-9);
      near(found.variance, expected.variance[i], 1e-9, 1e-9);
    }
    const inverses = read('statistics/anscombe');
    const table = anscombeInverse(0);
    for (const [i, z] of inverses.input.z.entries()) {
      near(invertAnscombe(z, table), inverses.expected.inverse[i].exact_unbiased, 1e-6, 1e-7);
    }
  });

  it('Gavish–Donoho thresholds and the ranks they give', () => {
    const { input, expected } = read('decomposition/gavish-donoho');
    for (const row of expected.rows) {
      near(gavishDonohoThreshold(row.beta), row.lambda_star, 1e-14, 0);
      near(marchenkoPasturMedian(row.beta), row.mp_median, 1e-12, 0);
      near(gavishDonohoOmega(row.beta), row.omega, 1e-12, 0);
    }
    for (const [i, { Y, sigma }] of input.matrices.entries()) {
      const bytes = readFileSync(`${folder}/decomposition/${Y.bin}`);
      const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      const [pixels, channels] = Y.shape;
      const short = Math.min(pixels, channels);
      const long = Math.max(pixels, channels);
      const gram = new Float64Array(channels * channels);
      gramMatrix({ kind: 'dense', pixels, channels, values }, new Float64Array(pixels).fill(1), gram);
      for (let p = 0; p < channels; p++) for (let q = 0; q < p; q++) gram[p * channels + q] = gram[q * channels + p];
      const singular = symmetricEigen(gram, channels)
        .values.slice(0, short)
        .map((v) => Math.sqrt(Math.max(0, v)));
      const middle = (singular[(short - 1) >> 1] + singular[short >> 1]) / 2;
      const beta = short / long;
      const unknown = gavishDonohoOmega(beta) * middle;
      const known = gavishDonohoThreshold(beta) * sigma * Math.sqrt(long);
      near(unknown, expected.matrices[i].threshold_unknown_noise, 1e-8, 0);
      near(known, expected.matrices[i].threshold_known_noise, 1e-8, 0);
      expect(singular.filter((s) => s > unknown).length).toBe(expected.matrices[i].rank_unknown_noise);
      expect(singular.filter((s) => s > known).length).toBe(expected.matrices[i].rank_known_noise);
    }
  });

  it.each(['separated', 'overlapping', 'few-points'])('k-means: %s', (name) => {
    const { parameters, input, expected } = read(`decomposition/kmeans--${name}`);
    const rows: number[][] = input.X;
    const [m, d] = [rows.length, rows[0].length];
    const points = Float64Array.from(rows.flat());
    const clusters = parameters.k;
    const fixed = kmeans(points, m, d, { clusters, centres: points.slice(0, clusters * d) });
    near(fixed.inertia, expected.inertia_from_fixed_init, 1e-9, 1e-9);
    expect(Array.from(fixed.labels)).toEqual(expected.labels_from_fixed_init);
    const best = kmeans(points, m, d, { clusters, restarts: 60, seed: 1 });
    expect(best.inertia).toBeLessThanOrEqual(expected.best_inertia * (1 + 1e-6));
  });
});
