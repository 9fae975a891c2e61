import type { Axis } from '../../signal/axis.ts';
import type { ModalityId } from '../../signal/modality.ts';

/** One of the things a spectrum is the sum of. */
export interface SpectrumPart {
  readonly name: string;
  /** The process that it comes from. */
  readonly origin: string;
  /** `signal` is what is asked for; `background` is everything else. */
  readonly kind: 'background' | 'signal';
  /** Mean counts per channel, one number a channel. */
  readonly values: Float64Array;
}

/** A spectrum of one modality, as its physics composes it. */
export interface SpectrumModel {
  readonly modality: ModalityId;
  /** What the specimen is. */
  readonly title: string;
  readonly spectral: Axis;
  readonly parts: readonly SpectrumPart[];
}

/** Values along positions, as a part. */
export function part(
  kind: SpectrumPart['kind'],
  name: string,
  origin: string,
  x: Float64Array,
  value: (at: number) => number,
): SpectrumPart {
  return { kind, name, origin, values: x.map((at) => value(at)) };
}
