import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulateInstrumentPair } from '../../dist/simulate/instrument-pair.js';
import { median } from '../harness/ratios.mjs';
import { comparison, numberText, programName, table } from '../harness/tables.mjs';

const HALF_WIDTH = 8;
const STANDARDS = 20;

export default {
  title: 'PDS between two instruments on one thread',

  async measure(bench) {
    const [spectra, channels] = bench.quick ? [64, 200] : [10_000, 1000];
    const folder = join(bench.folder, 'transfer');
    mkdirSync(folder, { recursive: true });
    const pair = simulateInstrumentPair({ channels, standards: STANDARDS, samples: Math.min(spectra, 500) });
    const values = new Float64Array(spectra * channels);
    const { slave, master } = pair.standards;
    for (let at = 0; at < values.length; at++) values[at] = pair.samples.slave[at % pair.samples.slave.length];
    for (const [name, rows] of Object.entries({ slave, master, spectra: values })) {
      writeFileSync(join(folder, `${name}.bin`), new Uint8Array(rows.buffer));
    }
    const probes = Array.from({ length: 200 }, (_, i) => Math.floor(((i + 0.5) / 200) * values.length));
    const options = { folder, channels, spectra, standards: STANDARDS, halfWidth: HALF_WIDTH, probes };
    const contenders = await bench.takeTurns([
      ...bench.oursResident('../transfer/ours.mjs', import.meta, options),
      ...bench.peerResident('NumPy: channels × channels', './numpy_pds.py', import.meta, options),
    ]);
    return { spectra, channels, contenders };
  },

  lines({ spectra, channels, contenders }) {
    const rate = (seconds) => numberText((16 * spectra * channels) / 1e9 / seconds);
    const ours = contenders.find((one) => one.ours);
    const apart = contenders
      .filter((one) => !one.ours)
      .map((one) => Math.max(...ours.probes.map((value, i) => Math.abs(value - one.probes[i]))).toExponential(0));
    return [
      `${spectra} spectra of ${channels} channels, windows of ${2 * HALF_WIDTH + 1}, ${STANDARDS} standards. Time of the map alone:`,
      '',
      ...comparison({ contenders }),
      '',
      ...table(
        ['program', 'GB/s read and written', 'GB/s of a copy in the last round', 'seconds to learn'],
        contenders.map((one) => [programName(one), rate(median(one.seconds)), rate(one.copy), numberText(one.fit)]),
      ),
      '',
      `Ours learns with every standard left out in turn and up to six components, NumPy without.${apart.length ? ` With all components the maps differ by at most ${apart.join('; ')}.` : ''}`,
    ];
  },
};
