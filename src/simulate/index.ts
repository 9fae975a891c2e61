import type { ArrayDataset, PlainTree } from '../signal/dataset.ts';
import { EDS_DEFAULTS } from './eds-parameters.ts';

/** What every simulator hands back. */
export interface Simulation {
  readonly dataset: ArrayDataset;
  /** Everything that went in, as plain data. */
  readonly truth: () => PlainTree;
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
      const { simulateEds, truthAsPlain } = await import('./eds.ts');
      return (parameters = {}) => {
        const { dataset, truth } = simulateEds(parameters);
        return { dataset, truth: () => truthAsPlain(truth) };
      };
    },
  },
};

export type { EdsSimulation, EdsTruth, SimulatedPhase } from './eds.ts';
export { EDS_DEFAULTS, type EdsParameters } from './eds-parameters.ts';
