import { z } from 'zod';
import {
  equivalentWidth,
  FITTED,
  FITTED_WIDTH,
  type FitWeights,
  fitLogLinear,
  gaussianNeighbourhood,
  neighbourhoodSums,
  portableExp,
  powerLawRegressor,
  type Regressor,
  reachOf,
  rowsAround,
} from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { readRow } from '../../signal/block.ts';
import { mapShape } from '../../signal/signal.ts';
import { roomForRows } from '../row-by-row.ts';
import { fieldOf, smallestFeatureParameter } from '../spatial/pixel-lengths.ts';
import type { SignalState } from '../state.ts';
import { defineBackground } from './define-background.ts';
import type { Estimator, Setting } from './estimator.ts';
import { fitWeights } from './fit-weights.ts';
import { fitParameter, fittedChannels } from './fit-window.ts';

const params = z.strictObject({
  fit: fitParameter,
  sigma: z
    .number()
    .positive()
    .max(16)
    .default(2)
    .describe(
      'standard deviation, in pixels, of the Gaussian neighbourhood whose spectrum gives the shape of the background',
    ),
  smallestFeature: smallestFeatureParameter,
});
type Params = z.infer<typeof params>;

const gaussian = ({ sigma }: Pick<Params, 'sigma'>) => gaussianNeighbourhood({ y: sigma, x: sigma });

interface NeighbourhoodArgs {
  readonly sigma: number;
  readonly width: number;
  readonly height: number;
  readonly pedestal: number;
  readonly pixelMask?: Uint8Array;
  /** Channels of the fit window: no others are looked at. */
  readonly channels: Int32Array;
}

/**
 * The Gaussian mean of the spectra around each pixel, without their pedestal and in the fit window only, times the number of
 * spectra it is worth, n = 1/Σw²: of counts it has the variance of counts, Var(n·Σ w·x) = n²·Σ w²·μ = n·μ.
 */
const neighbourhood = defineMap<NeighbourhoodArgs>({
  gather: (args, start, end) => {
    const [first, last] = rowsAround(reachOf(gaussian(args)).y, { ...args, start, end });
    return [[first * args.width, last * args.width]];
  },
  apply: (args, [block], start, end, lend) => {
    const { width, height, pedestal, pixelMask, channels } = args;
    const around = gaussian(args);
    const run = { width, height, start, end, masked: pixelMask };
    const base = rowsAround(reachOf(around).y, run)[0] * width;
    const row = new Float64Array(block.channels);
    const n = channels.length;
    const found = neighbourhoodSums(around, run, n, (pixel, fitted) => {
      readRow(block, pixel - base, row);
      for (let k = 0; k < n; k++) fitted[k] = row[channels[k]] - pedestal;
    });
    const values = roomForRows(end - start, block.channels, lend).fill(0);
    for (let i = 0; i < end - start; i++) {
      if (!(found.squares[i] > 0)) continue;
      const scale = found.weights[i] / found.squares[i];
      const out = i * block.channels;
      for (let k = 0; k < n; k++) values[out + channels[k]] = scale * found.values[i * n + k];
    }
    return { kind: 'dense', pixels: end - start, channels: block.channels, values };
  },
  example: ({ pixels, width, channels }) => ({
    args: {
      sigma: 0.7,
      width,
      height: pixels / width,
      pedestal: 2,
      pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      channels: Int32Array.from({ length: Math.ceil(channels / 2) }, (_, k) => k),
    },
    kinds: ['events'],
  }),
});

/** The shape of the background of one row, from its neighbourhood. */
interface Shape {
  readonly fitted: Float64Array;
  /** Σ f over the fit window. */
  readonly window: number;
}

