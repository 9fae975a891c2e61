/**
 * Merges subtree results that arrive in any order into the fixed binary tree: node i of a level joins nodes 2i and 2i+1
 * of the level below; a node without a right sibling moves up as it is.
 */
export class MergeTree<S> {
  readonly #merge: (left: S, right: S) => S;
  readonly #leaves: number;
  readonly #waiting = new Map<string, S>();
  #root: S | undefined;

  constructor(leaves: number, merge: (left: S, right: S) => S) {
    this.#leaves = leaves;
    this.#merge = merge;
  }

  /** Leaf `index`; each leaf exactly once. */
  add(index: number, state: S): void {
    let level = 0;
    let node = index;
    let width = this.#leaves;
    let value = state;
    while (width > 1) {
      const sibling = node ^ 1;
      if (sibling < width) {
        const key = `${level}:${sibling}`;
        if (!this.#waiting.has(key)) {
          this.#waiting.set(`${level}:${node}`, value);
          return;
        }
        const other = this.#waiting.get(key) as S;
        this.#waiting.delete(key);
        value = node < sibling ? this.#merge(value, other) : this.#merge(other, value);
      }
      node >>= 1;
      width = (width + 1) >> 1;
      level++;
    }
    this.#root = value;
  }

  /** The merged state once every leaf was added. */
  root(): S | undefined {
    return this.#root;
  }
}
