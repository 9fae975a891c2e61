import type { Noise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import type { Chosen } from '../background/chosen.ts';
import type { Setting } from '../background/estimator.ts';
import type { NormalisationSetting } from '../normalise/method.ts';

/** A normalisation as its step set it. */
export interface ChosenNormalisation {
  /** Id of the step. */
  readonly id: string;
  readonly setting: NormalisationSetting;
}

/** How the rows of a signal were made of raw ones. */
export interface MadeFrom {
  /** Errors of the raw values. */
  readonly noise: Noise;
  /** Raw rows, and what was made of their neighbourhood where the background takes it. */
  readonly parents: readonly Source[];
  /** What was taken off first, if anything. */
  readonly background?: Chosen;
  /** What they were divided by then, in that order. */
  readonly normalisations: readonly ChosenNormalisation[];
}

/** What the signal was made from by steps whose responses are known; undefined for raw values, or where something else came between. */
export function madeFrom(signal: Signal): MadeFrom | undefined {
  const normalisations: ChosenNormalisation[] = [];
  let { noise, source }: { noise: Noise; source: Source } = signal;
  while (noise.tag === 'correlated' && noise.form.kind === 'response' && source.type === 'mapped') {
    const { of, raw } = noise.form;
    const made: Chosen = {
      id: source.map.slice(0, source.map.lastIndexOf('/')),
      setting: source.args as Setting,
    };
    if (of === 'background') {
      return { noise: raw, parents: source.parents, background: made, normalisations };
    }
    normalisations.unshift(made);
    noise = raw;
    [source] = source.parents;
  }
  return normalisations.length > 0 ? { noise, parents: [source], normalisations } : undefined;
}
