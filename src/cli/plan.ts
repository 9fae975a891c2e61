import { Command } from 'commander';
import { blocking, recipeJsonSchema } from '../index.ts';
import { inputError } from '../signal/errors.ts';
import { EXIT } from './failure.ts';
import { memoryOption } from './memory-option.ts';
import { inputPaths, openInputs, signalsByName } from './opened-inputs.ts';
import { describePlan, planForMachines } from './plan-description.ts';
import { print, printJson } from './printing.ts';
import { applySettings, describeBundledRecipes, loadRecipe } from './recipe-file.ts';
import { collected } from './repeatable.ts';
import { type EngineOptions, planWithin, resourcesOf, threadsOption } from './run-engine.ts';

interface PlanOptions extends EngineOptions {
  readonly input?: readonly string[];
  readonly set?: readonly string[];
  readonly json?: boolean;
  readonly schema?: boolean;
}

export const planCommand = () =>
  new Command('plan')
    .description('what a recipe would do: steps, passes, memory, objections; exit code 3 when it would be refused')
    .argument('[recipe]', 'file, or the name of a recipe that comes with spectrail')
    .option('--input <[name=]file>', 'data file; repeatable', collected)
    .option('--set <name.param=value>', 'parameter of a step or fact about an input; repeatable', collected)
    .addOption(threadsOption())
    .addOption(memoryOption())
    .option('--json', 'for machines')
    .option('--schema', 'print the JSON Schema of recipes')
    .addHelpText('after', describeBundledRecipes)
    .action(plan);

async function plan(pathOrName: string | undefined, options: PlanOptions): Promise<void> {
  if (options.schema) {
    printJson(recipeJsonSchema());
    return;
  }
  if (pathOrName === undefined) {
    throw inputError({ code: 'usage', what: 'no recipe was given', expected: 'spectrail plan RECIPE --input FILE' });
  }
  const file = await loadRecipe(pathOrName);
  const recipe = await applySettings(file.recipe, options.set ?? []);
  const resources = resourcesOf(options);
  const inputs = await openInputs(recipe, inputPaths(recipe, file.folder, options.input ?? []), resources);
  const { plan: planned } = await planWithin(recipe, signalsByName(inputs), resources, options);
  const { memory } = planned;
  const blocked = blocking(planned).length > 0 || (memory.allowed !== undefined && memory.peak > memory.allowed);
  if (options.json) printJson(planForMachines(planned, inputs));
  else {
    print(describePlan(planned, inputs));
    if (blocked) print('\nThis recipe would be refused.');
  }
  if (blocked) process.exitCode = EXIT.plan;
}
