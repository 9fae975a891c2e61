import { normalCdf } from './normal.ts';

const STEP = 1 / 256;
const END = 6;
let table: Float64Array | undefined;

/** P(Z ≤ z) of the standard normal from a table, to 1e-6: for line profiles over many channels. */
export function tabulatedNormalCdf(z: number): number {
  table ??= Float64Array.from({ length: (2 * END) / STEP + 1 }, (_, i) => normalCdf(i * STEP - END));
  const at = (Math.min(Math.max(z, -END), END) + END) / STEP;
  const i = Math.min(Math.floor(at), table.length - 2);
  return table[i] + (at - i) * (table[i + 1] - table[i]);
}
