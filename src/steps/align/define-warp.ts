import { bridgeMasked, shuffledReferences, WARP } from '../../kernels/index.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { axisValues } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import { mappedRows } from '../mapped-rows.ts';
import { type SignalState, signalState } from '../state.ts';
import { defineStep, type Step, type StepContext } from '../step.ts';
import { type ReferenceSums, referenceSums } from './reference-spectrum.ts';
import { pitches, type WarpParams } from './warp-params.ts';
import { type WarpDefinition, type WarpSetting, warpedState, warpSetting } from './warp-setting.ts';
import { type Found, foundWarps, movedSpectra, type Tally } from './warp-shapes.ts';

/** Pieces of a shuffled reference are wider than a warp reaches, and than most peaks, and so narrow that there are some. */
const REACHES_PER_PIECE = 3;
const MOST_PIECES = 20;
const FEWEST_PIECES = 8;
const pieceOf = ({ limit, channels }: Pick<WarpSetting<unknown>, 'limit' | 'channels'>) => {
  const wide = Math.max(REACHES_PER_PIECE * limit, Math.floor(channels / MOST_PIECES));
  return Math.max(2, Math.min(wide, Math.floor(channels / FEWEST_PIECES)));
};

/** A step that brings every spectrum to a reference by moving its channels, or leaves it as it is. */
export function defineWarp<P extends WarpParams, O>(definition: WarpDefinition<P, O>): Step<P> {
  const { inChannels, warper, id, version, title, summary, cite, params, example, bounded } = definition;
  async function run(context: StepContext, inputs: Readonly<Record<string, unknown>>, p: P): Promise<Signal> {
    const signal = inputs.in as Signal;
    const given = inputs.reference as Signal;
    const before = signalState(signal);
    const setting = warpSetting(definition, before, p);
    const geometry = signalGeometry(signal);
    const shuffling = context.seed % 2 ** 32;
    const own = given.source === signal.source;
    let reference = await referenceOf(context, given, given.source, p.target, given.mask.pixels);
    let result: Found & Tally = {
      nodes: new Float32Array(0),
      verdict: new Uint8Array(0),
      taken: 0,
      chance: 0,
      area: 0,
    };
    let source: Source = signal.source;
    for (let round = 0; round < (own ? p.rounds : 1); round++) {
      if (round > 0) {
        const left = result.verdict.map((verdict) => (verdict === WARP.taken ? 0 : 1));
        if (result.taken === 0) break;
        reference = await referenceOf(context, signal, source, 'mean', left);
      }
      prepareReference(reference, setting, given);
      const references = [reference, ...shuffledReferences(reference, pieceOf(setting), p.nulls, shuffling)];
      result = await context.fold<Found & Tally>(
        'found',
        { setting, references, pixelMask: signal.mask.pixels },
        [signal.source],
        geometry,
      );
      source = mappedRows(signal, context.shapeId('moved'), { setting, nodes: result.nodes, verdict: result.verdict });
    }
    sayWhatStayed(context, result);
    return withSignal(signal, {
      ...warpedState(definition, before, p),
      source,
      history: [...signal.history, { step: id, version: version, params: p as never }],
    });
  }

  return defineStep<P>({
    id,
    version,
    title,
    summary,
    cite,
    params,
    example,
    bounded,
    inputs: {
      in: {
        product: 'signal',
        doc: 'spectra to align',
        needs: { shift: 'refuses' },
      },
      reference: {
        product: 'signal',
        doc: 'spectra whose mean they are brought to, on the same axis; the spectra themselves where none are given',
        default: 'in',
      },
    },
    output: 'signal',
    shapes: { found: foundWarps(definition), moved: movedSpectra(definition), referenceSums },
    effect: ({ in: state, reference }, p) => {
      checkAxes(state as SignalState, (reference ?? state) as SignalState);
      return warpedState(definition, state as SignalState, p);
    },
    cost: ({ in: state }, p) => {
      const { spectral } = state as SignalState;
      const { options } = inChannels(state as SignalState, p);
      const { nodes } = warper([new Float64Array(spectral.size)], options);
      return {
        passes: 2 * p.rounds,
        keeps: pixelCount(state as SignalState) * (4 * nodes + 1),
        works: 8 * spectral.size * (p.nulls + 4),
        lane: 8 * spectral.size * (p.nulls + 8),
      };
    },
    run: (context, inputs, p) => run(context, inputs, p),
  });
}

async function referenceOf(
  context: StepContext,
  signal: Signal,
  source: Source,
  target: 'mean' | 'strongest',
  pixelMask?: Uint8Array,
): Promise<Float64Array> {
  const geometry = signalGeometry(signal);
  const { sum, spectra, strongest } = await context.fold<ReferenceSums>(
    'referenceSums',
    { pixelMask },
    [source],
    geometry,
  );
  return target === 'strongest' ? strongest : sum.map((value) => value / Math.max(1, spectra));
}

/** With straight lines over channels that are masked in either. */
function prepareReference(reference: Float64Array, { masked }: WarpSetting<unknown>, { mask }: Signal): void {
  for (const codes of [masked, mask.channels]) if (codes) bridgeMasked(reference, codes);
}

function sayWhatStayed(context: StepContext, { taken, chance, area }: Tally): void {
  const all = taken + chance + area;
  if (chance > 0) {
    context.note(`${chance} of ${all} spectra stay as they are: aligned no better than with a shuffled reference`);
  }
  if (area > 0) context.note(`${area} of ${all} spectra stay as they are: a peak would change its area`);
}

function checkAxes(state: SignalState, reference: SignalState): void {
  const [own, other] = [state.spectral, reference.spectral].map(axisValues);
  const tolerance = 0.01 * pitches(state.spectral).mean;
  const same = own.length === other.length && own.every((value, j) => Math.abs(value - other[j]) <= tolerance);
  if (same && state.spectral.unit === reference.spectral.unit) return;
  throw inputError({
    code: 'reference-axis',
    what: `the reference has ${other.length} channels from ${other[0]} ${reference.spectral.unit}, the spectra ${own.length} from ${own[0]} ${state.spectral.unit}`,
    expected: 'a reference on the axis of the spectra',
    fix: 'crop and rebin both alike',
  });
}
