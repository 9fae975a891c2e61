import { erf } from '../../kernels/error-function.ts';
import { portableExp, portableLog, square } from '../../kernels/index.ts';
import { detectorEfficiency, lineFwhm } from '../../reference/index.ts';
import { type Column, columnOf } from './column.ts';
import { binAt, type SpectrumBins } from './spectrum-bins.ts';

/** Ratio of neighbouring knots: wide against a line at every energy, narrow enough for absorption in the specimen. */
const KNOT_RATIO = 1.6;
/** Fewer counts than this show no pile-up. */
const PILE_UP_COUNTS = 2e4;
const PILE_UP_GRID_KEV = 0.02;
const PILE_UP_SOFT_KEV = 1;
const PILE_UP_LEAST_SHARE = 1e-3;
/** The tail of the zero peak: two widths, keV. */
const ZERO_PEAK_SIGMAS = [0.035, 0.06];

/**
 * What a spectrum holds beside lines, as columns of unit sum: a bremsstrahlung continuum (cubic B-splines on the logarithm
 * of the energy times 1/E times the efficiency of a bare detector), the tail of the zero (strobe) peak, and the pile-up
 * of two photons in one pulse (the spectrum convolved with itself).
 */
export function continuumColumns(bins: SpectrumBins, shape: Float64Array): { columns: Column[]; smooth: number } {
  const splines = splineColumns(bins, shape);
  const rest = [...zeroPeakColumns(bins), ...pileUpColumns(bins)];
  return { columns: [...splines, ...rest], smooth: splines.length };
}

function splineColumns(bins: SpectrumBins, shape: Float64Array): Column[] {
  const { edges, counts } = bins;
  const n = counts.length;
  const low = portableLog(edges[0]);
  const spacing = portableLog(KNOT_RATIO);
  const last = Math.ceil((portableLog(edges[n]) - low) / spacing) + 1;
  const place = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const energy = (edges[j] + edges[j + 1]) / 2;
    place[j] = (portableLog(energy) - low) / spacing;
  }
  const columns: Column[] = [];
  for (let knot = -1; knot <= last; knot++) {
    const column = trimmed(shape.map((value, j) => value * cubicSpline(place[j] - knot)));
    if (column) columns.push(column);
  }
  return columns;
}

/** Kramers' law (1/E − 1/E₀), kept from vanishing at the beam energy, times detector efficiency and bin width. */
export function bremsstrahlung({ edges, counts }: SpectrumBins, beamEnergyKeV: number): Float64Array {
  return Float64Array.from(counts, (_, j) => {
    const energy = (edges[j] + edges[j + 1]) / 2;
    const emitted = Math.max(1 - energy / beamEnergyKeV, 0.02) / energy;
    return (edges[j + 1] - edges[j]) * emitted * detectorEfficiency(Math.max(energy, 0.1));
  });
}

/**
 * What a thick specimen lets out below an absorption edge beyond what it lets out above: continuum that rises as the
 * cube of the energy, as absorption falls, to a step of the detector's width at the edge.
 */
export function edgeColumn(
  bins: SpectrumBins,
  shape: Float64Array,
  edgeKeV: number,
  resolutionEV: number,
): Column | undefined {
  const { edges } = bins;
  const sigma = lineFwhm(edgeKeV, resolutionEV) / 2.3548;
  return trimmed(
    shape.map((value, j) => {
      const energy = (edges[j] + edges[j + 1]) / 2;
      if (energy < edgeKeV / 3 || energy > edgeKeV + 5 * sigma) return 0;
      const ratio = energy / edgeKeV;
      return value * ratio * ratio * ratio * 0.5 * (1 + erf((edgeKeV - energy) / (sigma * Math.SQRT2)));
    }),
  );
}

/** Cardinal cubic B-spline, support (−2, 2). */
function cubicSpline(t: number): number {
  const u = Math.abs(t);
  if (u >= 2) return 0;
  if (u >= 1) return ((2 - u) * square(2 - u)) / 6;
  return 2 / 3 - u * u + (u * u * u) / 2;
}

function zeroPeakColumns({ edges, counts }: SpectrumBins): Column[] {
  return ZERO_PEAK_SIGMAS.flatMap((sigma) => {
    const values = new Float64Array(counts.length);
    for (let j = 0; j < values.length; j++) {
      const z = (edges[j] + edges[j + 1]) / 2 / sigma;
      values[j] = z < 12 ? (edges[j + 1] - edges[j]) * portableExp((-z * z) / 2) : 0;
    }
    const column = edges[0] < 5 * sigma ? trimmed(values) : undefined;
    return column ? [column] : [];
  });
}

/** Pairs with a soft photon, which the fast channel of a pile-up rejector misses, apart from pairs without. */
function pileUpColumns(bins: SpectrumBins): Column[] {
  const { edges, counts, total } = bins;
  if (total < PILE_UP_COUNTS) return [];
  const end = edges[counts.length];
  const grid = new Float64Array(Math.ceil(end / PILE_UP_GRID_KEV) + 1);
  for (let j = 0; j < counts.length; j++) {
    grid[Math.round((edges[j] + edges[j + 1]) / 2 / PILE_UP_GRID_KEV)] += counts[j];
  }
  const least = PILE_UP_LEAST_SHARE * grid.reduce((a, b) => Math.max(a, b), 0);
  const target = new Int32Array(2 * grid.length).fill(-1);
  for (let i = 0; i < target.length; i++) {
    const energy = i * PILE_UP_GRID_KEV;
    if (energy >= edges[0] && energy < end) target[i] = binAt(bins, energy);
  }
  const soft = new Float64Array(counts.length);
  const hard = new Float64Array(counts.length);
  for (let i = 0; i < grid.length; i++) {
    if (grid[i] <= least) continue;
    const values = i * PILE_UP_GRID_KEV < PILE_UP_SOFT_KEV ? soft : hard;
    for (let k = i; k < grid.length; k++) {
      if (grid[k] > least && target[i + k] >= 0) values[target[i + k]] += (i === k ? 1 : 2) * grid[i] * grid[k];
    }
  }
  return [soft, hard].flatMap((values) => trimmed(values) ?? []);
}

/** The part of an array that is not zero, as a column of unit sum. */
function trimmed(values: Float64Array): Column | undefined {
  const sum = values.reduce((a, b) => a + b, 0);
  if (!(sum > 0)) return undefined;
  let first = 0;
  while (values[first] === 0) first++;
  let end = values.length;
  while (values[end - 1] === 0) end--;
  return columnOf(
    first,
    values.slice(first, end).map((value) => value / sum),
  );
}
