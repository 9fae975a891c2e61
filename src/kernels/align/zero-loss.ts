import { isAllFinite } from '../finite.ts';
import { portableExp, portableLog } from '../portable-math.ts';
import { argmaxVariance, spreadRoom } from './argmax-spread.ts';
import { type FitRoom, fitPeak, fitRoom } from './peak-fit.ts';
import { GAUSSIAN, PEAK, type PeakShape } from './peak-profile.ts';
import { checkReading, FOUND, type Positions, type Reading, setPosition } from './positions.ts';

/** How the place of a peak is found. */
export type PeakEstimator =
  /** The channel of the largest value. */
  | { readonly kind: 'maximum' }
  /** A parabola through three channels around it, of the logarithm of the counts (exact for a Gaussian) or of the counts. */
  | { readonly kind: 'parabola'; readonly of: 'logarithm' | 'counts' }
  /** Centre of gravity of what stands above this share of the maximum, the share itself taken off. */
  | { readonly kind: 'centroid'; readonly above: number }
  /** Poisson likelihood of a peak of this shape, with height, place and width free, within `reach` full widths. */
  | { readonly kind: 'fit'; readonly shape: PeakShape; readonly reach: number };

export const MAXIMUM: PeakEstimator = { kind: 'maximum' };
export const LOG_PARABOLA: PeakEstimator = { kind: 'parabola', of: 'logarithm' };
export const CENTROID: PeakEstimator = { kind: 'centroid', above: 0.5 };
/** The default: within 1.1 times the Cramér–Rao bound, where the others lose a factor of 2 to 20. */
export const PEAK_FIT: PeakEstimator = { kind: 'fit', shape: GAUSSIAN, reach: 1.5 };

/** Counts that a sum must hold before its place is believed. */
const ENOUGH = 50;
/** Variance of a place within its channel. */
const QUANTISATION = 1 / 12;

/** What is seen of a peak before anything is fitted. */
interface Outline {
  /** Channel of the largest value: the middle one, where several are saturated. */
  maximum: number;
  height: number;
  /** Centre of gravity, and width, of what stands above half the maximum. */
  centre: number;
  width: number;
}

/**
 * The place of the highest peak of every row: for zero-loss peaks, whose place is the origin of the axis, and for other
 * lone peaks.
 *
 * Standard uncertainties: of the fit and the centroid to first order from the errors of the values; of the maximum from the
 * chance of every channel to hold the largest value, its quantisation included; of the parabola the smaller of what three
 * channels tell about a peak of that width, and that of the maximum.
 *
 * @param values rows × channels, row-major: counts on a zero pedestal. A row with a value that is not finite among the
 * channels looked at, or without a positive one, is flagged `FOUND.nothing`.
 * @throws RangeError for settings that cannot be.
 */
export function locatePeaks(
  values: Float64Array,
  rows: number,
  channels: number,
  out: Positions,
  estimator: PeakEstimator = PEAK_FIT,
  reading: Reading = {},
): void {
  const settings = checkReading(channels, reading);
  checkEstimator(estimator);
  const room = estimator.kind === 'fit' ? fitRoom(channels) : undefined;
  const spread = new Float64Array(spreadRoom(channels));
  const outline: Outline = { maximum: 0, height: 0, centre: 0, width: 0 };
  const fitSettings = { ...settings, reach: estimator.kind === 'fit' ? estimator.reach : 0, free: 3 as const };
  for (let row = 0; row < rows; row++) {
    const x = values.subarray(row * channels, (row + 1) * channels);
    if (!isAllFinite(x.subarray(settings.first, settings.end)) || !draw(x, settings, outline)) {
      setPosition(out, row, 0, Number.NaN, FOUND.nothing);
      continue;
    }
    const { maximum, height, width } = outline;
    const limit = maximum === settings.first || maximum === settings.end - 1 ? FOUND.atLimit : FOUND.yes;
    const ofMaximum = () => argmaxVariance(maximum, height, width, settings.readout, channels, spread) + QUANTISATION;
    switch (estimator.kind) {
      case 'maximum':
        setPosition(out, row, maximum, ofMaximum(), limit);
        break;
      case 'parabola': {
        if (limit) {
          setPosition(out, row, maximum, ofMaximum(), limit);
          break;
        }
        const offset = vertex(x, maximum, estimator.of === 'logarithm');
        const variance = Math.min(varianceOfVertex(x, maximum, offset, width, settings.readout), ofMaximum());
        setPosition(out, row, maximum + offset, variance, limit);
        break;
      }
      case 'centroid':
        setCentroid(x, outline, estimator.above, settings, limit, out, row);
        break;
      case 'fit': {
        startFit(outline, estimator.shape, room as FitRoom);
        const flag = fitPeak(x, fitSettings, room as FitRoom);
        setPosition(out, row, (room as FitRoom).parameters[PEAK.place], (room as FitRoom).variance[0], flag);
        break;
      }
    }
  }
}

