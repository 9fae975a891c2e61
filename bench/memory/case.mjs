import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasOption, hasOwnStore, spectrail } from '../harness/command-line.mjs';
import { median } from '../harness/ratios.mjs';
import { memoryText, numberText, programName, table } from '../harness/tables.mjs';
import { runProcess } from '../harness/whole-process.mjs';

const BUDGET = '2GB';
const BUDGET_BYTES = 2e9;

/** A map larger than the memory it may use: drawn to disk, planned and run within a budget. */
export default {
  title: 'A map larger than the memory',
  onRequest: true,

  async measure(bench) {
    if (!(await hasOwnStore(bench))) return { notAvailable: 'this version writes no store of events' };
    if (!(await hasOption('run', '--memory'))) return { notAvailable: 'this version keeps no memory budget' };
    const [height, width] = bench.quick ? [64, 64] : [2048, 4096];
    const map = join(bench.folder, 'big.spectrail');
    const size = ['--set', `height=${height}`, '--set', `width=${width}`];
    const [{ path: node, runtime }] = bench.runtimes;
    const drawn = await runProcess(spectrail(node, 'simulate', 'eds', ...size, '--out', map, '--force'));
    bench.say(`drawn in ${numberText(drawn.seconds)} s, ${memoryText(drawn.peakBytes)}`);
    const recipe = ['eds-phase-map', '--input', map, '--memory', BUDGET];
    const planned = await runProcess(spectrail(node, 'plan', ...recipe, '--json'));
    const out = join(bench.folder, 'big-report');
    const threads = ['--threads', String(bench.threads)];
    const run = await runProcess(spectrail(node, 'run', ...recipe, '--out', out, ...threads, '--json'));
    await rm(out, { recursive: true });
    const side = (name, { seconds, peakBytes }) => ({ name, runtime, ours: true, seconds: [seconds], peakBytes });
    return {
      height,
      width,
      planBytes: JSON.parse(planned.stdout).peakBytes,
      contenders: [side('spectrail simulate', drawn), side('spectrail run', run)],
    };
  },

  lines({ notAvailable, height, width, planBytes, contenders }) {
    if (notAvailable) return [`Not measured: ${notAvailable}.`];
    return [
      `${height} × ${width} pixels, 1024 channels, 100 counts per pixel; budget ${BUDGET}, plan ${memoryText(planBytes)}.`,
      '',
      ...table(
        ['program', 'seconds', 'peak memory'],
        contenders.map((one) => [programName(one), numberText(median(one.seconds)), memoryText(one.peakBytes)]),
      ),
    ];
  },

  bars({ notAvailable, contenders }) {
    if (notAvailable) return [];
    return contenders.map((one) => ({
      bar: `${programName(one)}: within the budget of ${BUDGET}`,
      value: memoryText(one.peakBytes),
      met: one.peakBytes <= BUDGET_BYTES,
    }));
  },
};
