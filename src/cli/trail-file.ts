import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { checkRecipe, type Recipe } from '../plan/recipe.ts';
import { inputError } from '../signal/errors.ts';
import { finishReplacement } from './leftovers.ts';
import { TRAIL_FILE } from './result-folder.ts';

const trailSchema = z.object({
  spectrail: z.literal('trail/1'),
  software: z.object({ spectrail: z.string() }),
  recipe: z.unknown(),
  inputs: z.record(
    z.string(),
    z.object({ file: z.object({ name: z.string(), bytes: z.number(), sha256: z.string() }).optional() }),
  ),
  nodes: z.array(z.object({ id: z.string(), use: z.string(), version: z.number(), hash: z.string() })),
});

export interface Trail extends Omit<z.infer<typeof trailSchema>, 'recipe'> {
  readonly recipe: Recipe;
}

const MOST_BYTES = 64e6;

/**
 * The trail of a result folder.
 * @throws SpectrailError `input/no-trail`, `input/bad-trail`, `plan/bad-recipe`.
 */
export async function readTrail(folder: string): Promise<Trail> {
  await finishReplacement(resolve(folder));
  const path = join(folder, TRAIL_FILE);
  const refuse = (code: string, what: string, cause?: unknown) =>
    inputError({ code, where: path, what, expected: 'a folder written by `spectrail run`', cause });
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw refuse('bad-trail', `the file has ${size} bytes: too many for a trail`);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code;
    if (reason === undefined || reason === 'bad-trail') throw cause;
    throw refuse(
      'no-trail',
      reason === 'ENOENT' || reason === 'ENOTDIR' ? 'there is no trail here' : `the trail cannot be read (${reason})`,
      cause,
    );
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw refuse('bad-trail', `it is not JSON: ${(cause as Error).message}`, cause);
  }
  const trail = trailSchema.safeParse(data);
  if (!trail.success) throw refuse('bad-trail', z.prettifyError(trail.error));
  return { ...trail.data, recipe: checkRecipe(trail.data.recipe, path) };
}
