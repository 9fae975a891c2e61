import { join } from 'node:path';
import { Command } from 'commander';
import type { Product } from '../index.ts';
import { adjustedRand } from '../kernels/index.ts';
import { counted } from '../report/numbers.ts';
import { asSimulation, type EdsTruth, simulateEds } from '../simulate/eds.ts';
import type { Anomalies, PhaseMap } from '../steps/products.ts';
import { analyse } from './analysis.ts';
import { describeFiles, describeFindings } from './findings.ts';
import { inputPaths, openInputs } from './opened-inputs.ts';
import { print } from './printing.ts';
import { loadRecipe } from './recipe-file.ts';
import { resourcesOf, withEngine } from './run-engine.ts';
import { writeSimulation } from './simulate.ts';
import { formatSeconds, wrap } from './text-layout.ts';

/** What `npm start` shows: the whole way from counts to report on data whose truth is known. */
export const demoCommand = () =>
  new Command('demo')
    .description('simulate an EDS map, analyse it, and compare what was found with what was put in')
    .option('--out <dir>', 'folder for the data and the results', join('spectrail-out', 'demo'))
    .action(demo);

async function demo({ out }: { out: string }): Promise<void> {
  const began = performance.now();
  const simulation = simulateEds();
  const { truth } = simulation;
  const data = join(out, 'eds-phantom.hspy');
  const results = join(out, 'eds-phase-map');
  const { recipe, folder, path } = await loadRecipe('eds-phase-map');
  await writeSimulation(asSimulation(simulation), data, true);
  const { height, width, dose } = truth.parameters;
  print(
    wrap(
      `A simulated STEM-EDS map: ${height} × ${width} pixels, ${dose} counts per pixel, ${truth.phases.length} phases, one of them ${truth.rare?.pixels.length ?? 0} pixels small.`,
    ),
  );
  print();
  const resources = resourcesOf({});
  const names = truth.phases.map(({ name }) => name);
  const done = await withEngine({}, recipe, async (engine) =>
    analyse({
      recipe,
      engine,
      memory: resources.memory,
      inputs: await openInputs(recipe, inputPaths(recipe, folder, [data]), resources, engine),
      out: results,
      keep: [path],
      truth: { labels: truth.labels, names },
    }),
  );
  print(`${describeFindings(done.run)}\n`);
  print(describeAgainstTruth(Object.values(done.run.products), truth));
  print(`\ndone in ${formatSeconds((performance.now() - began) / 1000)}, ${describeFiles(done.sizes)}`);
  print(`report: ${join(results, 'report.html')}`);
}

/** What was put in beside what was found. */
function describeAgainstTruth(products: readonly Product[], truth: EdsTruth): string {
  const lines = ['Against the truth of the simulation'];
  const map = products.find((product): product is PhaseMap => product.product === 'phases');
  if (map) {
    const common = truth.phases.length - (truth.rare ? 1 : 0);
    lines.push(
      `  ${counted(common, 'phase')} put in, ${map.phases.length} found`,
      `  agreement of the phase maps (adjusted Rand index, 1 = equal): ${adjustedRand(map.labels, truth.labels).toFixed(3)}`,
    );
  }
  const anomalies = products.find((product): product is Anomalies => product.product === 'anomalies');
  if (anomalies && truth.rare) lines.push(wrap(`  ${describeRare(anomalies, truth.rare)}`, undefined, 4));
  return lines.join('\n');
}

function describeRare({ regions }: Anomalies, { pixels, element, energyKeV }: NonNullable<EdsTruth['rare']>): string {
  const put = `${element} inclusion of ${pixels.length} pixels (line at ${energyKeV.toFixed(2)} keV)`;
  const hit = regions.find(
    (region) => region.status === 'confirmed' && region.pixels.some((pixel) => pixels.includes(pixel)),
  );
  const others = regions.filter((region) => region.status === 'confirmed' && region !== hit).length;
  if (!hit) return `${put}: missed; ${counted(others, 'false region')}`;
  const inside = hit.pixels.filter((pixel) => pixels.includes(pixel)).length;
  const named = hit.suggestions[0] ? `, named ${hit.suggestions[0].element}` : '';
  return `${put}: found, ${inside} of its ${pixels.length} pixels${named}; ${counted(others, 'false region')}`;
}
