import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atMost } from '../harness/bars.mjs';
import { plannedMemory, spectrail } from '../harness/command-line.mjs';
import { median } from '../harness/ratios.mjs';
import { memoryText, numberText, programName, table } from '../harness/tables.mjs';
import { runProcess } from '../harness/whole-process.mjs';

const BUDGET = '2GB';
const BUDGET_BYTES = 2e9;
const CHANNELS = 2048;

/** A map larger than the memory it may use: drawn to disk, planned and run within a budget. */
export default {
  title: 'A map larger than the memory',
  onRequest: true,

  async measure(bench) {
    const [height, width] = bench.quick ? [16, 16] : [2048, 4096];
    const map = join(bench.folder, 'big.spectrail');
    const sizes = { height, width, channels: CHANNELS };
    const size = Object.entries(sizes).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const [{ path: node, runtime }] = bench.runtimes;
    const drawn = await runProcess(spectrail(node, 'simulate', 'eds', ...size, '--out', map, '--force'));
    bench.say(`drawn in ${numberText(drawn.seconds)} s, ${memoryText(drawn.peakBytes)}`);
    const budget = ['--memory', BUDGET];
    const planBytes = await plannedMemory(node, bench.threads, map, ...budget);
    const out = join(bench.folder, 'big-report');
    const settings = ['--input', map, '--out', out, '--threads', String(bench.threads), '--json', ...budget];
    const run = await runProcess(spectrail(node, 'run', 'eds-phase-map', ...settings));
    await rm(out, { recursive: true });
    const side = (name, { seconds, peakBytes }) => ({ name, runtime, ours: true, seconds: [seconds], peakBytes });
    return {
      height,
      width,
      planBytes,
      contenders: [side('spectrail simulate', drawn), side('spectrail run', run)],
    };
  },

  lines({ height, width, planBytes, contenders }) {
    return [
      `${height} × ${width} pixels, ${CHANNELS} channels, 100 counts per pixel; budget ${BUDGET}, plan ${memoryText(planBytes)}.`,
      '',
      ...table(
        ['program', 'seconds', 'peak memory'],
        contenders.map((one) => [programName(one), numberText(median(one.seconds)), memoryText(one.peakBytes)]),
      ),
    ];
  },

  bars({ planBytes, contenders }) {
    const [, run] = contenders;
    const peak = ({ peakBytes }) => peakBytes;
    return [
      ...atMost(contenders, 'peak memory', BUDGET_BYTES, peak, memoryText),
      ...atMost([run], 'peak memory (the plan)', planBytes, peak, memoryText),
    ];
  },
};
