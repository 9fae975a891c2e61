import type { Plain } from '../src/signal/dataset.ts';

/** What a trusted reader found in a corpus file; the fields compared here. */
export interface Oracle {
  readonly file: string;
  readonly format: string;
  readonly reader: string;
  /** Where `file` is an archive, the file in it that was read. */
  readonly zipMember?: string;
  readonly signals: readonly OracleSignal[];
}

export type OracleValue = number | boolean | string | null | { re: number; im: number } | Record<string, number>;

export interface OracleProbe {
  readonly index: readonly number[];
  readonly value: OracleValue;
}

export interface OracleAxis {
  readonly name: string | null;
  readonly units?: string | null;
  readonly navigate?: boolean;
  readonly uniform?: boolean;
  readonly size: number;
  readonly scale?: number;
  readonly offset?: number;
  readonly first?: number;
  readonly mid?: number;
  readonly last?: number;
  readonly sha256_f64?: string;
}

export interface OracleColumn {
  readonly name: string;
  readonly units?: string;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly probes: readonly OracleProbe[];
  readonly sha256?: string;
}

export interface OracleSignal {
  readonly title?: string;
  readonly kind?: string;
  readonly shape?: readonly number[];
  readonly dtype?: string | { fields: readonly [string, string][] };
  readonly axesInArrayOrder?: readonly OracleAxis[];
  readonly axes?: readonly OracleAxis[];
  readonly sum?: number | { re: number; im: number };
  readonly min?: number;
  readonly max?: number;
  readonly absMin?: number;
  readonly absMax?: number;
  readonly perField?: Readonly<Record<string, { sum: number; min: number; max: number }>>;
  readonly probes?: readonly OracleProbe[];
  readonly sha256?: string;
  readonly keyMetadata?: Readonly<Record<string, Plain>>;
  readonly rows?: number;
  readonly columns?: readonly OracleColumn[];
}