/**
 * The shape of the highest peak of one spectrum, by the likelihood that {@link locatePeaks} maximises with all five parameters
 * free: of the sum of many spectra, to be given to the fit of each. Undefined where there is no peak.
 */
export function fitPeakShape(
  spectrum: Float64Array,
  reading: Reading = {},
  reach = 3,
): (PeakShape & { readonly place: number; readonly width: number }) | undefined {
  const settings = checkReading(spectrum.length, reading);
  const outline: Outline = { maximum: 0, height: 0, centre: 0, width: 0 };
  if (!isAllFinite(spectrum.subarray(settings.first, settings.end)) || !draw(spectrum, settings, outline)) {
    return undefined;
  }
  const room = fitRoom(spectrum.length);
  startFit(outline, { mixing: 0.3, asymmetry: 0 }, room);
  if (fitPeak(spectrum, { ...settings, reach, free: 5 }, room) === FOUND.nothing) return undefined;
  const { parameters } = room;
  return {
    mixing: parameters[PEAK.mixing],
    asymmetry: parameters[PEAK.asymmetry],
    place: parameters[PEAK.place],
    width: 2 * portableExp(parameters[PEAK.lnWidth]),
  };
}

function checkEstimator(estimator: PeakEstimator): void {
  if (estimator.kind === 'centroid' && !(estimator.above >= 0 && estimator.above < 1)) {
    throw new RangeError(`the share of the maximum must be in [0, 1), not ${estimator.above}`);
  }
  if (estimator.kind !== 'fit') return;
  const { reach, shape } = estimator;
  if (!(reach >= 0.5 && reach <= 100)) throw new RangeError(`reach must be 0.5 to 100 full widths, not ${reach}`);
  const { mixing, asymmetry } = shape;
  if (!(mixing >= 0 && mixing <= 1)) throw new RangeError(`mixing must be in [0, 1], not ${mixing}`);
  if (!(Math.abs(asymmetry) <= 0.9)) throw new RangeError(`asymmetry must be in [-0.9, 0.9], not ${asymmetry}`);
}

type Settings = ReturnType<typeof checkReading>;

/** Saturated values stand in for the maximum here, and only here. False where nothing is positive. */
function draw(x: Float64Array, settings: Settings, outline: Outline): boolean {
  const { first, end, masked, saturation } = settings;
  let maximum = -1;
  let lastOfRun = -1;
  for (let j = first; j < end; j++) {
    if (masked?.[j]) continue;
    const value = Math.min(x[j], saturation);
    if (maximum < 0 || value > Math.min(x[maximum], saturation)) maximum = lastOfRun = j;
    else if (value === saturation && lastOfRun === j - 1) lastOfRun = j;
  }
  if (maximum < 0 || !(x[maximum] > 0)) return false;
  outline.maximum = (maximum + lastOfRun) >> 1;
  let box = 1;
  while (!drawSmoothed(x, box, settings, outline) && 4 * box < end - first) box *= 2;
  return true;
}

/**
 * Centre, width and height of the highest stretch in the sums over `box` channels; false where fewer counts than
 * ENOUGH lie in the highest sum: its place would be that of a cluster of noise.
 */
