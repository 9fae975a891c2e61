import { elementOf } from '../../reference/index.ts';
import type { FoundElement } from './elements.ts';
import type { Response } from './emission.ts';
import { fitResponse, responsePenalty } from './response-fit.ts';
import type { SpectrumBins } from './spectrum-bins.ts';
import { type SpectrumFit, SpectrumModel } from './spectrum-model.ts';
import { surprise } from './surprise.ts';

/** Candidates refitted in full at each step, those of most promise. */
const TRIED = 4;
/** Of the most promising, less 30: the promise is exact only for small gains. */
const LEAST_PROMISE = 0.4;
const EXCHANGES_TRIED = 2;
/** Of a loss found before: weights that follow the fit leave it at least this. */
const SURE_SHARE = 0.5;
/** An exchange that gains or loses no more than this is judged with the axis fitted to it and every model error. */
const CLOSE = 10;
const CLOSE_SHARE = 0.04;
const RECONSIDERED = 3;
/** A response as near as this to the stated one hides no element. */
const TELLING_PENALTY = 1;
const MOST_ELEMENTS = 40;
const PASSES = 3;
/** Only a step in the search: a fit that decides is run to the end. */
const COARSE = 0.5;

/** Stepwise search: add, adjust the axis, drop, exchange, until nothing changes. */
export function elementSearch(
  bins: SpectrumBins,
  beamEnergyKeV: number,
  stated: Response,
  expected: readonly string[],
): FoundElement[] {
  const model = new SpectrumModel(bins, beamEnergyKeV, stated);
  const named = new Set(expected.map((symbol) => elementOf(symbol).symbol));
  const search = new Search(model, stated, named);
  search.addExpected();
  for (let pass = 0; pass < PASSES; pass++) {
    search.addWhileGaining();
    const exchanged = search.dropAndExchange();
    const reconsidered = search.reconsiderResponse();
    if (!exchanged && !reconsidered) break;
  }
  return search.result();
}

interface Evidence {
  readonly element: string;
  /** Rise of the deviance without it. */
  readonly loss: number;
  readonly without: SpectrumFit;
  readonly weights: Float64Array;
}

class Search {
  private readonly model: SpectrumModel;
  private readonly stated: Response;
  private readonly expected: ReadonlySet<string>;
  private fit: SpectrumFit;

  constructor(model: SpectrumModel, stated: Response, expected: ReadonlySet<string>) {
    this.model = model;
    this.stated = stated;
    this.expected = expected;
    this.fit = model.fit([], new Float64Array(model.bins.counts.length).fill(1));
  }

  private cost(element: string): number {
    return surprise(element, this.expected);
  }

  addExpected(): void {
    const known = [...this.expected].filter((element) => this.model.emitters.has(element));
    if (known.length === 0) return;
    this.fit = this.model.fit(known, this.model.weights(this.fit), this.fit);
    this.fit = fitResponse(this.model, this.stated, this.fit);
  }

  addWhileGaining(): void {
    while (this.fit.elements.length < MOST_ELEMENTS) {
      this.model.letStep(this.fit);
      const weights = this.model.weights(this.fit);
      const base = this.model.fit(this.fit.elements, weights, this.fit);
      const next = this.bestAddition(base, weights, TRIED);
      if (!next) {
        this.fit = base;
        return;
      }
      this.fit = fitResponse(this.model, this.stated, next.fit);
    }
  }

  private promising(base: SpectrumFit, weights: Float64Array, most: number, without?: string) {
    const tangent = this.model.tangent(base, weights);
    return [...this.model.emitters.keys()]
      .filter((element) => element !== without && !base.elements.includes(element))
      .map((element) => ({ element, gain: this.model.promise(element, tangent) - this.cost(element) }))
      .filter(({ gain }) => gain > -8)
      .sort((a, b) => b.gain - a.gain)
      .slice(0, most)
      .filter(({ gain }, _, [best]) => gain > LEAST_PROMISE * best.gain - 30);
  }

  private bestAddition(base: SpectrumFit, weights: Float64Array, most: number, without?: string) {
    let best: { fit: SpectrumFit; gain: number } | undefined;
    for (const { element } of this.promising(base, weights, most, without)) {
      const fit = this.model.fit([...base.elements, element], weights, base, COARSE);
      const gain = base.deviance - fit.deviance - this.cost(element);
      if (gain > (best?.gain ?? 0)) best = { fit, gain };
    }
    return best;
  }

  private evidence(element: string, tolerance?: number): Evidence {
    const weights = this.model.weights(this.fit, element);
    const full = this.model.fit(this.fit.elements, weights, this.fit, tolerance);
    const rest = this.fit.elements.filter((each) => each !== element);
    const without = this.model.fit(rest, weights, full, tolerance);
    return { element, loss: without.deviance - full.deviance, without, weights };
  }

  /** @returns whether any element was exchanged, so that a further search may pay. */
  dropAndExchange(): boolean {
    let exchanged = false;
    const settled = new Set<string>();
    const least = new Map<string, number>();
    for (;;) {
      const weakest = this.weakestFirst(settled, least);
      const dropped = weakest[0];
      if (dropped && dropped.loss < this.cost(dropped.element)) {
        this.fit = dropped.without;
        for (const [element, loss] of least) least.set(element, loss - this.cost(dropped.element));
        continue;
      }
      let better: SpectrumFit | undefined;
      for (const evidence of weakest) {
        better = this.exchange(evidence, settled);
        if (better) break;
      }
      if (!better) break;
      this.fit = fitResponse(this.model, this.stated, better);
      least.clear();
      exchanged = true;
    }
    return exchanged;
  }

