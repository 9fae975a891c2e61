import { z } from 'zod';
import { columnMeans } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { describeIntensity } from '../../signal/intensity.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { type Measurements, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { collectRows } from './collected.ts';
import { joinedMask, pairsOf, requireSameChannels } from './instruments.ts';

const numbers = z.array(z.number().int().nonnegative()).min(1);
const params = z.strictObject({
  classes: z
    .array(
      z.strictObject({
        in: numbers.describe('numbers, from 0, of its spectra among those brought over'),
        master: numbers.describe('numbers of its spectra on the master'),
      }),
    )
    .min(1)
    .optional()
    .describe(
      'known samples of each class, where there are no pairs. Default: both inputs hold the same samples in the same order',
    ),
});
type Params = z.infer<typeof params>;

/** Part of the distance between classes by which one may be off, and by how many standard errors. */
const TOLERATED = 0.15;
const UNLIKELY = 3;

export default defineStep<Params>({
  id: 'transfer.check',
  version: 1,
  title: 'Transfer checked',
  summary:
    'Compares spectra that were brought over with those of the master: sample by sample where both measured the same, or the means of classes of a few known samples. A class that was moved towards another is a warning.',
  params,
  inputs: {
    in: { product: 'signal', doc: 'spectra as a transfer step left them', needs: { shift: 'refuses' } },
    master: {
      product: 'signal',
      doc: 'spectra of the master: the same samples, or others of the same classes',
      needs: { shift: 'refuses' },
    },
  },
  output: 'measurements',
  cite: [],
  effect: (states, p) => {
    checkInputs(states, p);
    return { product: 'measurements', of: states.in as SignalState };
  },
  cost: (states) => {
    const state = states.in as SignalState;
    return { passes: 1, keeps: 24 * pixelCount(state), works: 16 * pixelCount(state) * state.spectral.size, lane: 0 };
  },
  async run(context, inputs, p): Promise<Measurements> {
    checkInputs(inputs, p);
    const [signal, master] = [inputs.in as Signal, inputs.master as Signal];
    const unused = joinedMask(signal.spectral.size, [signal.mask.channels, master.mask.channels]);
    const pairs = pairsOf(signal, master, Math.min(pixelCount(signal), pixelCount(master)));
    const rows = async (one: Signal, chosen: ArrayLike<number>) => ({
      values: await collectRows(context, one, chosen, unused),
      count: chosen.length,
    });
    const found = p.classes
      ? classesCompared(
          await Promise.all(
            p.classes.map(async (each) => ({
              brought: await rows(signal, valid(signal, each.in)),
              master: await rows(master, valid(master, each.master)),
            })),
          ),
          signal.spectral.size,
        )
      : pairsCompared(await rows(signal, pairs), await rows(master, pairs), signal.spectral.size, pairs);
    const x = axisValues(signal.spectral);
    const { unit, name } = signal.spectral;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'transfer.check', version: 1, params: p as never }],
      product: 'measurements',
      quantities: [],
      maps: [],
      ...found,
      curves: [
        {
          name: 'Difference from the master',
          caption: found.caption,
          xLabel: unit ? `${name} (${unit})` : name,
          yLabel: describeIntensity(signal.intensity),
          x,
          traces: found.traces,
        },
      ],
    };
  },
});

function checkInputs(states: Readonly<Record<string, unknown>>, { classes }: Params): void {
  const [state, master] = [states.in as SignalState, states.master as SignalState];
  requireSameChannels(state.spectral, master.spectral);
  const [on, off] = [pixelCount(state), pixelCount(master)];
  if (!classes && on !== off) {
    throw inputError({
      code: 'unpaired-standards',
      what: `${on} spectra were brought over, and the master has ${off}`,
      expected: 'the same samples in the same order',
      fix: 'name a few known samples of each class instead: classes',
    });
  }
  for (const each of classes ?? []) {
    for (const [name, list, size] of [
      ['in', each.in, on],
      ['master', each.master, off],
    ] as const) {
      const beyond = list.find((number) => number >= size);
      if (beyond === undefined) continue;
      throw inputError({
        code: 'no-such-spectrum',
        what: `"${name}" has no spectrum ${beyond}`,
        expected: `numbers from 0 to ${size - 1}`,
      });
    }
  }
}

const valid = (signal: Signal, chosen: readonly number[]) => chosen.filter((i) => !signal.mask.pixels?.[i]);

interface RowsOf {
  readonly values: Float64Array;
  readonly count: number;
}

interface Compared extends Pick<Measurements, 'findings' | 'tables' | 'warnings'> {
  readonly caption: string;
  readonly traces: Measurements['curves'][number]['traces'];
}

