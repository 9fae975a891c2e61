import type { Axis } from './axis.ts';
import type { Metadata, PlainTree } from './dataset.ts';
import { inputError } from './errors.ts';
import type { Intensity } from './intensity.ts';
import { type Mask, NOTHING_MASKED } from './mask.ts';
import { MODALITIES, type ModalityId } from './modality.ts';
import type { Noise } from './noise.ts';
import { type Shift, UNMEASURED } from './shift.ts';
import { type Source, sourceChannels, sourcePixels } from './source.ts';

/** One step of the past of a signal. */
export interface HistoryEntry {
  readonly step: string;
  readonly version: number;
  readonly params: PlainTree;
}

/** Values with their meaning: navigation axes, one spectral axis, intensity, noise, mask, shift and history. Immutable. */
export interface Signal {
  readonly product: 'signal';
  readonly title: string;
  readonly modality: ModalityId;
  /** Slowest first: (y, x), (time), or none for a single spectrum. */
  readonly navigation: readonly Axis[];
  readonly spectral: Axis;
  readonly source: Source;
  readonly intensity: Intensity;
  readonly noise: Noise;
  readonly mask: Mask;
  readonly shift: Shift;
  readonly metadata: Metadata;
  readonly history: readonly HistoryEntry[];
}

type SignalParts = Pick<Signal, 'spectral' | 'source' | 'intensity' | 'noise'> & Partial<Signal>;

/**
 * The only way to make a signal; checks that values, axes, mask and noise agree.
 * @throws SpectrailError `input/no-axis` without a spectral axis, `input/shape-mismatch` when sizes disagree.
 */
export function createSignal(parts: SignalParts): Signal {
  const { spectral, source, intensity, noise } = parts;
  if (!spectral || !intensity || !noise) {
    throw inputError({
      code: 'no-axis',
      what: 'an array without a spectral axis, an intensity and a noise law is not a signal',
      expected: 'spectral axis, intensity and noise',
      fix: 'state the axis (scale, offset, unit) and what one value means',
    });
  }
  const signal: Signal = {
    product: 'signal',
    title: parts.title ?? '',
    modality: parts.modality ?? 'unknown',
    navigation: Object.freeze([...(parts.navigation ?? [])]),
    spectral,
    source,
    intensity,
    noise,
    mask: parts.mask ?? NOTHING_MASKED,
    shift: parts.shift ?? defaultShift(parts.modality ?? 'unknown'),
    metadata: parts.metadata ?? {},
    history: Object.freeze([...(parts.history ?? [])]),
  };
  checkSizes(signal);
  return Object.freeze(signal);
}

/** The same signal with some parts replaced, checked again. */
export function withSignal(signal: Signal, changes: Partial<Omit<Signal, 'product'>>): Signal {
  return createSignal({ ...signal, ...changes });
}

export function pixelCount(signal: Pick<Signal, 'navigation'>): number {
  return signal.navigation.reduce((product, axis) => product * axis.size, 1);
}

/** Rows and columns of the map: a line scan is one row, a single spectrum one pixel; more than two axes fold into rows. */
export function mapShape(navigation: readonly Axis[]): { height: number; width: number } {
  const width = navigation.at(-1)?.size ?? 1;
  const height = navigation.slice(0, -1).reduce((product, axis) => product * axis.size, 1);
  return { height, width };
}

function defaultShift(id: ModalityId): Shift {
  const tolerance = 'driftTolerance' in MODALITIES[id];
  return tolerance || id === 'unknown'
    ? UNMEASURED
    : { state: 'bounded', within: 0, origin: 'the detector fixes the axis for every pixel' };
}

function checkSizes(signal: Signal): void {
  const pixels = pixelCount(signal);
  const { spectral, source, mask, noise, shift } = signal;
  const check = (what: string, got: number, want: number, unit: string) => {
    if (got === want) return;
    throw inputError({
      code: 'shape-mismatch',
      where: signal.title || undefined,
      what: `${what} has ${got} ${unit}, the axes say ${want}`,
      expected: `${want} ${unit}`,
      fix: 'make axes and values agree',
    });
  };
  check('the data', sourceChannels(source), spectral.size, 'channels');
  check('the data', sourcePixels(source), pixels, 'pixels');
  if (mask.pixels) check('the mask', mask.pixels.length, pixels, 'pixels');
  if (mask.channels) check('the mask', mask.channels.length, spectral.size, 'channels');
  if (noise.tag === 'poisson' && noise.gain.per !== 'cube') {
    const { per, values } = noise.gain;
    check('the gain', values.length, per === 'pixel' ? pixels : spectral.size, `${per}s`);
  }
  if (shift.state === 'map') check('the shift map', shift.offsets.length, pixels, 'pixels');
}
