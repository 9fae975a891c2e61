import { z } from 'zod';
import { axisValues } from '../../signal/axis.ts';
import { readRow } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import { mapShape, pixelCount, type Signal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import { totals } from '../decompose/passes.ts';
import { type Curves, type Measurements, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type ReceptiveField, type StepContext } from '../step.ts';
import { measureOnKnownMaps, type OnKnownMaps } from './known-truth.ts';
import { meanCounts } from './mean-counts.ts';
import { onePixel, onePixelOf } from './one-pixel.ts';
import { type Smoothing, smoothingOf } from './smoother.ts';
import { SMOOTHER_IDS, smootherOf } from './smoothers.ts';

const params = z.strictObject({
  share: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('how much of the other phase the layer holds that is looked for: 0.1 is a segregation of 10 %'),
  keep: z
    .number()
    .positive()
    .max(1)
    .default(0.8)
    .describe('share of its excess that must be left of a layer; below it there is a warning'),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'spatial.blur',
  version: 1,
  title: 'What smoothing did',
  summary:
    'Does to maps of known truth, with the counts of the data, what the smoothing step did to the data: how wide a sharp edge becomes, and how much is left of a layer one pixel wide. Beside it how many pixels each mean is worth.',
  params,
  inputs: { in: { product: 'signal', doc: 'what a smoothing step made', needs: { across: ['kernel'] } } },
  output: 'measurements',
  cite: ['Buades, Coll & Morel 2005, CVPR 2, 60'],
  shapes: { onePixel, totals },
  effect: ({ in: state }) => ({ product: 'measurements', of: state as SignalState }),
  cost: ({ in: state }) => {
    const { noise, spectral } = state as SignalState;
    const reach = noise.across.kind === 'kernel' ? noise.across.pixels / 2 : 0;
    return {
      passes: 2,
      keeps: 8 * pixelCount(state as SignalState),
      // A map with known truth, what smoothing makes of it, and a copy on the way.
      works: 3 * 8 * spectral.size * (4 * reach + 17) * (2 * reach + 96),
      lane: 0,
    };
  },
  async run(context, inputs, p): Promise<Measurements> {
    const signal = inputs.in as Signal;
    const smoothing = smoothingOf(signal, SMOOTHER_IDS);
    if (!smoothing) {
      throw inputError({
        code: 'not-smoothed',
        what: 'no smoothing step made this signal, or it was changed since',
        expected: `the output of ${SMOOTHER_IDS.join(', ')}`,
        fix: 'name the smoothing step as the input',
      });
    }
    const { args, raw } = smoothing;
    const smoother = smootherOf(smoothing.map);
    const mean = await meanCounts(context, signal, raw, args.noise);
    const found = await measureOnKnownMaps(context, smoothing, mean, p.share, declared(args.field));
    const worth = await smoother.worth(context, args, raw);
    const pixel = middlePixel(signal);
    const shares = await smoother.shares(context, args, raw, pixel);
    return {
      ...originOf(signal),
      product: 'measurements',
      findings: findings(args.field, found, worth, p),
      quantities: quantities(context, found, worth),
      tables: [
        {
          name: 'Layers',
          columns: [
            { name: 'width', unit: 'pixels', values: Float64Array.from(found.layers, ({ wide }) => wide) },
            { name: 'excess kept', unit: '%', values: Float64Array.from(found.layers, ({ kept }) => 100 * kept) },
            {
              name: 'standard uncertainty',
              unit: '%',
              values: Float64Array.from(found.layers, ({ sigma }) => 100 * sigma),
            },
          ],
        },
      ],
      curves: [...profiles(found, p), await spectraOf(context, signal, smoothing, pixel)],
      maps: [
        {
          name: 'Effective pixels',
          caption: 'How many pixels the mean around each is worth, 1/Σw²: its variance is that of one pixel over this.',
          unit: 'pixels',
          values: worth,
        },
        {
          name: 'Receptive field',
          caption: `How much every pixel has to say in the mean at ${placeOf(signal, pixel)}.`,
          unit: 'share',
          values: shares,
        },
      ],
      warnings: warnings(smoother.linear, found, p),
    };
  },
});

/** Smallest feature in whole pixels along the rows of the map, where it was declared. */
function declared({ axes }: ReceptiveField): number | undefined {
  const feature = axes.at(-1)?.feature;
  return feature === undefined ? undefined : Math.max(1, Math.floor(feature));
}

function median(values: Float64Array): number {
  const sorted = values.filter((value) => value > 0).sort();
  return sorted.length > 0 ? sorted[Math.floor(sorted.length / 2)] : 0;
}

const round = (value: number) => Number(value.toPrecision(3));
const percent = (share: number) => `${round(100 * share)} %`;
const pixels = (n: number) => (n === 1 ? '1 pixel' : `${round(n)} pixels`);

function findings({ axes }: ReceptiveField, found: OnKnownMaps, worth: Float64Array, p: Params): string[] {
  const along = new Map<string, string[]>();
  for (const { name, width, pixel, feature } of axes) {
    const length = (n: number) => `${pixels(n)}${pixel ? ` (${round(n * pixel.size)} ${pixel.unit})` : ''}`;
    const beside = feature === undefined ? '' : `, beside a smallest feature of ${length(feature)}`;
    const text = `${length(width)}${beside}`;
    along.set(text, [...(along.get(text) ?? []), name]);
  }
  const widths = [...along].map(([text, names]) => `along ${names.join(' and ')} ${text}`);
  const thin = found.layers.find(({ kept }) => kept >= p.keep);
  return [
    `Receptive field: ${widths.join('; ')}.`,
    `A sharp step becomes ${round(found.edge)} pixels wide from 10 to 90 % (0.8 before); ${pixels(found.mixed)} across it look like mixtures that are not there.`,
    `A layer of one pixel with ${percent(p.share)} of another phase keeps ${percent(found.layers[0].kept)} of its excess; ${
      thin ? `${percent(p.keep)} or more is kept from ${pixels(thin.wide)} on` : 'none of the layers tried keeps enough'
    }.`,
    `A mean is worth ${round(median(worth))} pixels (median over the map).`,
  ];
}

function quantities(
  { node }: StepContext,
  { edge, layers }: OnKnownMaps,
  worth: Float64Array,
): Measurements['quantities'] {
  const plain = { systematic: [], trail: node };
  const [one] = layers;
  return [
    { name: 'Edge, 10–90 %', quantity: { value: edge, unit: 'pixels', random: [], ...plain } },
    {
      name: 'Excess kept of a layer of one pixel',
      quantity: {
        value: 100 * one.kept,
        unit: '%',
        random: one.sigma > 0 ? [{ name: 'counting in the simulation', sigma: 100 * one.sigma }] : [],
        ...plain,
      },
    },
    { name: 'Effective pixels, median', quantity: { value: median(worth), unit: 'pixels', random: [], ...plain } },
  ];
}

function profiles({ profile, layers, truth }: OnKnownMaps, p: Params): Curves[] {
  const middle = (profile.length - 1) / 2;
  const x = Float64Array.from(profile, (_, i) => i - middle);
  return [
    {
      name: 'Sharp step',
      caption: `A sharp step between two phases with the counts of the data, and after smoothing: mean over rows.`,
      xLabel: 'distance (pixels)',
      yLabel: 'share of the second phase',
      x,
      traces: [
        { name: 'truth', values: truth.edge },
        { name: 'smoothed', values: profile },
      ],
    },
    {
      name: 'Layer of one pixel',
      caption: `A layer one pixel wide with ${percent(p.share)} of the second phase, and after smoothing.`,
      xLabel: 'distance (pixels)',
      yLabel: 'share of the second phase',
      x,
      traces: [
        { name: 'truth', values: truth.layer },
        { name: 'smoothed', values: layers[0].profile },
      ],
    },
  ];
}

/** The valid pixel nearest to the middle of the map; where all are masked, the first. */
function middlePixel({ navigation, mask }: Signal): number {
  const { width, height } = mapShape(navigation);
  const distance = (i: number) => Math.abs((i % width) - width / 2) + Math.abs(Math.floor(i / width) - height / 2);
  let pixel = 0;
  for (let i = 0; i < width * height; i++) {
    if (!mask.pixels?.[i] && (mask.pixels?.[pixel] || distance(i) < distance(pixel))) pixel = i;
  }
  return pixel;
}

function placeOf({ navigation }: Signal, pixel: number): string {
  const { width } = mapShape(navigation);
  return `row ${Math.floor(pixel / width)}, column ${pixel % width}`;
}

/** The spectrum of a pixel, before and after. */
async function spectraOf(context: StepContext, signal: Signal, { raw }: Smoothing, pixel: number): Promise<Curves> {
  const { spectral, mask, source } = signal;
  const channels = spectral.size;
  const rowOf = async (from: Source) => {
    const block = await context.collect(onePixelOf(from, pixel), { pixels: 1, channels, width: 1 });
    return readRow(block, 0, new Float64Array(channels)).map((value, j) => (mask.channels?.[j] ? Number.NaN : value));
  };
  return {
    name: 'One pixel',
    caption: `The spectrum of the pixel at ${placeOf(signal, pixel)} as recorded, and smoothed.`,
    xLabel: spectral.unit ? `${spectral.name} (${spectral.unit})` : spectral.name,
    yLabel: 'value',
    x: axisValues(spectral),
    traces: [
      { name: 'as recorded', values: await rowOf(raw), dots: true },
      { name: 'smoothed', values: await rowOf(source) },
    ],
  };
}

function warnings(linear: boolean, { layers, feature }: OnKnownMaps, p: Params): string[] {
  const lost = layers.find(({ wide }) => wide === feature);
  return [
    ...(lost && lost.kept < p.keep
      ? [
          `A layer as wide as the smallest feature, ${pixels(lost.wide)}, keeps ${percent(lost.kept)} of its excess, less than ${percent(p.keep)}: do not measure features of that size in this signal.`,
        ]
      : []),
    ...(linear
      ? []
      : ['Its weights depend on how unlike the phases are: what holds for these two need not hold for others.']),
  ];
}
