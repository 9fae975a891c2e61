import { square } from '../../kernels/index.ts';
import { addColumn, type Column, ColumnGram, columnOf, dot, weightedOverlap } from './column.ts';
import { bremsstrahlung, continuumColumns, edgeColumn } from './continuum.ts';
import { type Emitter, emitters, type FamilyProfile, familyProfile, type Response } from './emission.ts';
import { CholeskyFactor, fitMixture, localForm } from './poisson-mixture.ts';
import type { SpectrumBins } from './spectrum-bins.ts';

/** The continuum's own relative error, and the bins over which it runs alike. */
const CONTINUUM_VARIANCE = square(0.03) * 8;
/** An element with this share of the counts may step the continuum at its edges. */
const STEPPING_SHARE = 0.03;

/** An element as columns whose non-negative mixtures are its possible family ratios; steps of the continuum follow. */
interface Cone {
  readonly columns: readonly Column[];
  /** Photons of each family in one unit of each column: columns × families. */
  readonly photons: readonly (readonly number[])[];
  readonly profiles: readonly (FamilyProfile | undefined)[];
}

/** A fitted set of elements. */
export interface SpectrumFit {
  readonly elements: readonly string[];
  readonly deviance: number;
  readonly mean: Float64Array;
  /** Amplitudes of the continuum columns, then those of each element's cone in order. */
  readonly amplitudes: Float64Array;
  /** Where each element's amplitudes start, and the end. */
  readonly starts: readonly number[];
}

/** The model of one spectrum: continuum and every element's lines, under one response of axis and detector. */
export class SpectrumModel {
  readonly bins: SpectrumBins;
  readonly emitters: ReadonlyMap<string, Emitter>;
  private readonly continuum: readonly Column[];
  private readonly smooth: number;
  private readonly shape: Float64Array;
  private stepping: ReadonlySet<string> = new Set();
  private current: Response;
  private cones = new Map<string, Cone>();

  constructor(bins: SpectrumBins, beamEnergyKeV: number, response: Response) {
    this.bins = bins;
    this.shape = bremsstrahlung(bins, beamEnergyKeV);
    this.current = response;
    this.emitters = new Map(emitters(bins, beamEnergyKeV).map((emitter) => [emitter.element, emitter]));
    const { columns, smooth } = continuumColumns(bins, this.shape);
    this.continuum = columns;
    this.smooth = smooth;
  }

  get response(): Response {
    return this.current;
  }

  set response(response: Response) {
    this.current = response;
    this.cones = new Map();
  }

  /** Gives the abundant elements of a fit their absorption edges. */
  letStep(fit: SpectrumFit): void {
    const abundant = fit.elements.filter(
      (element) => this.photons(element, fit).reduce((a, b) => a + b, 0) > STEPPING_SHARE * this.bins.total,
    );
    for (const element of [...abundant, ...this.stepping]) this.cones.delete(element);
    this.stepping = new Set(abundant);
  }

  private cone(element: string): Cone {
    let made = this.cones.get(element);
    if (!made) {
      const emitter = this.emitters.get(element)!;
      made = coneOf(emitter, this.bins, this.current);
      if (this.stepping.has(element)) made = this.withSteps(made, emitter);
      this.cones.set(element, made);
    }
    return made;
  }

  private withSteps({ columns, photons, profiles }: Cone, { families }: Emitter): Cone {
    const steps = families.flatMap(
      ({ edgeKeV }) => edgeColumn(this.bins, this.shape, edgeKeV, this.current.resolutionEV) ?? [],
    );
    const dark = steps.map(() => families.map(() => 0));
    return { columns: [...columns, ...steps], photons: [...photons, ...dark], profiles };
  }

  private columnsOf(elements: readonly string[]): Column[] {
    return [...this.continuum, ...elements.flatMap((element) => this.cone(element).columns)];
  }

  /** Maximum likelihood under fixed weights, started from another fit. */
  fit(elements: readonly string[], weights: Float64Array, start?: SpectrumFit, tolerance?: number): SpectrumFit {
    const columns = this.columnsOf(elements);
    const amplitudes = this.carriedOver(elements, columns.length, start);
    const fitted = fitMixture(columns, this.bins.counts, weights, amplitudes, tolerance);
    const starts = [this.continuum.length];
    for (const element of elements) starts.push(starts[starts.length - 1] + this.cone(element).columns.length);
    return { elements, starts, ...fitted };
  }

  private carriedOver(elements: readonly string[], size: number, start?: SpectrumFit): Float64Array {
    const out = new Float64Array(size);
    if (!start) return out.fill(this.bins.total / size);
    out.set(start.amplitudes.subarray(0, this.continuum.length));
    let at = this.continuum.length;
    for (const element of elements) {
      const room = this.cone(element).columns.length;
      out.set(amplitudesOf(element, start).subarray(0, room), at);
      at += room;
    }
    return out;
  }

  /** Fitted photons of each family of an element. */
  photons(element: string, fit: SpectrumFit): number[] {
    const amplitudes = amplitudesOf(element, fit);
    const { photons } = this.cone(element);
    return this.emitters
      .get(element)!
      .families.map((_, f) => photons.reduce((sum, column, k) => sum + (amplitudes[k] ?? 0) * column[f], 0));
  }

