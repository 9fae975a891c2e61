import type { PlainTree } from '../../signal/dataset.ts';
import { type Label, valueIn } from './labels.ts';
import type { Table } from './table.ts';

/** Longest value of a label that is kept. */
const LONGEST_VALUE = 4096;

/** One block, `##TITLE=` to `##END=`: its labels so far, and its tables. */
export class Block {
  readonly line: number;
  /** Labels and values in plain text. */
  readonly original: PlainTree = Object.create(null);
  readonly warnings: string[] = [];
  readonly tables: Table[] = [];
  /** Inside NTUPLES … END NTUPLES. */
  ntuples = false;
  /** Value of the last `##PAGE=`. */
  page: string | undefined;
  readonly #values = new Map<string, string>();

  constructor(line: number) {
    this.line = line;
  }

  /** Value of a label by its compared name; undefined when the block has none. */
  value(name: string): string | undefined {
    return this.#values.get(name);
  }

  get isLink(): boolean {
    return this.value('DATATYPE')?.toUpperCase() === 'LINK';
  }

  add(text: string, label: Label): void {
    // The writer's own label holds a whole tree.
    const value = valueIn(text, label, label.name.startsWith('$SPECTRAIL') ? 2 ** 20 : LONGEST_VALUE);
    this.#values.set(label.name, value);
    this.original[label.name] = value;
    if (label.name === 'NTUPLES') this.ntuples = true;
    if (label.name === 'ENDNTUPLES') this.ntuples = false;
    if (label.name === 'PAGE') {
      this.page = value;
      // The number of points is that of one page.
      this.#values.delete('NPOINTS');
    }
  }
}
