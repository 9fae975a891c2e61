import { symmetricEigen } from '../symmetric-eigen.ts';
import { columnMeans } from './principal-parts.ts';

/** A regression of properties on spectra, as a number of components. */
export interface PlsModel {
  readonly channels: number;
  readonly properties: number;
  readonly components: number;
  /** components × channels: unit weights of the deflated spectra. */
  readonly weights: Float64Array;
  /** spectra × components. */
  readonly scores: Float64Array;
  /** properties × channels, for spectra as they are given, with 1, 2, … components after each other. */
  readonly coefficients: readonly Float64Array[];
  readonly meanX: Float64Array;
  readonly meanY: Float64Array;
}

/** What is left of the spectra below this part of what they were is rounding. */
const EMPTY = 1e-13;

/**
 * Partial least squares (S. Wold, M. Sjöström & L. Eriksson, Chemom. Intell. Lab. Syst. 58 (2001) 109): NIPALS with the
 * deflation of regression, of one property or several. The weights of several, which NIPALS iterates to, are taken from the
 * leading eigenvector of YᵀX·XᵀY. Fewer components than asked for where the spectra hold no more.
 *
 * @param x row-major, spectra × channels; @param y spectra × properties
 * @param scale divide channels and properties by their standard deviation (m − 1), those that are constant by 1
 */
export function fitPls(
  x: Float64Array,
  y: Float64Array,
  spectra: number,
  { components, scale = false }: { readonly components: number; readonly scale?: boolean },
): PlsModel {
  const channels = x.length / spectra;
  const properties = y.length / spectra;
  const everyone = Int32Array.from({ length: spectra }, (_, i) => i);
  const meanX = columnMeans(x, channels, everyone);
  const meanY = columnMeans(y, properties, everyone);
  const scaleX = scale ? deviations(x, channels, meanX) : new Float64Array(channels).fill(1);
  const scaleY = scale ? deviations(y, properties, meanY) : new Float64Array(properties).fill(1);
  const left = x.map((value, at) => (value - meanX[at % channels]) / scaleX[at % channels]);
  const rest = y.map((value, at) => (value - meanY[at % properties]) / scaleY[at % properties]);
  const whole = squares(left);
  const weights: Float64Array[] = [];
  const rotations: Float64Array[] = [];
  const loadings: Float64Array[] = [];
  const scores: Float64Array[] = [];
  const coefficients: Float64Array[] = [];
  for (let a = 0; a < components; a++) {
    const w = weightsOf(left, rest, spectra, channels, properties);
    if (!w) break;
    const t = new Float64Array(spectra);
    for (let i = 0; i < spectra; i++) for (let j = 0; j < channels; j++) t[i] += left[i * channels + j] * w[j];
    const variance = squares(t);
    if (!(variance > EMPTY * EMPTY * whole)) break;
    const p = projection(left, t, channels, variance);
    const q = projection(rest, t, properties, variance);
    for (let i = 0; i < spectra; i++) {
      for (let j = 0; j < channels; j++) left[i * channels + j] -= t[i] * p[j];
      for (let k = 0; k < properties; k++) rest[i * properties + k] -= t[i] * q[k];
    }
    const r = w.slice();
    for (const [b, rotation] of rotations.entries()) {
      const share = dot(loadings[b], w);
      for (let j = 0; j < channels; j++) r[j] -= share * rotation[j];
    }
    const before = coefficients.at(-1);
    const now = before ? before.slice() : new Float64Array(properties * channels);
    for (let k = 0; k < properties; k++) {
      for (let j = 0; j < channels; j++) now[k * channels + j] += (r[j] * q[k] * scaleY[k]) / scaleX[j];
    }
    weights.push(w);
    rotations.push(r);
    loadings.push(p);
    scores.push(t);
    coefficients.push(now);
  }
  const found = weights.length;
  return {
    channels,
    properties,
    components: found,
    weights: Float64Array.from(weights.flatMap((row) => [...row])),
    scores: Float64Array.from({ length: spectra * found }, (_, at) => scores[at % found][Math.floor(at / found)]),
    coefficients,
    meanX,
    meanY,
  };
}

/** Properties of row-major spectra, rows × properties, with this number of components, all by default. */
export function predictPls(
  model: PlsModel,
  x: Float64Array,
  rows: number,
  components = model.components,
): Float64Array {
  const { channels, properties, coefficients, meanX, meanY } = model;
  const out = new Float64Array(rows * properties);
  const used = coefficients[Math.min(components, model.components) - 1];
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < properties; k++) {
      let sum = meanY[k];
      if (used) for (let j = 0; j < channels; j++) sum += (x[i * channels + j] - meanX[j]) * used[k * channels + j];
      out[i * properties + k] = sum;
    }
  }
  return out;
}

/** Unit w ∝ Xᵀ·Y·q, q the leading eigenvector of YᵀX·XᵀY; undefined where X has nothing of Y left. */
function weightsOf(x: Float64Array, y: Float64Array, spectra: number, channels: number, properties: number) {
  const products = new Float64Array(properties * channels);
  for (let i = 0; i < spectra; i++) {
    for (let k = 0; k < properties; k++) {
      const value = y[i * properties + k];
      if (value === 0) continue;
      for (let j = 0; j < channels; j++) products[k * channels + j] += value * x[i * channels + j];
    }
  }
  const row = (k: number) => products.subarray(k * channels, (k + 1) * channels);
  const w = new Float64Array(channels);
  if (properties === 1) w.set(products);
  else {
    const square = new Float64Array(properties * properties);
    for (let k = 0; k < properties; k++)
      for (let l = 0; l < properties; l++) square[k * properties + l] = dot(row(k), row(l));
    const { vectors } = symmetricEigen(square, properties);
    for (let k = 0; k < properties; k++) for (let j = 0; j < channels; j++) w[j] += vectors[k * properties] * row(k)[j];
  }
  const norm = Math.sqrt(squares(w));
  return norm > EMPTY * Math.sqrt(squares(x) * squares(y)) && norm > 0 ? w.map((value) => value / norm) : undefined;
}

function projection(rows: Float64Array, t: Float64Array, n: number, variance: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < t.length; i++) for (let j = 0; j < n; j++) out[j] += (t[i] * rows[i * n + j]) / variance;
  return out;
}

function deviations(rows: Float64Array, n: number, mean: Float64Array): Float64Array {
  const m = rows.length / n;
  const out = new Float64Array(n);
  for (let at = 0; at < rows.length; at++) {
    const off = rows[at] - mean[at % n];
    out[at % n] += off * off;
  }
  return out.map((sum) => Math.sqrt(sum / Math.max(1, m - 1)) || 1);
}

const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}
