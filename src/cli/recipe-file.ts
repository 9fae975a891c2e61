import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkRecipe, parseRecipe, type Recipe, recipeJsonSchema } from '../plan/recipe.ts';
import { inputError, planError } from '../signal/errors.ts';
import { loadStep } from '../steps/index.ts';
import { exists } from './folders.ts';

/** A recipe with the place it was read from. */
export interface RecipeFile {
  readonly recipe: Recipe;
  /** File name without its ending. */
  readonly name: string;
  readonly path: string;
  /** Relative paths in the recipe start here. */
  readonly folder: string;
}

/** Recipes that come with the package, by their name. */
const BUNDLED_RECIPES = fileURLToPath(new URL('../../recipes/', import.meta.url));
const MOST_BYTES = 4e6;

/** For help pages: what can be given instead of a file. */
export function describeBundledRecipes(): string {
  const names = readdirSync(BUNDLED_RECIPES).map((name) => basename(name, '.yaml'));
  return `\nRecipes that come with spectrail: ${names.sort().join(', ')}`;
}

/**
 * Reads a recipe from a file, or by the name of one that comes with the package.
 * @throws SpectrailError `input/no-recipe`, `plan/bad-recipe`.
 */
export async function loadRecipe(pathOrName: string): Promise<RecipeFile> {
  const bundled = join(BUNDLED_RECIPES, `${pathOrName}.yaml`);
  const named = /^[a-z0-9-]+$/.test(pathOrName) && !(await exists(pathOrName)) && (await exists(bundled));
  const path = named ? bundled : pathOrName;
  const recipe = parseRecipe(await readText(path), pathOrName);
  return { recipe, name: basename(path, extname(path)), path, folder: dirname(path) };
}

async function readText(path: string): Promise<string> {
  const refuse = (what: string, cause?: unknown) =>
    inputError({
      code: 'no-recipe',
      where: path,
      what,
      expected: 'a recipe in YAML or JSON, or the name of one that comes with spectrail',
      fix: 'see `spectrail plan --schema`',
      cause,
    });
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw refuse('this is a folder');
    if (info.size > MOST_BYTES) throw refuse(`the file has ${info.size} bytes: too many for a recipe`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code;
    if (reason === undefined) throw cause;
    throw refuse(reason === 'ENOENT' ? 'there is no such recipe' : `the recipe cannot be read (${reason})`, cause);
  }
}

/**
 * The recipe with `name.param=value` settings applied: parameters of its steps and facts about its inputs; values are
 * YAML.
 * @throws SpectrailError `plan/bad-setting` for what names nothing in the recipe, `plan/bad-recipe` for a bad fact.
 */
export async function applySettings(recipe: Recipe, settings: readonly string[]): Promise<Recipe> {
  let current = recipe;
  for (const setting of settings) {
    const { name, param, value } = parseSetting(setting);
    current = Object.hasOwn(current.inputs, name)
      ? setInput(current, setting, name, param, value)
      : await setStep(current, setting, name, param, value);
  }
  return current;
}

async function setStep(recipe: Recipe, setting: string, id: string, param: string, value: unknown): Promise<Recipe> {
  const step = recipe.steps.find((entry) => entry.id === id);
  if (!step) {
    const names = [...recipe.steps.map((entry) => entry.id), ...Object.keys(recipe.inputs)];
    throw badSetting(setting, `the recipe has no step or input "${id}"`, names.join(', '));
  }
  const known = propertyNames(
    z.toJSONSchema((await loadStep(step.use)).params, { io: 'input', unrepresentable: 'any' }),
  );
  if (!known.includes(param)) {
    throw badSetting(
      setting,
      `step "${id}" (${step.use}) has no parameter "${param}"`,
      known.join(', ') || 'no parameter',
    );
  }
  const changed = { ...step, params: { ...step.params, [param]: value } };
  return { ...recipe, steps: recipe.steps.map((entry) => (entry === step ? changed : entry)) };
}

function setInput(recipe: Recipe, setting: string, name: string, fact: string, value: unknown): Recipe {
  const { properties } = recipeJsonSchema() as { properties: { inputs: { additionalProperties: unknown } } };
  const known = propertyNames(properties.inputs.additionalProperties);
  if (!known.includes(fact)) throw badSetting(setting, `an input has no "${fact}"`, known.join(', '));
  const changed = { ...recipe.inputs[name], [fact]: value };
  return checkRecipe({ ...recipe, inputs: { ...recipe.inputs, [name]: changed } }, `--set ${setting}`);
}

function propertyNames(schema: unknown): string[] {
  return Object.keys((schema as { properties?: object }).properties ?? {});
}

function parseSetting(setting: string): { name: string; param: string; value: unknown } {
  const match = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(setting);
  if (!match) throw badSetting(setting, 'it is not a setting', 'name.param=value');
  try {
    return { name: match[1].trim(), param: match[2].trim(), value: parse(match[3], { maxAliasCount: 0 }) };
  } catch (cause) {
    throw badSetting(setting, `its value is not YAML: ${(cause as Error).message}`, 'name.param=value');
  }
}

function badSetting(setting: string, what: string, expected: string) {
  return planError({ code: 'bad-setting', where: `--set ${setting}`, what, expected, fix: 'see `spectrail steps ID`' });
}
