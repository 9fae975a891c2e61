import { internalError } from '../../signal/errors.ts';
import gaussian from './gaussian.ts';
import localAverage from './local-average.ts';
import nonLocalMeans from './non-local-means.ts';
import type { Smoother } from './smoother.ts';

/** Every way to smooth over pixels. */
const SMOOTHERS: readonly Smoother<never>[] = [gaussian, localAverage, nonLocalMeans];

export const SMOOTHER_IDS: readonly string[] = SMOOTHERS.map(({ id }) => id);

export function smootherOf(map: string): Smoother {
  const found = SMOOTHERS.find(({ id }) => map.startsWith(`${id}/`));
  if (!found) throw internalError({ code: 'no-smoother', what: `nothing smooths by "${map}"` });
  return found as unknown as Smoother;
}
