import type { DatasetValues, Plain, PlainTree } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';

const MOST_ARRAYS = 2048;
const MOST_NOTES = 16;
const MOST_FIELDS = 512;

/** An array of numbers among the variables. */
export interface MatArray {
  /** As MATLAB writes it: `S.spectra`, `C{2}`, `S(3).x`. */
  readonly path: string;
  /** Path of what it lies in; '' for variables. */
  readonly container: string;
  /** Without its container. */
  readonly name: string;
  /** As `size` gives them. */
  readonly dims: readonly number[];
  readonly dtype: Dtype;
  /** Values in C order over the dimensions `order`; those left out have one position. */
  readonly values: (order: readonly number[]) => DatasetValues;
}

/** What a file holds, as far as it is used; bounded. */
export class MatContents {
  readonly arrays: MatArray[] = [];
  /** Single numbers and texts, by their paths. */
  readonly fields: PlainTree = Object.create(null);
  readonly #notes: string[] = [];
  #left = 0;
  #fields = 0;

  add(array: MatArray): void {
    if (this.arrays.length < MOST_ARRAYS) this.arrays.push(array);
    else this.leave(array.path, `only ${MOST_ARRAYS} arrays are given`);
  }

  field(path: string, value: Plain): void {
    if (this.#fields++ < MOST_FIELDS) this.fields[path] = value;
  }

  leave(path: string, why: string): void {
    if (this.#left++ < MOST_NOTES) this.#notes.push(`"${path}" is left out: ${why}`);
  }

  get notes(): string[] {
    const more = this.#left - this.#notes.length;
    return more > 0 ? [...this.#notes, `${more} more variables are left out`] : [...this.#notes];
  }

  /** Of an array: the single values beside it and beside what it lies in. */
  fieldsAround({ path }: MatArray): PlainTree {
    const around: PlainTree = Object.create(null);
    for (const [name, value] of Object.entries(this.fields)) {
      const container = name.slice(0, Math.max(name.lastIndexOf('.'), name.lastIndexOf('{'), 0));
      if (container === '' || (/^[.{(]/.test(path.slice(container.length)) && path.startsWith(container)))
        around[name] = value;
    }
    return around;
  }
}
