import type { Block } from '../signal/block.ts';
import type { Lend } from '../signal/lent-memory.ts';

/**
 * Turns ranges of files into rows, wherever a job runs. `args` is plain data that a worker can be sent.
 * @throws SpectrailError `format/…` when the file is gone, cut or damaged since it was opened.
 */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds readers of every argument type
export interface RowReader<A = any> {
  readonly shape: 'rows';
  /**
   * Rows [start, end). `lend` gives memory for the values where the caller uses the same again for other rows: only the
   * block may be in it, nothing that is kept for later.
   */
  readonly read: (args: A, start: number, end: number, lend?: Lend) => Promise<Block>;
}

export const defineRowReader = <A>(read: RowReader<A>['read']): RowReader<A> => ({ shape: 'rows', read });
