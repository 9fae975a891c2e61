import type { Block } from '../signal/block.ts';

/**
 * Turns ranges of files into rows, wherever a job runs. `args` is plain data that a worker can be sent.
 * @throws SpectrailError `format/…` when the file is gone, cut or damaged since it was opened.
 */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds readers of every argument type
export interface RowReader<A = any> {
  readonly shape: 'rows';
  /** Rows [start, end). */
  readonly read: (args: A, start: number, end: number) => Promise<Block>;
}

export const defineRowReader = <A>(read: RowReader<A>['read']): RowReader<A> => ({ shape: 'rows', read });