function pairsCompared(brought: RowsOf, master: RowsOf, n: number, pairs: Int32Array): Compared {
  const difference = brought.values.map((value, at) => value - master.values[at]);
  const everyone = Int32Array.from(pairs.keys());
  const mean = columnMeans(difference, n, everyone);
  const middle = columnMeans(master.values, n, everyone);
  const spread = master.values.map((value, at) => value - middle[at % n]);
  const rms = (values: Float64Array) =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length));
  const each = Float64Array.from(everyone, (i) => rms(difference.subarray(i * n, (i + 1) * n)));
  const [off, range] = [rms(difference), rms(spread)];
  return {
    caption:
      'Mean over samples of what was brought over less the master, and the standard deviation of samples on the master.',
    findings: [
      `${pairs.length} samples differ from the master by ${off.toPrecision(3)} (root mean square over channels), ${((100 * off) / (range || 1)).toPrecision(3)} % of how much they differ from each other`,
    ],
    tables: [
      {
        name: 'Samples',
        columns: [
          { name: 'sample', values: Float64Array.from(pairs) },
          { name: 'difference', values: each },
        ],
      },
    ],
    warnings: pairs.length ? [] : ['no sample is valid on both instruments'],
    traces: [
      { name: 'mean difference', values: mean },
      {
        name: 'samples, standard deviation',
        values: Float64Array.from({ length: n }, (_, j) => rms(everyoneAt(spread, n, j))),
      },
    ],
  };
}

const everyoneAt = (rows: Float64Array, n: number, j: number) => rows.filter((_, at) => at % n === j);

function classesCompared(
  classes: readonly { readonly brought: RowsOf; readonly master: RowsOf }[],
  n: number,
): Compared {
  const meanOf = ({ values, count }: RowsOf) =>
    columnMeans(
      values,
      n,
      Int32Array.from({ length: count }, (_, i) => i),
    );
  const means = classes.map(({ brought, master }) => ({ brought: meanOf(brought), master: meanOf(master) }));
  const centre = Float64Array.from(
    { length: n },
    (_, j) => means.reduce((sum, { master }) => sum + master[j], 0) / means.length,
  );
  const moved = new Float64Array(classes.length);
  const errors = new Float64Array(classes.length);
  for (const [c, { brought, master }] of classes.entries()) {
    const direction = means[c].master.map((value, j) => value - centre[j]);
    const size = direction.reduce((sum, value) => sum + value * value, 0);
    const along = (row: Float64Array) => row.reduce((sum, value, j) => sum + value * direction[j], 0) / (size || 1);
    // Half the distance between two classes is 1.
    moved[c] = (along(means[c].brought) - along(means[c].master)) / 2;
    errors[c] = Math.sqrt(varianceOfMean(brought, n, along) + varianceOfMean(master, n, along)) / 2;
  }
  const warnings = classes.flatMap((_, c) =>
    Math.abs(moved[c]) > TOLERATED && !(Math.abs(moved[c]) < UNLIKELY * errors[c])
      ? [
          `class ${c + 1} lies ${Math.abs(100 * moved[c]).toFixed(0)} % of the distance between classes ${moved[c] < 0 ? 'towards the others' : 'away from the others'}: the transfer changed what tells classes apart`,
        ]
      : [],
  );
  return {
    caption: 'Mean of each class as it was brought over, less that on the master.',
    findings: [
      `${classes.length} classes: means off by ${[...moved].map((each) => `${(100 * each).toFixed(0)} %`).join(', ')} of the distance between classes`,
    ],
    tables: [
      {
        name: 'Classes',
        columns: [
          { name: 'class', values: moved.map((_, c) => c + 1) },
          { name: 'moved', unit: '% of the distance', values: moved.map((each) => 100 * each) },
          { name: 'standard error', unit: '% of the distance', values: errors.map((each) => 100 * each) },
        ],
      },
    ],
    warnings,
    traces: means.map(({ brought, master }, c) => ({
      name: `class ${c + 1}`,
      values: brought.map((value, j) => value - master[j]),
    })),
  };
}

/** Variance of the mean of the rows along a direction; 0 of one row, whose scatter nothing tells. */
function varianceOfMean({ values, count }: RowsOf, n: number, along: (row: Float64Array) => number): number {
  if (count < 2) return 0;
  const places = Float64Array.from({ length: count }, (_, i) => along(values.subarray(i * n, (i + 1) * n)));
  const mean = places.reduce((sum, value) => sum + value, 0) / count;
  return places.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (count - 1) / count;
}
