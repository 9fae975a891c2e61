import { inputError } from '../../signal/errors.ts';
import type { Signal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import type { Setting } from './estimator.ts';

/** A background as its step set it. */
export interface Chosen {
  /** Id of the step. */
  readonly id: string;
  readonly setting: Setting;
}

export function isBehindBackground({ noise, source }: Signal): boolean {
  return (
    noise.tag === 'correlated' &&
    noise.form.kind === 'response' &&
    noise.form.of === 'background' &&
    source.type === 'mapped'
  );
}

/**
 * The background that was taken off a signal, and the values that it was estimated on.
 * @throws SpectrailError `input/no-background` where no background step made the signal.
 */
export function chosenOf(signal: Signal): { readonly chosen: Chosen; readonly parents: readonly Source[] } {
  const { source } = signal;
  if (!isBehindBackground(signal) || source.type !== 'mapped') {
    throw inputError({
      code: 'no-background',
      what: 'no background was taken off this signal, or it was changed since',
      expected: 'the output of a background step',
      fix: 'name the background step as the input',
    });
  }
  const id = source.map.slice(0, source.map.lastIndexOf('/'));
  return { chosen: { id, setting: source.args as Setting }, parents: source.parents };
}
