import { portableLog, type RowNormaliser } from '../../kernels/index.ts';
import { defineFold, type FoldShape } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import type { Block } from '../../signal/block.ts';
import type { Noise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import { type Chosen, chosenOf, isBehindBackground } from '../background/chosen.ts';
import type { Setting } from '../background/estimator.ts';
import { exampleSetting } from '../background/example-setting.ts';
import { backgroundMethod } from '../background/methods.ts';
import { varianceAt } from '../background/variance.ts';
import { eachRowGroup, rowOf } from '../row-groups.ts';
import type { StepContext } from '../step.ts';
import { addToMoments, BANDS, followsComposition, MOMENTS } from './composition.ts';

/** What can be found out about divisors from the spectra. */
export interface Questions {
  /** Do quotients of this method get heavy tails where the divisor is small beside its error? */
  readonly weak?: boolean;
  /** What may follow the composition: the divisor itself, or its share of the total of the spectrum. */
  readonly follows?: 'divisor' | 'share';
}

interface Args<P> {
  readonly setting: Setting<P>;
  /** Errors of the rows that are read. */
  readonly noise: Noise;
  readonly background?: Chosen;
  readonly pixelMask?: Uint8Array;
}

interface Found {
  readonly moments: Float64Array;
  spectra: number;
  without: number;
  weak: number;
}

/** Standard errors that a divisor is to be large by: below, quotients are heavy-tailed. */
const SAFE = 10;

function look<P>(
  normaliser: RowNormaliser,
  questions: Questions,
  { setting, noise, background, pixelMask }: Args<P>,
  found: Found,
  blocks: readonly Block[],
  start: number,
): void {
  const [{ channels }] = blocks;
  const estimator = background && backgroundMethod(background.id).prepare(background.setting);
  const [variance, response] = [new Float64Array(channels), new Float64Array(channels)];
  const bands = new Float64Array(BANDS);
  let work = new Float64Array(0);
  eachRowGroup(blocks, noise, ({ from, count, values, beside }) => {
    if (work.length < values.length) work = new Float64Array(values.length);
    estimator?.estimate(values, count, work, beside);
    for (let i = 0; i < count; i++) {
      if (pixelMask?.[start + from + i]) continue;
      const row = rowOf(values, i, channels);
      for (let j = 0; questions.weak && j < channels; j++) {
        variance[j] = varianceAt(noise, start + from + i, j, row[j]);
      }
      if (estimator) for (let j = 0; j < channels; j++) row[j] -= work[i * channels + j];
      found.spectra++;
      const divisor = normaliser.divisor(row);
      if (!(divisor > 0)) {
        found.without++;
        continue;
      }
      if (questions.weak) {
        let own = normaliser.respondDivisor(row, variance, response);
        for (let j = 0; j < channels; j++) if (response[j] !== 0) own += response[j] * response[j] * variance[j];
        if (divisor < SAFE * Math.sqrt(own)) found.weak++;
      }
      if (!questions.follows) continue;
      bands.fill(0);
      let total = 0;
      for (let j = 0; j < channels; j++) {
        if (setting.masked?.[j]) continue;
        bands[Math.floor((j * BANDS) / channels)] += row[j];
        total += row[j];
      }
      addToMoments(found.moments, bands, portableLog(questions.follows === 'share' ? divisor / total : divisor));
    }
  });
}

/** One look at the spectra before they are divided: how many have no scale, or a weak one, and what the scale follows. */
export function surveyOf<P>(
  prepare: (setting: Setting<P>) => RowNormaliser,
  questions: Questions,
  example: { readonly params: P; readonly learned?: (channels: number) => Float64Array },
): FoldShape<Args<P>, Found> {
  return defineFold<Args<P>, Found>({
    init: () => ({ moments: new Float64Array(questions.follows ? MOMENTS : 0), spectra: 0, without: 0, weak: 0 }),
    add: (args, found, blocks, start) => {
      look(prepare(args.setting), questions, args, found, blocks, start);
      return found;
    },
    merge: (left, right) => {
      for (let at = 0; at < left.moments.length; at++) left.moments[at] += right.moments[at];
      left.spectra += right.spectra;
      left.without += right.without;
      left.weak += right.weak;
      return left;
    },
    example: ({ channels, pixels }) => {
      const setting = exampleSetting(example.params, channels);
      const size = setting.positions.length;
      return {
        args: {
          setting: { ...setting, learned: example.learned?.(size) },
          noise: setting.noise,
          pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
        },
        kinds: ['events'],
        channels: [size],
      };
    },
  });
}

/** Share of the variation of a scale that makes it suspect, and how large what is explained must be to matter. */
const SUSPECT = { r2: 0.5, spread: 0.05 };

/** Looks at the spectra of a step that has this survey among its shapes as `survey`, and says what there is to be said. */
export async function survey<P>(
  context: StepContext,
  signal: Signal,
  setting: Setting<P>,
  { scale, questions }: { readonly scale: string; readonly questions: Questions },
): Promise<void> {
  const behind = isBehindBackground(signal) ? chosenOf(signal) : undefined;
  const args: Args<P> = {
    setting,
    noise: behind ? behind.chosen.setting.noise : signal.noise,
    background: behind?.chosen,
    pixelMask: signal.mask.pixels,
  };
  const geometry = signalGeometry(signal);
  const sources = behind?.parents ?? [signal.source];
  const { moments, spectra, without, weak } = await context.fold<Found>('survey', args, sources, geometry);
  if (without > 0) {
    context.note(
      `${without} of ${spectra} spectra have no scale (${scale} is not above 0): they are set to 0, mask them`,
    );
  }
  if (weak > 0) {
    context.note(
      `in ${weak} of ${spectra} spectra ${scale} is below ${SAFE}σ of its error: what is divided by it has heavy tails; sum pixels, take a wider window, or mask them`,
    );
  }
  const followed = questions.follows && followsComposition(moments);
  if (followed && followed.r2 >= SUSPECT.r2 && followed.spread >= SUSPECT.spread) {
    const what = questions.follows === 'share' ? `the share of ${scale} in the total` : scale;
    context.note(
      `${what} follows the composition (R² ${followed.r2.toFixed(2)} of its logarithm with the shares of ${BANDS} bands, ${Math.round(100 * followed.spread)} % of it): if that is chemistry and not dose or thickness, this normalisation removes it`,
    );
  }
}
