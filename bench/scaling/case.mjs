import { mapFile } from '../harness/command-line.mjs';
import { edsMap } from '../harness/map-files.mjs';
import { growthExponent, median } from '../harness/ratios.mjs';
import { processSide } from '../harness/sides.mjs';
import { memoryText, numberText, shortRuntime, table } from '../harness/tables.mjs';
import { phaseMapOf } from '../report/case.mjs';

/** Pixels at one number of channels, channels at one number of pixels; each about twice the one before. */
const SERIES = {
  pixels: [
    [128, 128, 1024],
    [128, 256, 1024],
    [256, 256, 1024],
    [256, 512, 1024],
  ],
  channels: [
    [256, 256, 256],
    [256, 256, 512],
    [256, 256, 1024],
    [256, 256, 2048],
  ],
};
const QUICK = { pixels: [[16, 16, 256]] };
const RUNS = 3;

export default {
  title: 'Growth with the size of the map',

  async measure(bench) {
    const sizes = bench.quick ? QUICK : SERIES;
    const runs = bench.quick ? 1 : RUNS;
    const measured = new Map();
    const series = {};
    for (const [along, steps] of Object.entries(sizes)) {
      series[along] = [];
      for (const size of steps) {
        const key = size.join('x');
        if (!measured.has(key)) measured.set(key, await measureSize(bench, size, runs));
        series[along].push(measured.get(key));
      }
    }
    const others = Math.max(...[...measured.values()].map((size) => size.others));
    return { runtime: bench.runtimes[0].runtime, others, series };
  },

  lines({ runtime, series }) {
    return Object.entries(series).flatMap(([along, rows]) => [
      `Along ${along}, ${shortRuntime(runtime)}, 100 counts per pixel:`,
      '',
      ...table(
        ['map', 'PCA, seconds', 'PCA, memory', 'file to report, seconds', 'file to report, memory'],
        [...rows.map(rowText), ...(rows.length > 1 ? [['**exponent**', ...exponents(rows, along)]] : [])],
      ),
      '',
    ]);
  },
};

async function measureSize(bench, [height, width, channels], runs) {
  const parameters = edsMap(height, width, channels);
  const path = await mapFile(bench, `scaling-${height}-${width}-${channels}`, parameters);
  const [node] = bench.runtimes;
  const options = { parameters, components: 20, threads: bench.threads };
  const [inMemory] = bench.oursResident('../harness/ours-pca.mjs', import.meta, options);
  const whole = {
    ...inMemory,
    name: 'file to report',
    start: async () => processSide(phaseMapOf(bench, node.path, path)),
  };
  const [pca] = await bench.takeTurns([inMemory], runs);
  const [recipe] = await bench.takeTurns([whole], runs);
  const others = Math.max(pca.others, recipe.others);
  return { height, width, channels, others, pca: figures(pca), recipe: figures(recipe) };
}

function figures({ seconds, peakBytes }) {
  return { seconds: median(seconds), peakBytes };
}

function rowText({ height, width, channels, pca, recipe }) {
  const texts = [pca, recipe].flatMap(({ seconds, peakBytes }) => [numberText(seconds), memoryText(peakBytes)]);
  return [`${height} × ${width} × ${channels}`, ...texts];
}

function exponents(rows, along) {
  const sizes = rows.map((row) => (along === 'pixels' ? row.height * row.width : row.channels));
  const of = (pick) => growthExponent(sizes, rows.map(pick)).toFixed(2);
  return ['pca', 'recipe'].flatMap((what) => [of((row) => row[what].seconds), of((row) => row[what].peakBytes)]);
}
