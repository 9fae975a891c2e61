import { CounterRandom } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { COUNTS } from '../../signal/intensity.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { poisson } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import { alloyRays } from './eds.ts';
import { ironOxideLosses } from './eels.ts';
import { fluorescentPlastic } from './raman.ts';
import type { SpectrumModel } from './spectrum-model.ts';
import { ironPhotoelectrons } from './xps.ts';
import { siliconPowder } from './xrd.ts';

/** One spectrum of each modality, with what it is made of. */
const SPECTRA: Partial<Readonly<Record<ModalityId, () => SpectrumModel>>> = {
  eels: ironOxideLosses,
  eds: alloyRays,
  xrd: siliconPowder,
  xps: ironPhotoelectrons,
  raman: fluorescentPlastic,
};

/** Modalities of which a spectrum can be simulated. */
export const SIMULATED_SPECTRA = Object.keys(SPECTRA) as readonly ModalityId[];

export interface SimulatedSpectrum extends SpectrumModel {
  /** Mean counts per channel: the sum of the parts. */
  readonly mean: Float64Array;
  /** Poisson counts of that mean. */
  readonly signal: Signal;
  readonly counts: Uint32Array;
}

export interface SpectrumParameters {
  /** Other counts of the same mean. Default 1. */
  readonly seed?: number;
  /** Counts, of those of a usual measurement: from 10⁻⁶ to 10⁴. Default 1. */
  readonly dose?: number;
}

/**
 * Counts of one spectrum, and the parts that their mean is the sum of: what a background method has to tell apart.
 * @throws SpectrailError `input/unknown-simulator` for a modality without a model, `input/bad-parameter` for a dose or a seed
 * out of range.
 */
export function simulateSpectrum(
  modality: ModalityId,
  { seed = 1, dose = 1 }: SpectrumParameters = {},
): SimulatedSpectrum {
  const model = SPECTRA[modality]?.();
  if (!model) {
    throw inputError({
      code: 'unknown-simulator',
      what: `there is no simulated spectrum of "${modality}"`,
      expected: `one of ${SIMULATED_SPECTRA.join(', ')}`,
    });
  }
  if (!(dose >= 1e-6 && dose <= 1e4 && Number.isSafeInteger(seed) && seed >= 0)) {
    throw inputError({
      code: 'bad-parameter',
      what: `a dose of ${dose} and a seed of ${seed}`,
      expected: 'a dose from 0.000001 to 10000 and a whole number from 0 on',
    });
  }
  const { size } = model.spectral;
  const mean = new Float64Array(size);
  const parts = model.parts.map((part) => {
    const values = part.values.map((value) => value * dose);
    for (let j = 0; j < size; j++) mean[j] += values[j];
    return { ...part, values };
  });
  const random = new CounterRandom(seed, 0);
  const counts = Uint32Array.from(mean, (value) => random.poisson(value));
  const signal = createSignal({
    title: model.title,
    modality,
    spectral: model.spectral,
    source: { type: 'memory', block: { kind: 'dense', pixels: 1, channels: size, values: counts } },
    intensity: COUNTS,
    noise: poisson(),
  });
  return { ...model, parts, mean, counts, signal };
}
