import type { z } from 'zod';
import type { PerPixel, PixelArrayOf } from '../shapes/per-pixel.ts';
import type { Geometry, Rows, Shape } from '../shapes/shape.ts';
import type { Block } from '../signal/block.ts';
import type { IntensityKind } from '../signal/intensity.ts';
import type { ModalityId } from '../signal/modality.ts';
import type { AcrossPixels, NoiseTag } from '../signal/noise.ts';
import type { Source } from '../signal/source.ts';
import type { InputKind, Product, ProductKind } from './products.ts';
import type { State } from './state.ts';

/** What a step asks of a signal before it may touch it. The plan checks it; the step may rely on it. */
export interface Needs {
  readonly modality?: readonly ModalityId[];
  readonly intensity?: readonly IntensityKind[];
  /** Accepted laws; `scaled-counts`: Poisson without pedestal or readout noise, any gain. */
  readonly noise?: readonly (NoiseTag | 'scaled-counts')[];
  /** How errors may run across pixels: a null model of independent pixels is wrong for smoothed ones. Default: any way. */
  readonly across?: readonly AcrossPixels['kind'][];
  readonly axis?: 'uniform' | 'any';
  /** `ignores-within`: drift up to the tolerance of the modality does no harm. Default: drift does not matter. */
  readonly shift?: 'uses' | 'ignores-within' | 'refuses';
  readonly minPixels?: number;
  readonly minChannels?: number;
  /** Counts that are to be expected in a value, but for a small share of the values. */
  readonly minCounts?: { readonly counts: number; readonly share: number };
}

export interface InputSpec {
  readonly product: InputKind;
  readonly doc: string;
  /** An earlier input of the step, which this one is where the recipe does not give it. */
  readonly default?: string;
  /** Some needs depend on the parameters: unweighted PCA asks for no Poisson law. */
  // biome-ignore lint/suspicious/noExplicitAny: parameters are typed where the step is defined
  readonly needs?: Needs | ((params: any) => Needs);
}

/** What an input of a step must satisfy under these parameters. */
export function needsOf(input: InputSpec, params: unknown): Needs {
  return typeof input.needs === 'function' ? input.needs(params) : (input.needs ?? {});
}

/**
 * What a step is, for the rules of order. `compression`: may erase what is rare. `residual-pass`: looks at what a
 * compression left behind. `counting-errors`: takes √N of its input as the error. `wants-net`: scales by all that a spectrum
 * holds, and so by the background where it is still there. `unpaired`: takes two sets of samples for the same mix.
 * `positions`: quotes where something is on the spectral axis. `finds-mask`: masks what it finds in the values, besides what
 * the plan knows of.
 */
export type Trait =
  | 'compression'
  | 'residual-pass'
  | 'counting-errors'
  | 'wants-net'
  | 'unpaired'
  | 'positions'
  | 'finds-mask';

/** Over what distance a step mixes pixels, beside the smallest feature that the user declared. */
export interface ReceptiveField {
  /** What is lost where it is wider than the feature. */
  readonly mixes: string;
  /** Slowest axis first. Widths and features in pixels. */
  readonly axes: readonly {
    readonly name: string;
    readonly width: number;
    /** Undefined: nobody declared it. */
    readonly feature?: number;
    /** Size of a pixel, where the axis knows it. */
    readonly pixel?: { readonly size: number; readonly unit: string };
  }[];
}

export interface Cost {
  /** Passes over the data. */
  readonly passes: number;
  /** Bytes of the result, which stays until the run ends. */
  readonly keeps: number;
  /** Bytes worked with beside the data and the results, at the worst moment. */
  readonly works: number;
  /** The same for every lane: its piece of the work in hand. */
  readonly lane: number;
}

/** What a running step may use: passes over sources on whatever engine there is, seeds, and a voice. */
export interface StepContext {
  /**
   * Runs a fold of this step by its name; its state with its per-pixel results, in the arrays of `into` where given: those
   * of an earlier round that nobody needs any more.
   */
  fold<R>(name: string, args: unknown, sources: readonly Source[], geometry: Geometry, into?: Rows): Promise<R>;
  /** Runs `count` pieces of a small shape of this step; their results in order. */
  small<R>(name: string, args: unknown, count: number): Promise<R[]>;
  /** Reads a source into memory. */
  collect(source: Source, geometry: Geometry): Promise<Block>;
  /** An array, all 0, that passes see without a copy once it is filled: for what is as large as the map. */
  array<T extends PerPixel['type']>(type: T, length: number): PixelArrayOf<T>;
  /** Id of a map of this step, for a mapped source. */
  shapeId(name: string): string;
  /** Id of the node in the recipe, for trails. */
  readonly node: string;
  /** Seed of this node: derived from the recipe's seed and the node id. */
  readonly seed: number;
  note(message: string): void;
}

/** A step as a recipe would write it. */
export interface StepCall {
  readonly id: string;
  readonly use: string;
  readonly in: Readonly<Record<string, string>>;
}

/** What a compression needs to know to say how to look at what it leaves behind. */
export interface ResidualPassContext {
  /** Its own node, and the signal it was learned from. */
  readonly id: string;
  readonly raw: string;
  /** An existing node that makes `product` out of this one. */
  find(product: ProductKind): string | undefined;
  /** A name for a new node that the recipe does not use. */
  name(suffix: string): string;
}

// biome-ignore lint/suspicious/noExplicitAny: the registry holds steps of every parameter type
export interface Step<P = any> {
  /** `<family>.<name>`, as written in recipes. */
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly summary: string;
  readonly params: z.ZodType<P>;
  /** Where some must be said, or others than by default: parameters that suit a spectrum of 16 channels at 0, 1, … 15. */
  readonly example?: P;
  /** First entry is the main input: the one before, where a recipe does not say. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly output: ProductKind;
  readonly traits?: readonly Trait[];
  /** For a warp of the axis: do these parameters say how far it may move a feature? */
  bounded?(params: P): boolean;
  /** For a compression: the steps that look at what it left behind, for recipes that forget them. */
  residualPass?(context: ResidualPassContext): readonly StepCall[];
  /** State after the step. Throws a typed `input` error when parameters do not fit the axes. */
  effect(inputs: Readonly<Record<string, State>>, params: P): State;
  cost(inputs: Readonly<Record<string, State>>, params: P): Cost;
  /** For a step whose result in a pixel owes something to those around it. */
  receptiveField?(inputs: Readonly<Record<string, State>>, params: P): ReceptiveField;
  readonly cite: readonly string[];
  readonly shapes?: Readonly<Record<string, Shape>>;
  run(context: StepContext, inputs: Readonly<Record<string, Product>>, params: P): Promise<Product>;
}

export const defineStep = <P>(step: Step<P>): Step<P> => step;
