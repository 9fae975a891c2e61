import { inputError } from '../signal/errors.ts';
import type { CounterRandom } from './random.ts';

/** A discrete distribution prepared for drawing in constant time. */
export interface AliasTable {
  /** Chance of keeping cell i once it is chosen. */
  readonly keep: Float64Array;
  /** The cell taken instead. */
  readonly alias: Uint32Array;
}

/**
 * Alias table of relative weights ≥ 0 (A. J. Walker 1977; the numerically safe construction of M. D. Vose, IEEE Trans.
 * Software Eng. 17 (1991) 972). Cells of weight 0 are never drawn.
 */
export function buildAlias(weights: ArrayLike<number>): AliasTable {
  const n = weights.length;
  let total = 0;
  for (let i = 0; i < n; i++) {
    if (!(weights[i] >= 0)) throw badWeights(`weight ${weights[i]} in cell ${i}`);
    total += weights[i];
  }
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) throw badWeights(`${n} weights that sum to ${total}`);
  const keep = new Float64Array(n);
  const alias = new Uint32Array(n);
  const stack = new Uint32Array(n);
  let small = 0;
  let large = n;
  let heaviest = 0;
  for (let i = 0; i < n; i++) {
    keep[i] = (weights[i] / total) * n;
    if (weights[i] > weights[heaviest]) heaviest = i;
    if (keep[i] < 1) stack[small++] = i;
    else stack[--large] = i;
  }
  while (small > 0 && large < n) {
    const light = stack[--small];
    const heavy = stack[large];
    alias[light] = heavy;
    keep[heavy] = keep[heavy] + keep[light] - 1;
    if (keep[heavy] < 1) {
      large++;
      stack[small++] = heavy;
    }
  }
  for (; large < n; large++) keep[stack[large]] = 1;
  while (small > 0) {
    const i = stack[--small];
    if (weights[i] > 0) keep[i] = 1;
    else {
      keep[i] = 0;
      alias[i] = heaviest;
    }
  }
  return { keep, alias };
}

/** Tables of equal length one after the other. */
export function joinAlias(tables: readonly AliasTable[]): AliasTable {
  const cells = tables[0].keep.length;
  const joined = { keep: new Float64Array(cells * tables.length), alias: new Uint32Array(cells * tables.length) };
  tables.forEach(({ keep, alias }, t) => {
    joined.keep.set(keep, t * cells);
    joined.alias.set(alias, t * cells);
  });
  return joined;
}

/** One cell, drawn with the probability of its weight. */
export function drawAlias(table: AliasTable, random: CounterRandom): number {
  const scaled = random.next() * table.keep.length;
  const cell = Math.floor(scaled);
  return scaled - cell < table.keep[cell] ? cell : table.alias[cell];
}

function badWeights(what: string) {
  return inputError({
    code: 'alias-weights',
    what,
    where: 'alias table',
    expected: 'weights ≥ 0 with a finite sum above 0',
  });
}
