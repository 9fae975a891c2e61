import { z } from 'zod';
import type { ComponentChoice } from '../../kernels/index.ts';

/** The parameters by which a step is told how many components to use. */
export function componentParameters(most: number) {
  return {
    components: z
      .union([z.literal('left-out'), z.literal('all'), z.number().int().min(1).max(50)])
      .default('left-out')
      .describe(
        'left-out: as many as leaving standards out says; all: none left out, the noise of the standards with them; or a number',
      ),
    most: z
      .number()
      .int()
      .min(1)
      .max(50)
      .default(most)
      .describe('components tried at most when standards are left out'),
  };
}

export function choiceOf({
  components,
  most,
}: {
  components: 'left-out' | 'all' | number;
  most: number;
}): ComponentChoice {
  return components === 'left-out' ? { most } : components;
}