function drawSmoothed(
  x: Float64Array,
  box: number,
  { first, end, masked, saturation }: Settings,
  outline: Outline,
): boolean {
  const value = (j: number) => (masked?.[j] ? 0 : Math.min(x[j], saturation));
  let [sum, top, place] = [0, 0, first];
  for (let j = first; j < end; j++) {
    sum += value(j) - (j - box >= first ? value(j - box) : 0);
    if (sum > top) [top, place] = [sum, j];
  }
  // One low sum does not end the peak: two in a row do.
  let [over, moment, above] = [0, 0, 0];
  for (const step of [-1, 1]) {
    let low = 0;
    let running = 0;
    const start = step < 0 ? place : place + 1;
    for (let k = start - box + 1; k <= start; k++) if (k >= first && k < end) running += value(k);
    for (let j = start; j >= first && j < end && low < 2; j += step) {
      if (running > top / 2) {
        over += running - top / 2;
        moment += (running - top / 2) * (j - place);
        above++;
        low = 0;
      } else low++;
      const [enter, leave] = step < 0 ? [j - box, j] : [j + 1, j - box + 1];
      running +=
        (enter >= first && enter < end ? value(enter) : 0) - (leave >= first && leave < end ? value(leave) : 0);
    }
  }
  outline.centre = place - (box - 1) / 2 + (over > 0 ? moment / over : 0);
  outline.width = Math.max(above, 1);
  // What stands above half a Gaussian peak: 0.2915·√(2π)/2.3548 = 0.3103 of height × width.
  outline.height = Math.min(top, over / (0.3103 * outline.width) || top) / box;
  return top >= ENOUGH;
}

function startFit({ centre, height, width }: Outline, { mixing, asymmetry }: PeakShape, { parameters }: FitRoom): void {
  parameters[PEAK.lnHeight] = portableLog(height);
  parameters[PEAK.place] = centre;
  parameters[PEAK.lnWidth] = portableLog(width / 2);
  parameters[PEAK.mixing] = mixing;
  parameters[PEAK.asymmetry] = asymmetry;
}

const logarithmOf = (count: number) => portableLog(Math.max(count, 0.5));

/** Where the parabola through channels −1, 0, 1 about the maximum has its vertex; 0 where the three are level. */
function vertex(x: Float64Array, maximum: number, logarithm: boolean): number {
  const [left, middle, right] = [x[maximum - 1], x[maximum], x[maximum + 1]];
  const [a, b, c] = logarithm ? [logarithmOf(left), logarithmOf(middle), logarithmOf(right)] : [left, middle, right];
  const bend = a - 2 * b + c;
  return bend < 0 ? Math.min(Math.max((0.5 * (a - c)) / bend, -1), 1) : 0;
}

/** To first order, about the bend that a Gaussian of this width has: that of three noisy values can be anything. */
function varianceOfVertex(x: Float64Array, maximum: number, offset: number, width: number, readout: number): number {
  const bend = (8 * Math.LN2) / (width * width);
  const relative = (j: number) => {
    const count = Math.max(x[j], 0.5);
    return (count + readout * readout) / (count * count);
  };
  const [left, right, middle] = [(0.5 - offset) / bend, (0.5 + offset) / bend, (2 * offset) / bend];
  return (
    left * left * relative(maximum - 1) + right * right * relative(maximum + 1) + middle * middle * relative(maximum)
  );
}

function setCentroid(
  x: Float64Array,
  { maximum }: Outline,
  share: number,
  { first, end, masked, saturation, readout }: Settings,
  limit: number,
  out: Positions,
  row: number,
): void {
  const threshold = share * Math.min(x[maximum], saturation);
  let [sum, moment, low] = [0, 0, 0];
  let [from, to] = [maximum, maximum + 1];
  const take = (j: number) => {
    const over = masked?.[j] ? 0 : Math.min(x[j], saturation) - threshold;
    if (over > 0) {
      sum += over;
      moment += over * (j - maximum);
    }
    return over > 0;
  };
  for (let j = maximum; j >= first && low < 2; j--) {
    low = take(j) ? 0 : low + 1;
    from = j;
  }
  low = 0;
  for (let j = maximum + 1; j < end && low < 2; j++) {
    low = take(j) ? 0 : low + 1;
    to = j + 1;
  }
  const centre = maximum + moment / sum;
  let variance = 0;
  for (let j = from; j < to; j++) {
    if (masked?.[j] || !(Math.min(x[j], saturation) > threshold)) continue;
    const d = j - centre;
    variance += d * d * (Math.max(x[j], 0) + readout * readout);
  }
  setPosition(out, row, centre, variance / (sum * sum), limit);
}
