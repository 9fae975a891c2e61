import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { spectrail } from '../harness/command-line.mjs';
import { median } from '../harness/ratios.mjs';
import { memoryText, numberText, programName, secondsText, shortRuntime, table } from '../harness/tables.mjs';

const MOST_SECONDS = 1;
const MOST_BYTES = 200e6;
const QUICK = /\.(npy|hspy)$/;

export default {
  title: 'What a large file holds',

  async measure(bench) {
    const folder = join(bench.folder, 'info');
    const files = [];
    for (const { name, files: parts } of await bigInputs()) {
      if (bench.quick && !QUICK.test(name)) continue;
      bench.say(name);
      for (const part of parts) await writeSparse(folder, part);
      const sides = bench.oursProcess((node) => ({
        command: () => spectrail(node, 'info', '--json', join(folder, name)),
        read: (stdout) => ({ shape: JSON.parse(stdout).signals[0].shape }),
      }));
      const bytes = parts.reduce((sum, { size }) => sum + size, 0);
      files.push({ name, bytes, contenders: await bench.takeTurns(sides) });
    }
    const others = Math.max(...files.flatMap(({ contenders }) => contenders.map((one) => one.others)));
    return { others, files };
  },

  lines({ files }) {
    const runtimes = files[0].contenders.map(({ runtime }) => shortRuntime(runtime));
    const head = runtimes.flatMap((name) => [`${name}, seconds`, `${name}, peak memory`]);
    return table(
      ['file', 'size', 'holds', ...head],
      files.map(({ name, bytes, contenders }) => [
        `\`${name}\``,
        memoryText(bytes),
        contenders[0].shape.join(' × '),
        ...contenders.flatMap((one) => [secondsText(one.seconds), memoryText(one.peakBytes)]),
      ]),
    );
  },

  bars({ files }) {
    return files.flatMap(({ name, contenders }) =>
      contenders.map((one) => {
        const seconds = median(one.seconds);
        return {
          bar: `${programName(one)}: ${name} in less than ${MOST_SECONDS} s and ${memoryText(MOST_BYTES)}`,
          value: `${numberText(seconds)} s, ${memoryText(one.peakBytes)}`,
          met: seconds < MOST_SECONDS && one.peakBytes < MOST_BYTES,
        };
      }),
    );
  },
};

const bigInputs = async () => (await fromTests('index')).bigInputs();
const writeSparse = async (folder, file) => (await fromTests('sparse-file')).writeSparse(folder, file);

/** The files that the tests open, of mostly zeros, which take no room on the disk. */
const loaded = new Map();
function fromTests(name) {
  const path = fileURLToPath(new URL(`../../test/big/${name}.ts`, import.meta.url));
  if (!loaded.has(name)) loaded.set(name, runnerImport(path, { logLevel: 'error' }));
  return loaded.get(name).then(({ module }) => module);
}
