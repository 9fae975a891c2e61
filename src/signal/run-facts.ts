import type { EventsBlock } from './block.ts';
import type { ValueFacts } from './dataset.ts';
import type { ValueArray } from './dtype.ts';

/** What is known of the values met so far. */
export class RunFacts {
  #whole = true;
  #finite = true;
  #min = Number.POSITIVE_INFINITY;
  #nonZero = 0;
  #values = 0;

  addEvents({ pixels, channels, offsets, count }: EventsBlock): void {
    const [from, to] = [offsets[0], offsets[pixels]];
    this.#nonZero += to - from;
    this.#values += pixels * channels;
    if (to - from < pixels * channels) this.#min = Math.min(this.#min, 0);
    // No count is below 0, and most maps have pixels without one.
    if (this.#min <= 0) return;
    for (let e = from; e < to; e++) if (count[e] < this.#min) this.#min = count[e];
  }

  addValues(values: ValueArray): void {
    this.#values += values.length;
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
      for (let i = 0; i < values.length; i++) {
        if (values[i] !== 0n) this.#nonZero++;
        if (values[i] < this.#min) this.#min = Number(values[i]);
      }
      return;
    }
    let nonZero = 0;
    let min = this.#min;
    if (!(values instanceof Float32Array || values instanceof Float64Array)) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value !== 0) nonZero++;
        if (value < min) min = value;
      }
    } else {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value !== 0) nonZero++;
        if (value < min) min = value;
        if (this.#whole && value !== Math.floor(value)) this.#whole = Number.isNaN(value);
        if (value - value !== 0) this.#finite = false;
      }
    }
    this.#nonZero += nonZero;
    this.#min = min;
  }

  /** Undefined where a value was not finite: such values are masked, and the facts speak of none of them. */
  result(): ValueFacts | undefined {
    if (!this.#finite || this.#values === 0) return undefined;
    return { whole: this.#whole, min: this.#min, nonZero: this.#nonZero, values: this.#values };
  }
}
