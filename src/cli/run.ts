import { basename, extname, join } from 'node:path';
import { Command } from 'commander';
import { analyse } from './analysis.ts';
import { describeFiles, describeFindings, findingsForMachines } from './findings.ts';
import { memoryOption } from './memory-option.ts';
import { inputPaths, openInputs } from './opened-inputs.ts';
import { print, printJson } from './printing.ts';
import { applySettings, describeBundledRecipes, loadRecipe } from './recipe-file.ts';
import { collected } from './repeatable.ts';
import { type EngineOptions, engineOption, resourcesOf, threadsOption, withEngine } from './run-engine.ts';
import { formatSeconds } from './text-layout.ts';

interface RunCommandOptions extends EngineOptions {
  readonly input?: readonly string[];
  readonly set?: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const runCommand = () =>
  new Command('run')
    .description('run a recipe on data and write a folder with the report, the results and their trail')
    .argument('<recipe>', 'file, or the name of a recipe that comes with spectrail')
    .option('--input <[name=]file>', 'data file; repeatable', collected)
    .option('--out <dir>', 'result folder (default: spectrail-out/<recipe>-<input>)')
    .option(
      '--set <name.param=value>',
      'parameter of a step (see `spectrail steps ID`) or fact about an input; repeatable',
      collected,
    )
    .addOption(threadsOption())
    .addOption(engineOption())
    .addOption(memoryOption())
    .option('--force', 'replace a folder that is not a result of spectrail')
    .option('--json', 'for machines')
    .addHelpText('after', describeBundledRecipes)
    .action(run);

async function run(pathOrName: string, options: RunCommandOptions): Promise<void> {
  const file = await loadRecipe(pathOrName);
  const recipe = await applySettings(file.recipe, options.set ?? []);
  const paths = inputPaths(recipe, file.folder, options.input ?? []);
  const [first = ''] = paths.values();
  const out = options.out ?? join('spectrail-out', `${file.name}-${basename(first, extname(first))}`);
  const { force, json } = options;
  const resources = resourcesOf(options);
  const done = await withEngine(options, recipe, async (engine) =>
    analyse({
      recipe,
      engine,
      memory: resources.memory,
      threads: options.threads,
      inputs: await openInputs(recipe, paths, resources, engine),
      out,
      force,
      keep: [file.path],
      announce: !json,
    }),
  );
  const report = join(out, 'report.html');
  if (json) {
    const { plan, trail } = done.run;
    printJson({
      title: recipe.title,
      out,
      report,
      seconds: done.seconds,
      objections: plan.objections,
      nodes: trail,
      findings: findingsForMachines(done.run),
    });
    return;
  }
  print(`${describeFindings(done.run)}\n`);
  print(`done in ${formatSeconds(done.seconds)}, ${describeFiles(done.sizes)}`);
  print(`report: ${report}`);
}