  /**
   * Evidence for the elements not settled; where one of them is to be dropped, without those that are certainly stronger.
   * Without an element that is not missed, the others are missed as much as before, or more: less what that one cost at
   * most, under the same weights.
   * @param least of an element, the least it may lose by; kept up here.
   */
  private weakestFirst(settled: ReadonlySet<string>, least: Map<string, number>): Evidence[] {
    const worth = ({ element, loss }: Pick<Evidence, 'element' | 'loss'>) => loss - this.cost(element);
    const asked = this.fit.elements.filter((element) => !settled.has(element));
    const bounds = asked.map((element) => ({ element, loss: SURE_SHARE * (least.get(element) ?? 0) }));
    const found = new Map<string, Evidence>();
    const look = (element: string) => {
      const evidence = this.evidence(element, COARSE);
      found.set(element, evidence);
      least.set(element, evidence.loss);
      return evidence;
    };
    let weakest = 0;
    for (const bound of bounds.sort((a, b) => worth(a) - worth(b))) {
      if (worth(bound) > weakest) break;
      weakest = Math.min(weakest, worth(look(bound.element)));
    }
    if (weakest === 0) for (const element of asked) if (!found.has(element)) look(element);
    return asked.flatMap((element) => found.get(element) ?? []).sort((a, b) => worth(a) - worth(b));
  }

  private exchange({ element, loss, without, weights }: Evidence, settled: Set<string>): SpectrumFit | undefined {
    const { model, stated } = this;
    settled.add(element);
    const worth = loss - this.cost(element);
    const other = this.bestAddition(without, weights, EXCHANGES_TRIED, element);
    const close = CLOSE + CLOSE_SHARE * worth;
    if (!other || other.gain < worth - close) return undefined;
    if (other.gain > worth + close) return other.fit;
    const common = model.weights(this.fit);
    const fitted = model.response;
    const present = model.fit(this.fit.elements, common, this.fit).deviance + responsePenalty(fitted, stated);
    const adjusted = fitResponse(model, stated, other.fit);
    const after = model.fit(adjusted.elements, common, adjusted).deviance + responsePenalty(model.response, stated);
    const incoming = other.fit.elements[other.fit.elements.length - 1];
    if (after + this.cost(incoming) < present + this.cost(element) - 1) return adjusted;
    model.response = fitted;
    return undefined;
  }

  /**
   * A shifted axis can stand for an element beside a stronger line (S beside Pb M). So with the stated axis again:
   * an element that then is wanted stays if, the response fitted anew, it costs less than the shift did.
   * @returns whether one was added.
   */
  reconsiderResponse(): boolean {
    const { model, stated } = this;
    const shifted = model.response;
    const penalty = responsePenalty(shifted, stated);
    if (penalty < TELLING_PENALTY || this.fit.elements.length === 0) return false;
    const weights = model.weights(this.fit);
    const present = model.fit(this.fit.elements, weights, this.fit);
    const bound = present.deviance + penalty;
    model.response = stated;
    const base = model.fit(this.fit.elements, weights, present);
    let best: { fit: SpectrumFit; response: Response; objective: number } | undefined;
    for (const { element } of this.promising(base, weights, RECONSIDERED)) {
      model.response = stated;
      const start = model.fit([...base.elements, element], weights, base);
      const adjusted = fitResponse(model, stated, start);
      const { deviance } = model.fit(adjusted.elements, weights, adjusted);
      const objective = deviance + responsePenalty(model.response, stated) + this.cost(element);
      if (objective < (best?.objective ?? bound)) best = { fit: adjusted, response: model.response, objective };
    }
    model.response = best?.response ?? shifted;
    this.fit = best?.fit ?? present;
    return best !== undefined;
  }

  result(): FoundElement[] {
    for (;;) {
      const evidence = this.fit.elements.map((element) => this.evidence(element));
      const doubtful = evidence.filter(({ element, loss }) => loss < this.cost(element));
      if (doubtful.length === 0) return evidence.map(({ element, loss }) => this.found(element, loss));
      this.fit = doubtful.reduce((a, b) => (b.loss < a.loss ? b : a)).without;
    }
  }

  private found(element: string, loss: number): FoundElement {
    const { edges } = this.model.bins;
    const photons = this.model.photons(element, this.fit);
    const lines = this.model.emitters
      .get(element)!
      .families.flatMap((family, f) => family.lines.map((line) => ({ ...line, counts: photons[f] * line.share })))
      .filter(({ energyKeV, counts }) => counts > 0 && energyKeV > edges[0] && energyKeV < edges[edges.length - 1])
      .flatMap(({ name, energyKeV, counts }) => (name ? [{ name, energyKeV, counts }] : []))
      .sort((a, b) => b.counts - a.counts);
    const counts = lines.reduce((sum, line) => sum + line.counts, 0);
    return { element, significance: Math.sqrt(loss), counts, lines };
  }
}
