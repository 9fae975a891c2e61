import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atMost } from '../harness/bars.mjs';
import { spectrail } from '../harness/command-line.mjs';
import { edsMap, writeRipple } from '../harness/map-files.mjs';
import { median } from '../harness/ratios.mjs';
import { comparison, memoryText, secondsText } from '../harness/tables.mjs';

export default {
  title: 'Dense counts from a .raw file into events',

  async measure(bench) {
    const parameters = bench.quick ? edsMap(32, 32, 256) : edsMap(512, 512, 2048);
    const { height, width, channels } = parameters;
    const folder = join(bench.folder, 'raw-to-events');
    const bytes = await writeRipple(folder, parameters);
    const out = (run) => join(folder, `events-${run}.spectrail`);
    const peerOut = join(folder, 'peer');
    await mkdir(peerOut, { recursive: true });
    const sides = [
      ...bench.oursProcess((node) => ({
        command: (run) => spectrail(node, 'convert', join(folder, 'map.rpl'), out(run)),
        after: (run) => rm(out(run), { recursive: true }),
      })),
      ...bench.peerProcess('NumPy: memory map and nonzero', './numpy_nonzero.py', import.meta, () => [
        join(folder, 'map.raw'),
        String(height * width),
        String(channels),
        peerOut,
      ]),
    ];
    return { parameters, bytes, contenders: await bench.takeTurns(sides) };
  },

  lines({ parameters: { height, width, channels }, bytes, contenders }) {
    return [
      `${height} × ${width} pixels, ${channels} channels, one byte each: ${memoryText(bytes)}; both write what they found.`,
      '',
      ...comparison({ contenders }),
    ];
  },

  bars({ contenders }) {
    const seconds = (one) => median(one.seconds);
    return atMost(contenders, 'seconds', 4, seconds, (value) => secondsText([value]));
  },
};
