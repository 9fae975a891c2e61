import { parse } from 'yaml';
import { z } from 'zod';
import { planError } from '../signal/errors.ts';
import { MODALITY_IDS } from '../signal/modality.ts';
import { OBJECTION_CODES, type ObjectionCode } from './objection.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes, starting with a letter')
  .describe('name inside the recipe');

const declaredNoise = z
  .strictObject({
    tag: z.literal('poisson'),
    gain: z.number().positive().default(1).describe('signal units per count'),
    offset: z.number().default(0).describe('pedestal in signal units'),
    readout: z.number().nonnegative().default(0).describe('readout noise σ in signal units'),
  })
  .describe('noise law where the file does not say or says it wrongly');

const input = z.strictObject({
  file: z.string().optional().describe('path of the data file; --input on the command line wins'),
  signal: z
    .string()
    .optional()
    .describe('title of the dataset in a file of several; default: the largest spectrum image'),
  modality: z.enum(MODALITY_IDS as [string, ...string[]]).optional(),
  noise: declaredNoise.optional(),
  normalised: z.string().optional().describe('how the values were normalised before they reached us, if they were'),
  drift: z.string().optional().describe('known drift of the spectral axis across the map, for example "0.5 eV"'),
});

const step = z.strictObject({
  id: name,
  use: z.string().describe('step, see `spectrail steps`'),
  in: z
    .union([name, z.record(z.string(), name)])
    .optional()
    .describe('input or step to read from; default: the one before. Several: {counts: raw, factors: pca}'),
  params: z.record(z.string(), z.unknown()).default({}),
});

export const recipeSchema = z
  .strictObject({
    spectrail: z.literal('recipe/1').describe('schema version'),
    title: z.string(),
    description: z.string().optional(),
    seed: z.number().int().nonnegative().default(1).describe('seed of everything random'),
    inputs: z.record(name, input),
    steps: z.array(step).min(1),
    overrides: z
      .array(
        z.strictObject({
          code: z.enum(Object.keys(OBJECTION_CODES) as [ObjectionCode, ...ObjectionCode[]]),
          step: name.optional(),
          reason: z.string().min(10).describe('stands in the report'),
        }),
      )
      .default([]),
    outputs: z.record(name, name).optional().describe('name → step; default: every step'),
  })
  .meta({ title: 'Spectrail recipe' });

export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeStep = Recipe['steps'][number];
export type RecipeInput = Recipe['inputs'][string];

/** JSON Schema of a recipe, for editors. */
export function recipeJsonSchema(): unknown {
  return z.toJSONSchema(recipeSchema, { io: 'input' });
}

/**
 * Reads a recipe from YAML or JSON text.
 * @throws SpectrailError `plan/bad-recipe` naming every path that is wrong.
 */
export function parseRecipe(text: string, where = 'recipe'): Recipe {
  let data: unknown;
  try {
    data = parse(text, { maxAliasCount: 50 });
  } catch (cause) {
    throw planError({ code: 'bad-recipe', where, what: `not YAML: ${(cause as Error).message}`, cause });
  }
  return checkRecipe(data, where);
}

/** @throws SpectrailError `plan/bad-recipe` */
export function checkRecipe(data: unknown, where = 'recipe'): Recipe {
  const result = recipeSchema.safeParse(data);
  if (!result.success) {
    throw planError({
      code: 'bad-recipe',
      where,
      what: z.prettifyError(result.error),
      expected: 'a recipe as in `spectrail plan --schema`',
    });
  }
  checkNames(result.data, where);
  return result.data;
}

function checkNames(recipe: Recipe, where: string): void {
  const known = new Set(Object.keys(recipe.inputs));
  const fail = (what: string, expected: string) => {
    throw planError({ code: 'bad-recipe', where, what, expected });
  };
  if (known.size === 0) fail('the recipe has no inputs', 'at least one input');
  for (const { id, in: from } of recipe.steps) {
    const references = from === undefined ? [] : typeof from === 'string' ? [from] : Object.values(from);
    for (const reference of references) {
      if (!known.has(reference)) {
        fail(`step "${id}" reads "${reference}", which is neither an input nor an earlier step`, [...known].join(', '));
      }
    }
    if (known.has(id)) fail(`the name "${id}" is used twice`, 'a name of its own for every input and step');
    known.add(id);
  }
  for (const [output, id] of Object.entries(recipe.outputs ?? {})) {
    if (!known.has(id)) fail(`output "${output}" names "${id}", which is not a step`, [...known].join(', '));
  }
}