  /**
   * Weight of each bin in the likelihood: its Poisson variance over that variance plus the model's own.
   * @param without an element whose own uncertainty does not count.
   */
  weights(fit: SpectrumFit, without?: string): Float64Array {
    const { mean, amplitudes } = fit;
    const variance = new Float64Array(mean.length);
    const smooth = new Float64Array(mean.length);
    for (let k = 0; k < this.continuum.length; k++) {
      if (k < this.smooth) addColumn(this.continuum[k], amplitudes[k], smooth);
      else addSquares(this.continuum[k], amplitudes[k], variance);
    }
    for (const element of fit.elements) {
      if (element === without) continue;
      const photons = this.photons(element, fit);
      const { profiles } = this.cone(element);
      for (let f = 0; f < profiles.length; f++) addVariance(profiles[f], photons[f], variance);
    }
    for (let j = 0; j < mean.length; j++) {
      variance[j] = mean[j] / (mean[j] + variance[j] + CONTINUUM_VARIANCE * smooth[j] * smooth[j]);
    }
    return variance;
  }

  /** Mean counts of the lines alone under a changed response, for the same photons. */
  linesUnder(response: Response, fit: SpectrumFit): Float64Array {
    const out = new Float64Array(this.bins.counts.length);
    for (const element of fit.elements) {
      const photons = this.photons(element, fit);
      this.emitters.get(element)!.families.forEach(({ lines }, f) => {
        const profile = photons[f] > 0 ? familyProfile(lines, this.bins, response) : undefined;
        profile?.values.forEach((value, i) => {
          out[profile.first + i] += photons[f] * value;
        });
      });
    }
    return out;
  }

  /** The fit's free columns with the factor of their curvature matrix: what a further column must be cleared of. */
  tangent(fit: SpectrumFit, weights: Float64Array): Tangent {
    const columns = this.columnsOf(fit.elements).filter((_, k) => fit.amplitudes[k] > 0);
    return new Tangent(columns, this.bins.counts, weights, fit.mean);
  }

  /** Approximate drop of the deviance if the element were added: the best of its cone's columns. */
  promise(element: string, tangent: Tangent): number {
    return this.cone(element).columns.reduce((best, column) => Math.max(best, tangent.gain(column)), 0);
  }
}

/** Score tests of further columns at a fitted point. */
export class Tangent {
  private readonly columns: readonly Column[];
  private readonly factor: CholeskyFactor;
  private readonly slope: Float64Array;
  private readonly curvature: Float64Array;

  constructor(columns: readonly Column[], counts: Float64Array, weights: Float64Array, mean: Float64Array) {
    const { slope, curvature } = localForm(counts, weights, mean);
    const p = columns.length;
    const gram = new ColumnGram(columns, counts.length);
    gram.fill(curvature);
    this.columns = columns;
    this.factor = new CholeskyFactor(
      gram.matrix,
      p,
      columns.map((_, k) => k),
    );
    this.slope = slope;
    this.curvature = curvature;
  }

  /** (slope, curvature) of the log-likelihood along a column, cleared of what the present columns can follow. */
  along(column: Column): { slope: number; cleared: Float64Array; norm: number } {
    const cleared = this.factor.forward(this.columns.map((each) => weightedOverlap(column, each, this.curvature)));
    return {
      slope: dot(column, this.slope),
      cleared,
      norm: weightedOverlap(column, column, this.curvature),
    };
  }

  /** Overlap of two columns under the curvature. */
  overlap(a: Column, b: Column): number {
    return weightedOverlap(a, b, this.curvature);
  }

  gain(column: Column): number {
    const pull = dot(column, this.slope);
    if (pull <= 0) return 0;
    const { cleared, norm } = this.along(column);
    let free = norm;
    for (const value of cleared) free -= value * value;
    return (pull * pull) / Math.max(free, 1e-6 * norm);
  }
}

function amplitudesOf(element: string, { elements, starts, amplitudes }: SpectrumFit): Float64Array {
  const at = elements.indexOf(element);
  return at < 0 ? new Float64Array(0) : amplitudes.subarray(starts[at], starts[at + 1]);
}

function addSquares({ first, values }: Column, amount: number, to: Float64Array): void {
  for (let i = 0; i < values.length; i++) to[first + i] += 0.1 * square(amount * values[i]);
}

function addVariance(profile: FamilyProfile | undefined, photons: number, to: Float64Array): void {
  if (!profile || photons === 0) return;
  const { first, variance } = profile;
  const scale = photons * photons;
  for (let i = 0; i < variance.length; i++) to[first + i] += scale * variance[i];
}

function coneOf(emitter: Emitter, bins: SpectrumBins, response: Response): Cone {
  const profiles = emitter.families.map(({ lines }) => familyProfile(lines, bins, response));
  const columns: Column[] = [];
  const photons: number[][] = [];
  const mixture = emitter.families.map(() => 0);
  let tolerance = 1;
  emitter.families.forEach(({ strength }, f) => {
    if (!profiles[f]) return;
    mixture[f] = strength * tolerance;
    tolerance *= emitter.families[f].tolerance;
    const { first, values } = sumOf(profiles, mixture);
    let total = 0;
    for (let i = 0; i < values.length; i++) total += values[i];
    if (!(total > 0)) return;
    for (let i = 0; i < values.length; i++) values[i] /= total;
    columns.push(columnOf(first, values));
    photons.push(mixture.map((value) => value / total));
  });
  return { columns, photons, profiles };
}

function sumOf(profiles: readonly (FamilyProfile | undefined)[], amounts: readonly number[]) {
  const used = profiles.flatMap((profile, f) => (profile && amounts[f] > 0 ? [{ profile, amount: amounts[f] }] : []));
  const first = Math.min(...used.map(({ profile }) => profile.first));
  const end = Math.max(...used.map(({ profile }) => profile.first + profile.values.length));
  const values = new Float64Array(end - first);
  for (const { profile, amount } of used) {
    for (let i = 0; i < profile.values.length; i++) values[profile.first - first + i] += amount * profile.values[i];
  }
  return { first, values };
}
