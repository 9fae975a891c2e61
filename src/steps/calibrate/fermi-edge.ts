import { z } from 'zod';
import { BOLTZMANN_EV, type FermiEdge, fitFermiEdge, fitLinear } from '../../kernels/index.ts';
import { axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { convertUnit, parseInUnit } from '../../signal/units.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import { windowChannels } from '../reshape/channels.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { plannedAxis, refuseOtherUnit } from './calibration.ts';
import { correctAxis } from './correct-axis.ts';
import { type StandardSpectrum, standardSpectrum } from './standard-spectrum.ts';

/** An edge no higher than so many of its errors is none. */
const LEAST_SIGNIFICANCE = 5;

const params = z.strictObject({
  window: z
    .tuple([z.union([z.number(), z.string()]), z.union([z.number(), z.string()])])
    .describe('region around the edge, for example ["-2 eV", "2 eV"]: without the onset of a band beyond it'),
  position: z
    .union([z.number(), z.string()])
    .default(0)
    .describe(
      'where the Fermi level belongs: 0 of a binding energy, photon energy less work function of a kinetic energy',
    ),
  scale: z
    .enum(['binding', 'kinetic'])
    .default('binding')
    .describe('of a binding energy occupied states lie above the edge, of a kinetic energy below it'),
  temperature: z
    .number()
    .nonnegative()
    .default(300)
    .describe('of the metal in K: its thermal width is known, and taken off the resolution'),
  resolution: z
    .union([z.number(), z.string()])
    .default('0.5 eV')
    .describe('full width at half maximum that the fit of the resolution starts from'),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'calibrate.fermi-edge',
  version: 1,
  title: 'Fermi edge',
  summary:
    'Fits the Fermi edge of a metal, a thermal step seen with the resolution of the analyser, and moves the axis so that the Fermi level is where it belongs. Values stay as they are.',
  params,
  example: params.parse({ window: [0, 15], position: 4, resolution: 1 }),
  inputs: {
    in: { product: 'signal', doc: 'photoelectron spectra whose axis is to be corrected', needs: { modality: ['xps'] } },
    standard: {
      product: 'signal',
      default: 'in',
      doc: 'spectrum of a metal in contact with the analyser, at the same settings; its mean is used',
      needs: { modality: ['xps'] },
    },
  },
  output: 'signal',
  cite: ['ISO 15472:2010', 'Seah 2001, Surf. Interface Anal. 31, 721'],
  shapes: { spectrumSum },
  effect: ({ in: given, standard }, p) => {
    const state = given as SignalState;
    refuseOtherUnit(state, standard as SignalState);
    windowChannels((standard as SignalState).spectral, p.window);
    settingsOf(state.spectral.unit, p);
    return { ...state, spectral: plannedAxis(state.spectral, false, 'Fermi edge') };
  },
  cost: ({ standard }) => {
    const channels = (standard as SignalState).spectral.size;
    return { passes: 1, keeps: 0, works: 100 * channels, lane: 16 * channels };
  },
  async run(context, inputs, p) {
    const [signal, standard] = [inputs.in as Signal, inputs.standard as Signal];
    const { unit } = signal.spectral;
    const { thermal, resolution, position } = settingsOf(unit, p);
    const region = within(await standardSpectrum(context, standard), standard, p);
    const edge = fitFermiEdge(region.x, region.values, region.law, {
      thermal,
      resolution,
      occupiedAbove: p.scale === 'binding',
    });
    const found = significant(edge, region, unit);
    const offset = fitLinear(
      Float64Array.of(1),
      Float64Array.of(position - found.position),
      Float64Array.of(errorOf(found)),
      1,
    );
    const correction = { ...offset, order: 0, pivot: found.position, span: 1 };
    context.note(
      `Fermi edge at ${found.position.toFixed(4)} ± ${errorOf(found).toPrecision(2)} ${unit}, resolution ${found.resolution.toPrecision(3)} ± ${found.resolutionSigma.toPrecision(2)} ${unit} at ${p.temperature} K`,
    );
    return withSignal(signal, {
      spectral: correctAxis(signal.spectral, correction, { origin: 'Fermi edge' }, context.node),
      history: [...signal.history, { step: 'calibrate.fermi-edge', version: 1, params: p as never }],
    });
  },
});

/**
 * In the unit of the axis; one that has none is taken to be in eV.
 * @throws SpectrailError `input/unit-mismatch` | `input/bad-resolution`
 */
function settingsOf(unit: string, p: Params) {
  const energy = unit || 'eV';
  const resolution = parseInUnit(p.resolution, energy);
  if (!(resolution > 0)) {
    throw inputError({ code: 'bad-resolution', what: `a resolution of ${p.resolution}`, expected: 'more than 0' });
  }
  const thermal = convertUnit(BOLTZMANN_EV * p.temperature, 'eV', energy);
  return { thermal, resolution, position: parseInUnit(p.position, energy) };
}

function within(spectrum: StandardSpectrum, { spectral }: Signal, p: Params): StandardSpectrum {
  const [first, end] = windowChannels(spectral, p.window);
  const [one, other] = [axisValue(spectral, first), axisValue(spectral, end - 1)];
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  const { x, values, variance, law } = spectrum;
  const from = x.findIndex((at) => at >= low);
  const after = x.findIndex((at) => at > high);
  const to = after < 0 ? x.length : after;
  const cut = (all: Float64Array) => all.subarray(from, to);
  return {
    ...spectrum,
    x: cut(x),
    values: cut(values),
    variance: cut(variance),
    law: law.law === 'poisson' && law.gain ? { ...law, gain: cut(law.gain) } : law,
  };
}

function significant(edge: FermiEdge | undefined, { x }: StandardSpectrum, unit: string): FermiEdge {
  const [height, sigma] = edge ? [edge.fit.theta[0], Math.sqrt(edge.fit.covariance[0])] : [0, 1];
  if (edge && height > LEAST_SIGNIFICANCE * sigma && edge.positionSigma < x[x.length - 1] - x[0]) return edge;
  throw inputError({
    code: 'reference-not-found',
    what: `no Fermi edge stands out between ${x[0]} and ${x[x.length - 1]} ${unit}`,
    expected: 'a step down to the unoccupied side, over eight channels and more',
    fix: 'measure the edge of a clean metal, move the window, or say scale: kinetic where occupied states lie below',
  });
}

/** Scaled up where edge and model differ by more than counting. */
function errorOf({ positionSigma, fit }: FermiEdge): number {
  return positionSigma * Math.sqrt(Math.max(1, Number.isFinite(fit.chiSquare) ? fit.chiSquare : 1));
}
