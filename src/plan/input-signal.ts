import { asSignal, mainDataset } from '../signal/as-signal.ts';
import type { Dataset } from '../signal/dataset.ts';
import type { ModalityId } from '../signal/modality.ts';
import { poisson } from '../signal/noise.ts';
import type { Signal } from '../signal/signal.ts';
import type { RecipeInput } from './recipe.ts';

/**
 * The signal a recipe's input means in an opened file: the dataset it names (else the largest with a spectral axis), with
 * what the recipe states about it in place of what would be inferred. Values beyond `hold` bytes stay in their file where
 * the format allows it.
 * @throws SpectrailError `input/no-such-signal`, `input/not-a-signal`.
 */
export function inputSignal(datasets: readonly Dataset[], input: RecipeInput, hold?: number): Promise<Signal> {
  const { signal, modality, noise, normalised, drift } = input;
  return asSignal(mainDataset(datasets, signal), {
    modality: modality as ModalityId | undefined,
    noise: noise && poisson(noise),
    normalised,
    drift,
    hold,
  });
}
