import { COUNTS, type Intensity } from './intensity.ts';
import type { ModalityId } from './modality.ts';
import { type Noise, poisson, unknownNoise } from './noise.ts';

export interface InferredNoise {
  readonly noise: Noise;
  readonly intensity: Intensity;
  /** From what, in words. */
  readonly evidence: string;
}

/** What is known of the values; whole numbers without a `min` were not looked at, but cannot be below 0. */
export interface NoiseFacts {
  readonly whole: boolean;
  readonly min?: number;
  /** Quanta, one by one. */
  readonly events?: true;
}

const RATE = /(?:\/\s*s(?:ec)?\b|per second|\bcps\b|\bs-1\b)/i;
const NO_COUNTS =
  /absor(?:bance|ption)|transmi|reflect|log\s*\(|kubelka|\bmu\b|\bchi\b|normali[sz]ed|[%‰]|uncertainty/i;

/** Where detectors count quanta one by one. Cameras digitise a charge, with a gain that most files do not have. */
const COUNTED: Readonly<Partial<Record<ModalityId, string>>> = {
  eds: ', from an EDS detector',
  eels: '; the gain of the camera is not stated: 1 is assumed',
  raman: '; the gain of the camera is not stated: 1 is assumed',
  cl: '; the gain of the detector is not stated: 1 is assumed',
};

/**
 * The law of the errors of values of which `facts` are known and which the file calls `quantity`. Whole numbers that never
 * fall below 0 are taken for counts, unless the file calls them something else.
 */
export function inferNoise(
  { whole, min, events }: NoiseFacts,
  modality: ModalityId,
  quantity?: unknown,
): InferredNoise {
  const called = typeof quantity === 'string' ? quantity.trim() : '';
  const unknown = (why: string, intensity: Intensity = COUNTS) => ({
    noise: unknownNoise(why),
    intensity,
    evidence: why,
  });
  if (RATE.test(called)) {
    return unknown(`the file calls its values "${called}": a rate, whose time per value is not known here`, {
      kind: 'rate',
      unit: 's',
    });
  }
  if (NO_COUNTS.test(called)) {
    return unknown(`the file calls its values "${called}": no counts`, { kind: 'dimensionless' });
  }
  if (whole && (min === undefined || min >= 0)) {
    const kind = events ? 'a stream of events' : 'unsigned integers';
    const how = min === undefined ? kind : `whole numbers, smallest ${min}`;
    return { noise: poisson(), intensity: COUNTS, evidence: `counts: ${how}${COUNTED[modality] ?? ''}` };
  }
  return unknown(
    whole
      ? `whole numbers down to ${min}: no counts, or counts with something subtracted`
      : 'values are not whole numbers and the gain per count is not known',
  );
}
