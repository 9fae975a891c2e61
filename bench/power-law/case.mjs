import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CounterRandom } from '../../dist/kernels/index.js';
import { fasterThan } from '../harness/bars.mjs';
import { comparison } from '../harness/tables.mjs';

const CHANNELS = 1024;
const START = 400;
const FIT = [440.5, 519.5];
const FAST = 'HyperSpy: remove_background, fast';
const SAME = 'NumPy, whole arrays, the same method';
const NLLS = 'HyperSpy: remove_background by least squares, a part of the map';
const METHODS = [
  { method: 'two-area', title: 'two areas', peers: [FAST, SAME], bars: { [FAST]: 8, [SAME]: 1 } },
  {
    method: 'likelihood',
    title: 'the likelihood of the counts',
    peers: [FAST, NLLS],
    bars: { [FAST]: 3, [NLLS]: 300 },
  },
];

export default {
  title: 'Power-law backgrounds of an EELS map',

  async measure(bench) {
    const side = bench.quick ? 16 : 128;
    const file = join(bench.folder, 'eels.bin');
    mkdirSync(bench.folder, { recursive: true });
    writeFileSync(file, new Uint8Array(counts(side * side).buffer));
    const probes = Array.from({ length: 200 }, (_, i) => Math.floor(((i + 0.5) / 200) * side * side * CHANNELS));
    const shared = { file, side, channels: CHANNELS, start: START, fit: FIT, probes, threads: bench.threads };
    const few = bench.quick ? 4 : 64;
    const results = [];
    for (const { method, peers } of METHODS) {
      bench.say(method);
      const peer = (name) =>
        bench.peerResident(name, './hyperspy_remove.py', import.meta, { ...shared, way: wayOf(name), few }, [
          'hyperspy',
        ]);
      const contenders = await bench.takeTurns([
        ...bench.oursResident('./ours.mjs', import.meta, { ...shared, method }),
        ...peers.flatMap(peer),
      ]);
      results.push({ method, contenders });
    }
    return { side, few, threads: bench.threads, results };
  },

  lines({ side, few, threads, results }) {
    return [
      `${side} × ${side} spectra of ${CHANNELS} channels of 1 eV from ${START} eV, some 40 counts a channel; fitted from ${FIT[0]} to`,
      `${FIT[1]} eV, taken off from there on. ${threads > 1 ? `${threads} threads` : 'One thread'}; the result is in memory.`,
      ...results.flatMap(({ method, contenders }) => [
        '',
        `By ${METHODS.find((one) => one.method === method).title}:`,
        '',
        ...comparison({ contenders }),
      ]),
      '',
      `Least squares of HyperSpy ran on ${few} spectra; its seconds are those of as many as in the map.`,
    ];
  },

  bars({ results }) {
    return results.flatMap(({ method, contenders }) => {
      const { title, bars } = METHODS.find((one) => one.method === method);
      return Object.entries(bars).flatMap(([peer, least]) =>
        fasterThan(contenders, `${peer}, ours by ${title}`, ({ name }) => name === peer, {
          'Node 20': least,
          'Node 24': least,
        }),
      );
    });
  },
};

const wayOf = (name) => (name === FAST ? 'fast' : name === SAME ? 'numpy' : 'least-squares');

/** A power law whose exponent and height differ over the map, and an edge at 532 eV; Poisson counts as 16-bit numbers. */
function counts(pixels) {
  const values = new Uint16Array(pixels * CHANNELS);
  const random = new CounterRandom(1, 0);
  for (let i = 0; i < pixels; i++) {
    random.reset(i);
    const exponent = 2.8 + 0.5 * random.next();
    const height = 40 * (0.7 + 0.6 * random.next());
    for (let j = 0; j < CHANNELS; j++) {
      const energy = START + j;
      const edge = energy < 532 ? 0 : 6 * (energy / 532) ** -3;
      values[i * CHANNELS + j] = random.poisson(height * (energy / 480) ** -exponent + edge);
    }
  }
  return values;
}
