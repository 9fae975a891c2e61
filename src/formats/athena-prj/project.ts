import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { isNumber } from '../plain-number.ts';

/** One group of a project, as it is stored. */
export interface ProjectRecord {
  /** Four or five letters that Athena made up. */
  readonly id: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Arrays beside the two that are passed over: `i0`, `signal`, `stddev`. */
  readonly beside: readonly string[];
  /** Settings of the group; numbers as text. */
  readonly args: PlainTree;
  /** Fields of the XDI file it came from, by family. */
  readonly xdi: PlainTree;
}

export interface Project {
  readonly records: readonly ProjectRecord[];
  /** First lines: who wrote the file, and when. */
  readonly header: readonly string[];
  readonly journal: readonly string[];
}

/** A number in the words of Perl, which writes what is none in the way of its C library. */
export function numberOf(word: string): number | undefined {
  const trimmed = word.length > 400 ? word : word.trim();
  if (isNumber(trimmed)) return Number(trimmed.replace(/[dD]/, 'e'));
  return /^[+-]?(?:nan|inf|infinity|1\.#(?:QNAN|IND|INF))/i.test(trimmed.slice(0, 16)) ? Number.NaN : undefined;
}

export const BESIDE: readonly string[] = ['i0', 'signal', 'stddev'];

export function isPlainTree(value: Plain | undefined): value is PlainTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