function estimator(setting: Setting<Params>): Estimator {
  const { positions, params: p } = setting;
  const { channels, range } = fittedChannels(setting, p.fit);
  const [first, end] = range;
  const stride = positions.length;
  const regressor = powerLawRegressor(positions, channels);
  const weights: FitWeights = fitWeights(setting, channels);
  const one = new Float64Array(FITTED_WIDTH);

  const shapeOf = (beside: Float64Array): Shape => {
    fitLogLinear(beside, 1, stride, regressor.window, weights, one);
    return { fitted: one, window: over(regressor, one) };
  };
  const inWindow = (row: Float64Array) => channels.reduce((sum, j) => sum + row[j], 0);
  return {
    sharing: worth(p),
    estimate(values, rows, out, beside = values) {
      for (let row = 0; row < rows; row++) {
        const at = row * stride;
        out.fill(0, at, at + stride);
        const { fitted, window } = shapeOf(beside.subarray(at, at + stride));
        if (!(window > 0)) continue;
        const scale = inWindow(values.subarray(at, at + stride)) / window;
        for (let j = first; j < end; j++) {
          out[at + j] = scale * portableExp(fitted[FITTED.a] + fitted[FITTED.b] * regressor.t[j]);
        }
      }
    },
    respond(row, sum, out, beside = row) {
      const { fitted, window } = shapeOf(beside);
      out.fill(0);
      if (!(window > 0)) return;
      const share = weighted(regressor, fitted, sum).total / window;
      for (const j of channels) out[j] = share;
    },
    varianceBeside(row, sum, beside) {
      const { fitted, window } = shapeOf(beside);
      if (!(window > 0)) return 0;
      // The scale is the row's own: only the slope of the shape is left to be wrong.
      const { total, slope } = weighted(regressor, fitted, sum);
      const perSlope = (slope - (total * slopeOver(regressor, fitted)) / window) / window;
      const scale = inWindow(row);
      return scale * scale * perSlope * perSlope * fitted[FITTED.varianceB];
    },
  };
}

/** Spectra that a neighbourhood away from the edges of the map is worth: 1/Σw². */
function worth(p: Params): number {
  const { y, x } = equivalentWidth(gaussian(p));
  return y * x;
}

/** Σ f over the fit window; 0 where nothing was fitted. */
function over({ window }: Regressor, fitted: Float64Array): number {
  if (fitted[FITTED.a] === Number.NEGATIVE_INFINITY) return 0;
  return window.t.reduce((sum, t) => sum + portableExp(fitted[FITTED.a] + fitted[FITTED.b] * t), 0);
}

/** Σ f·t over the fit window. */
function slopeOver({ window }: Regressor, fitted: Float64Array): number {
  return window.t.reduce((sum, t) => sum + t * portableExp(fitted[FITTED.a] + fitted[FITTED.b] * t), 0);
}

/** Σ sum_j·f_j, and its derivative by the slope. */
function weighted({ t }: Regressor, fitted: Float64Array, sum: Float64Array): { total: number; slope: number } {
  let [total, slope] = [0, 0];
  for (let j = 0; j < t.length; j++) {
    if (sum[j] === 0) continue;
    const f = sum[j] * portableExp(fitted[FITTED.a] + fitted[FITTED.b] * t[j]);
    total += f;
    slope += f * t[j];
  }
  return { total, slope };
}

export default defineBackground<Params>({
  id: 'background.local-average',
  version: 1,
  title: 'Background of local averages (LBA)',
  summary:
    'Takes off a power law whose shape is that of the spectra around each pixel, scaled to the pixel’s own counts before the edge: the signal keeps its resolution, the background needs a third of the counts. Wrong where the background changes its shape within the neighbourhood, as at an interface.',
  params,
  needs: { modality: ['eels'], intensity: ['counts', 'counts-per-unit', 'rate'] },
  cite: ['Cueva, Hovden, Mundy, Xin & Muller 2012, Microsc. Microanal. 18, 667'],
  example: { fit: [2, 9], sigma: 0.7 },
  shapes: { neighbourhood },
  receptiveField: ({ in: state }, p) =>
    fieldOf(
      (state as SignalState).navigation,
      equivalentWidth(gaussian(p)),
      p.smallestFeature,
      'where the background changes its shape over less, that of the neighbours is taken off',
    ),
  beside: {
    map: 'neighbourhood',
    args: (setting, { navigation, mask, noise }): NeighbourhoodArgs => ({
      sigma: setting.params.sigma,
      ...mapShape(navigation),
      pedestal: noise.tag === 'poisson' ? noise.offset : 0,
      pixelMask: mask.pixels,
      channels: fittedChannels(setting, setting.params.fit).channels,
    }),
    reach: (p) => 2 * reachOf(gaussian(p)).x,
  },
  range(setting) {
    const { channels, range } = fittedChannels(setting, setting.params.fit);
    powerLawRegressor(setting.positions, channels);
    return range;
  },
  prepare: estimator,
});
