import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, SMALL_RECIPE, spectrail, temporaryFolder } from '../cli.ts';

/** A folder with a recipe of a second and two maps that give different results. */
export interface Workplace {
  readonly home: string;
  readonly recipe: string;
  /** Two data files. */
  readonly maps: readonly [string, string];
}

export async function workplace(size = 24): Promise<Workplace> {
  const home = temporaryFolder();
  const recipe = join(home, 'small.yaml');
  writeFileSync(recipe, SMALL_RECIPE);
  const maps = [1, 2].map((seed) => join(home, `map${seed}.hspy`)) as [string, string];
  for (const [i, map] of maps.entries()) {
    const settings = [`height=${size}`, `width=${size}`, 'channels=512', `seed=${i + 1}`];
    const made = await spectrail(['simulate', 'eds', ...settings.flatMap((one) => ['--set', one]), '--out', map]);
    if (made.code !== 0) throw new Error(made.stderr);
  }
  return { home, recipe, maps };
}

export const runArguments = ({ recipe, maps }: Workplace, map: 0 | 1, out: string) => [
  'run',
  recipe,
  '--input',
  maps[map],
  '--out',
  out,
  '--engine',
  'inline',
];

export const runInto = (place: Workplace, map: 0 | 1, out: string): Promise<Outcome> =>
  spectrail(runArguments(place, map, out));
