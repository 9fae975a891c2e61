import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atMost } from '../harness/bars.mjs';
import { mapFile, plannedMemory, spectrail } from '../harness/command-line.mjs';
import { edsMap, writeSparse } from '../harness/map-files.mjs';
import { median } from '../harness/ratios.mjs';
import { comparison, memoryText, numberText, secondsText, shortRuntime } from '../harness/tables.mjs';
import { HYPERSPY } from '../pca-dense/case.mjs';

export default {
  title: 'From a file to the finished report',

  async measure(bench) {
    const parameters = bench.quick ? edsMap(16, 16, 256) : edsMap(512, 512, 2048);
    const map = await mapFile(bench, 'report', parameters);
    const plans = {};
    for (const { path, runtime } of bench.runtimes) plans[runtime] = await plannedMemory(path, bench.threads, map);
    const folder = join(bench.folder, 'report');
    await writeSparse(folder, parameters);
    const sides = [
      ...bench.oursProcess((node) => phaseMapOf(bench, node, map)),
      ...bench.peerProcess(
        'NumPy and scikit-learn: PCA and k-means',
        './numpy_pipeline.py',
        import.meta,
        () => [folder, String(parameters.channels), folder],
        ['scikit-learn'],
      ),
    ];
    return { parameters, format: bench.format, plans, contenders: await bench.takeTurns(sides) };
  },

  lines({ parameters: { height, width, channels }, format, plans, contenders }, all) {
    return [
      `${height} × ${width} pixels, ${channels} channels, 100 counts per pixel, from a .${format} file; the plan says ${plansText(plans)}.`,
      '',
      ...comparison({ contenders }),
      ...hyperSpyAtThisSize(height * width, channels, all['pca-dense']),
      '',
      'Where our seconds go:',
      ...contenders
        .filter(({ ours }) => ours)
        .map(
          ({ runtime, steps }) =>
            `- ${runtime}: ${steps.map(({ id, seconds }) => `${id} ${numberText(seconds)} s`).join(', ')}`,
        ),
    ];
  },

  bars({ plans, contenders }) {
    const peak = ({ peakBytes }) => peakBytes;
    return [
      ...atMost(
        contenders,
        'seconds',
        8,
        ({ seconds }) => median(seconds),
        (seconds) => secondsText([seconds]),
      ),
      ...atMost(contenders, 'peak memory', 800e6, peak, memoryText),
      ...contenders.flatMap((one) =>
        one.ours ? atMost([one], 'peak memory (the plan)', plans[one.runtime], peak, memoryText) : [],
      ),
    ];
  },
};

function plansText(plans) {
  return Object.entries(plans)
    .map(([runtime, bytes]) => `${memoryText(bytes)} on ${shortRuntime(runtime)}`)
    .join(', ');
}

/** The recipe from the file to the report, as a process. */
export function phaseMapOf(bench, node, path) {
  const out = (run) => join(bench.folder, `out-${run}`);
  const threads = ['--threads', String(bench.threads)];
  return {
    command: (run) => spectrail(node, 'run', 'eds-phase-map', '--input', path, '--out', out(run), ...threads, '--json'),
    read: (stdout) => {
      const { nodes } = JSON.parse(stdout);
      return {
        steps: nodes.map(({ id, seconds }) => ({ id, seconds })),
        hashes: Object.fromEntries(nodes.map(({ id, hash }) => [id, hash])),
      };
    },
    after: (run) => rm(out(run), { recursive: true }),
  };
}

/** Full singular value decomposition grows as pixels × channels². */
function hyperSpyAtThisSize(pixels, channels, smaller) {
  const measured = smaller?.contenders.filter(({ name }) => name.startsWith(HYPERSPY)) ?? [];
  if (measured.length === 0) return [];
  const { parameters: small } = smaller;
  const factor = (pixels * channels ** 2) / (small.height * small.width * small.channels ** 2);
  const fastest = Math.min(...measured.map(({ seconds }) => median(seconds)));
  return [
    '',
    `HyperSpy's \`decomposition(True)\` is not run at this size: the map alone takes ${memoryText(8 * pixels * channels)} as` +
      ` float64, and the time measured at ${small.height} × ${small.width} × ${small.channels}, which grows as pixels ×` +
      ` channels², would be about ${numberText(factor * fastest)} s for the decomposition alone.`,
  ];
}
