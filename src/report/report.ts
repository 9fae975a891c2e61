import type { PlannedNode } from '../plan/plan.ts';
import type { Run } from '../plan/run.ts';
import type { Signal } from '../signal/signal.ts';
import type { Product, ProductKind } from '../steps/products.ts';
import type { Figures } from './figure-book.ts';
import type { Markup } from './markup.ts';
import type { OutputFile } from './output.ts';

export interface ReportSignal {
  /** Name of the input in the recipe. */
  readonly name: string;
  readonly signal: Signal;
  readonly file?: { readonly name: string; readonly bytes: number; readonly sha256: string };
}

export interface ReportInput {
  readonly run: Run;
  readonly inputs: readonly ReportSignal[];
  readonly software: { readonly spectrail: string; readonly runtime: string; readonly engine: string };
  /** What simulated data are made of: class per pixel, row-major, and the names of the classes. */
  readonly truth?: { readonly labels: Uint8Array; readonly names: readonly string[] };
  /** ISO 8601 date for the crate, which must have one; nothing else but the timings knows the clock. Default: now. */
  readonly created?: string;
  /** Figures that were drawn while the run went on: see {@link drawAhead}. */
  readonly drawn?: ReadonlyMap<string, string | undefined>;
}

export type ProductOf<K extends ProductKind> = Extract<Product, { product: K }>;

/** A product of the run with the node that made it. */
export interface Result<K extends ProductKind> {
  readonly node: PlannedNode;
  readonly product: ProductOf<K>;
}

export interface AnyResult {
  readonly node: PlannedNode;
  readonly product: Product;
}

/** What the sections of results write from. */
export interface Results {
  readonly results: readonly AnyResult[];
  readonly figures: Figures;
}

/** What the other sections write from. */
export interface Report extends ReportInput, Results {}

export interface Section {
  /** Anchor in the page. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
  /** Sentences for the head of the report. */
  readonly findings?: readonly Markup[];
  readonly files?: readonly OutputFile[];
}

/** How one kind of product is shown and written. */
export type ProductSection<K extends ProductKind> = (report: Results, result: Result<K>) => Section;

export function resultsOf<K extends ProductKind>({ results }: Pick<Results, 'results'>, kind: K): Result<K>[] {
  return results.filter(({ product }) => product.product === kind) as unknown as Result<K>[];
}

/** "phases.csv", or "phases-<node>.csv" where several nodes made that kind of product. */
export function fileName(report: Results, { node, product }: AnyResult, base: string, extension: string): string {
  const alone = resultsOf(report, product.product).length === 1;
  return alone ? `${base}.${extension}` : `${base}-${node.id}.${extension}`;
}

/** Heading of a product's section; names the node where there are several of the kind. */
export function sectionTitle(report: Results, { node, product }: AnyResult, title: string): string {
  return resultsOf(report, product.product).length === 1 ? title : `${title}: ${node.id}`;
}

/** Elements that any result names, most important first: strongest of any phase, then of regions. Their lines are named. */
export function elementsFound(report: Results): string[] {
  const ofPhases = resultsOf(report, 'phases').flatMap(({ product }) => product.phases.map(({ elements }) => elements));
  const longest = Math.max(0, ...ofPhases.map((elements) => elements.length));
  const phases = Array.from({ length: longest }, (_, rank) => ofPhases.flatMap((elements) => elements[rank] ?? []));
  const regions = resultsOf(report, 'anomalies').flatMap(({ product }) =>
    product.regions
      .filter(({ status }) => status === 'confirmed')
      .flatMap(({ suggestions }) => suggestions.slice(0, 1).map(({ element }) => element)),
  );
  return [...new Set([...phases.flat(), ...regions])];
}
