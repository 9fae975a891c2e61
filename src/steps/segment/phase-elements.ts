import { defineSmall } from '../../shapes/shape.ts';
import { axisValues } from '../../signal/axis.ts';
import type { Signal } from '../../signal/signal.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';
import { elementsIn } from '../identify/elements.ts';
import type { StepContext } from '../step.ts';

interface ElementsArgs {
  readonly energies: Float64Array;
  /** Summed counts of each phase. */
  readonly counts: readonly Float64Array[];
  readonly beamEnergyKeV?: number;
  readonly expected?: readonly string[];
}

/** Elements of one phase, strongest first. */
export const phaseElements = defineSmall<ElementsArgs, string[]>({
  run: ({ energies, counts, beamEnergyKeV, expected }, phase) =>
    elementsIn(energies, counts[phase], { beamEnergyKeV, expected }).map(({ element }) => element),
  example: () => ({
    args: {
      energies: Float64Array.from({ length: 200 }, (_, j) => 0.1 + 0.05 * j),
      counts: [Float64Array.from({ length: 200 }, (_, j) => 50 + (j > 118 && j < 130 ? 400 : 0))],
    },
    kinds: [],
    pieces: 1,
  }),
});

/** Elements of each phase; none where the axis is not that of an EDS detector. */
export async function elementsOf({ small }: StepContext, signal: Signal, counts: readonly Float64Array[]) {
  const { spectral, modality, metadata } = signal;
  if (modality !== 'eds' || !isKnownUnit(spectral.unit)) return counts.map((): string[] => []);
  const beam = metadata.beam_energy_keV;
  const args: ElementsArgs = {
    energies: axisValues(spectral).map((value) => convertUnit(value, spectral.unit, 'keV')),
    counts,
    beamEnergyKeV: typeof beam === 'number' && beam > 0 ? beam : undefined,
    expected: Array.isArray(metadata.elements) ? metadata.elements.map(String) : undefined,
  };
  return small<string[]>('elements', args, counts.length);
}
