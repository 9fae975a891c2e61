import { relative, resolve, sep } from 'node:path';
import { type Engine, inputSignal, open, type Resources, withSignal } from '../index.ts';
import type { Recipe } from '../plan/recipe.ts';
import type { ReportSignal } from '../report/index.ts';
import { planError } from '../signal/errors.ts';
import type { Signal } from '../signal/signal.ts';
import { identityOf } from './input-identity.ts';
import { holdWithin } from './memory-option.ts';
import { namedInput } from './named-input.ts';

/** An input of a recipe with the file it came from. */
export interface OpenedInput {
  readonly name: string;
  /** As the user wrote it, or as the recipe did from where it stands. */
  readonly path: string;
  readonly format: string;
  readonly signal: Signal;
  /** Of a folder: of all its files together. */
  readonly bytes: number;
  /** Of a folder: see {@link identityOf}. */
  readonly sha256: string;
}

/**
 * Files of a recipe's inputs by name: `--input [name=]FILE` first, then what the recipe says, from its own folder.
 * @throws SpectrailError `plan/unknown-input`, `plan/missing-input`.
 */
export function inputPaths(recipe: Recipe, folder: string, given: readonly string[]): Map<string, string> {
  const names = Object.keys(recipe.inputs);
  const paths = new Map<string, string>();
  for (const [name, { file }] of Object.entries(recipe.inputs)) {
    if (file !== undefined) paths.set(name, relative('.', resolve(folder, file)) || file);
  }
  for (const argument of given) {
    const named = /^([a-z][a-z0-9-]*)=(.+)$/s.exec(argument);
    if (named && !names.includes(named[1])) {
      throw planError({
        code: 'unknown-input',
        where: `--input ${argument}`,
        what: `the recipe has no input "${named[1]}"`,
        expected: `one of ${names.join(', ')}`,
      });
    }
    if (!named && names.length !== 1) {
      throw planError({
        code: 'unknown-input',
        where: `--input ${argument}`,
        what: `the recipe has ${names.length} inputs, and this does not say which`,
        expected: names.map((name) => `--input ${name}=FILE`).join(' '),
      });
    }
    paths.set(named ? named[1] : names[0], named ? named[2] : argument);
  }
  for (const name of names) {
    if (paths.has(name)) continue;
    throw planError({
      code: 'missing-input',
      what: `the recipe reads an input "${name}", and none was given`,
      expected: `a file for "${name}"`,
      fix: names.length === 1 ? '--input FILE' : `--input ${name}=FILE`,
    });
  }
  return paths;
}

/**
 * Opens the files and narrows each to the signal the recipe means; what would fill the memory is left in its file, where the
 * format reads by pixels. What is held lies where the lanes of an engine can see it.
 */
export async function openInputs(
  recipe: Recipe,
  paths: ReadonlyMap<string, string>,
  { memory }: Pick<Required<Resources>, 'memory'>,
  { share }: Pick<Engine, 'share'> = {},
): Promise<OpenedInput[]> {
  const inputs: OpenedInput[] = [];
  for (const [name, path] of paths) {
    const source = await namedInput(path);
    const { datasets, format } = await open(source);
    const found = await inputSignal(datasets, recipe.inputs[name], holdWithin(memory));
    // Once, and now: a lane would make a copy of its own beside what is held.
    const signal = share ? withSignal(found, { source: share(found.source) }) : found;
    inputs.push({ name, path, format, signal, ...(await identityOf(source, path)) });
  }
  return inputs;
}

export function signalsByName(inputs: readonly OpenedInput[]): Record<string, Signal> {
  return Object.fromEntries(inputs.map(({ name, signal }) => [name, signal]));
}

/** What the trail keeps of each input: its path from the result folder, so that the recipe there finds it again. */
export function recordedFrom(folder: string, inputs: readonly OpenedInput[]): ReportSignal[] {
  return inputs.map(({ name, signal, path, bytes, sha256 }) => {
    const fromFolder = relative(resolve(folder), resolve(path)).split(sep).join('/');
    return { name, signal, file: { name: fromFolder, bytes, sha256 } };
  });
}
