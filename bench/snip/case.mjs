import { join } from 'node:path';
import { fasterThan } from '../harness/bars.mjs';
import { edsMap, writeDense } from '../harness/map-files.mjs';
import { median } from '../harness/ratios.mjs';
import { comparison, numberText, programName } from '../harness/tables.mjs';

const HALF_WINDOW = 40;
const NUMPY = 'NumPy';
/** Spectra that NumPy takes at once: one, what its caches hold, all. */
const TOGETHER = [1, 16, 0];

export default {
  title: 'SNIP baselines on one thread',

  async measure(bench) {
    const dense = { dispersionKeV: 0.01, offsetKeV: 0.1, dose: 10_000 };
    const parameters = bench.quick ? edsMap(16, 16, 2048, dense) : edsMap(48, 48, 2048, dense);
    const folder = join(bench.folder, 'snip');
    await writeDense(folder, parameters);
    const options = { parameters, folder, halfWindow: HALF_WINDOW };
    const sides = [
      ...['single', 'double'].flatMap((precision) =>
        bench
          .oursResident('./ours.mjs', import.meta, { ...options, precision })
          .map((side) => ({ ...side, name: `spectrail, ${precision}` })),
      ),
      ...TOGETHER.flatMap((together) => {
        const name = together ? `${together} at a time` : 'all at once';
        return bench.peerResident(`${NUMPY}: ${name}`, './numpy_snip.py', import.meta, { ...options, together });
      }),
    ];
    return { parameters, contenders: await bench.takeTurns(sides) };
  },

  lines({ parameters: { height, width, channels }, contenders }) {
    const single = contenders.filter(({ name }) => !name.endsWith('double'));
    const rates = contenders.map((one) => `${programName(one)} ${numberText((height * width) / median(one.seconds))}`);
    const deviation = Math.max(...single.filter(({ ours }) => ours).map((one) => one.deviation));
    return [
      `${height * width} spectra of ${channels} channels, log-log-root transform, windows from ${HALF_WINDOW} down to 1.`,
      '',
      ...comparison({ contenders: single }),
      '',
      `Spectra per second: ${rates.join('; ')}.`,
      '',
      `Single precision is off by at most ${deviation.toExponential(0)} of the counts + 1.`,
    ];
  },

  bars({ contenders }) {
    const ours = ({ name }) => name.endsWith('single');
    const sides = contenders.filter((one) => !one.ours || ours(one));
    return TOGETHER.flatMap((together) => {
      const peer = `${NUMPY}: ${together ? `${together} at a time` : 'all at once'}`;
      return fasterThan(sides, peer, ({ name }) => name === peer, { 'Node 20': 8, 'Node 24': 8 });
    });
  },
};
