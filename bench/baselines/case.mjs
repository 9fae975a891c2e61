import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CounterRandom } from '../../dist/kernels/index.js';
import { fasterThan } from '../harness/bars.mjs';
import { comparison } from '../harness/tables.mjs';

const CHANNELS = 1500;
const PEER = 'SciPy: solveh_banded, one spectrum after the other';
const METHODS = [
  { method: 'asls', title: 'AsLS', settings: { lambda: 1e6, p: 0.001, maxIterations: 10 }, bar: 40 },
  { method: 'arpls', title: 'arPLS', settings: { lambda: 1e6, maxIterations: 50 }, bar: 20 },
  { method: 'airpls', title: 'airPLS', settings: { lambda: 1e6, maxIterations: 50 }, bar: 20 },
];

export default {
  title: 'Baselines of Raman spectra',

  async measure(bench) {
    const rows = bench.quick ? 64 : 1024;
    const file = join(bench.folder, 'raman.bin');
    mkdirSync(bench.folder, { recursive: true });
    writeFileSync(file, new Uint8Array(spectra(rows).buffer));
    const probes = Array.from({ length: 200 }, (_, i) => Math.floor(((i + 0.5) / 200) * rows * CHANNELS));
    const results = [];
    for (const { method, settings } of METHODS) {
      const options = { file, channels: CHANNELS, method, settings, probes };
      bench.say(method);
      const contenders = await bench.takeTurns([
        ...bench.oursResident('../baselines/ours.mjs', import.meta, options),
        ...bench.peerResident(PEER, './scipy_banded.py', import.meta, options, ['scipy']),
      ]);
      results.push({ method, contenders });
    }
    return { rows, results };
  },

  lines({ rows, results }) {
    return [
      `${rows} spectra of ${CHANNELS} channels: fluorescence, ten lines each, counting noise. One thread.`,
      ...results.flatMap(({ method, contenders }) => {
        const { title, settings } = METHODS.find((one) => one.method === method);
        const [ours] = contenders;
        const apart = contenders.filter((one) => !one.ours).map((one) => `${distance(ours.probes, one.probes)} counts`);
        return [
          '',
          `${title}, λ = 10⁶, at most ${settings.maxIterations} systems a spectrum, ${(ours.systems / rows).toFixed(1)} on average:`,
          '',
          ...comparison({ contenders }),
          ...(apart.length ? ['', `Baselines differ by at most ${apart.join('; ')}.`] : []),
        ];
      }),
    ];
  },

  bars({ results }) {
    return results.flatMap(({ method, contenders }) => {
      const { title, bar } = METHODS.find((one) => one.method === method);
      return fasterThan(contenders, `SciPy for ${title}`, () => true, { 'Node 20': bar, 'Node 24': bar });
    });
  },
};

function spectra(rows) {
  const values = new Float64Array(rows * CHANNELS);
  for (let row = 0; row < rows; row++) {
    const random = new CounterRandom(1, row);
    const lines = Array.from({ length: 10 }, () => [
      random.next() * CHANNELS,
      3 + 9 * random.next(),
      600 * random.next(),
    ]);
    const centre = CHANNELS * (0.3 + 0.4 * random.next());
    for (let i = 0; i < CHANNELS; i++) {
      let mean = 800 + 2500 * Math.exp(-(((i - centre) / 450) ** 2) / 2);
      for (const [at, width, height] of lines) mean += height / (1 + ((i - at) / width) ** 2);
      values[row * CHANNELS + i] = random.poisson(mean);
    }
  }
  return values;
}

function distance(a, b) {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))).toExponential(0);
}
