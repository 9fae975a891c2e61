import type { EventsBlock } from '../signal/block.ts';
import type { ArrayDataset, PlainTree } from '../signal/dataset.ts';
import { EDS_DEFAULTS } from './eds-parameters.ts';

/** What every simulator hands back. */
export interface Simulation {
  readonly dataset: ArrayDataset;
  /** The values of pixels [start, end) alone, the same as in the whole: for maps that are never in memory as one. */
  readonly draw: (start: number, end: number) => EventsBlock;
  /** Everything that went in, as plain data; `maps: false` leaves out what {@link Simulation.maps} holds. */
  readonly truth: (options?: { readonly maps?: boolean }) => PlainTree;
  /** The truth that has a value for each pixel, by its name there; row-major. */
  readonly maps: Readonly<Record<string, { readonly values: Uint8Array; readonly shape: readonly number[] }>>;
}

export interface Simulator {
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** Parameters and their default values. */
  readonly defaults: Readonly<PlainTree>;
  readonly load: () => Promise<(parameters?: PlainTree) => Simulation>;
}

/** Simulators by id; their code loads when asked for. */
export const SIMULATORS: Readonly<Record<string, Simulator>> = {
  eds: {
    id: 'eds',
    title: 'STEM-EDS map of a cross section: four phases, a look-alike pair, a rare inclusion',
    defaults: { ...EDS_DEFAULTS },
    load: async () => {
      const { asSimulation, simulateEds } = await import('./eds.ts');
      return (parameters = {}) => asSimulation(simulateEds(parameters));
    },
  },
};

export type { EdsSimulation, EdsTruth, SimulatedPhase } from './eds.ts';
export { EDS_DEFAULTS, type EdsParameters } from './eds-parameters.ts';
