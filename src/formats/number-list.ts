/** Numbers that come one by one, in one array that grows. */
export class NumberList {
  length = 0;
  #values = new Float64Array(64);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = new Float64Array(2 * this.length);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.length++] = value;
  }

  /** A copy of exactly what was pushed. */
  toArray(): Float64Array {
    return this.#values.slice(0, this.length);
  }
}
