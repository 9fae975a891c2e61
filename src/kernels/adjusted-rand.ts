import { inputError } from '../signal/errors.ts';

/**
 * Adjusted Rand index of two labellings of the same points (L. Hubert & P. Arabie, J. Classification 2 (1985) 193): 1 for
 * the same partition whatever the names of the labels, about 0 for unrelated ones.
 */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) {
    throw inputError({
      code: 'labels-length',
      what: `${a.length} labels against ${b.length}`,
      where: 'adjusted Rand index',
      expected: 'two labellings of the same points',
    });
  }
  const n = a.length;
  const rows = rank(a);
  const columns = rank(b);
  const table = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const cell = rows.index[i] * columns.sizes.length + columns.index[i];
    table.set(cell, (table.get(cell) ?? 0) + 1);
  }
  const together = pairs(table.values());
  const inA = pairs(rows.sizes);
  const inB = pairs(columns.sizes);
  const all = (n * (n - 1)) / 2;
  const chance = all > 0 ? (inA * inB) / all : 0;
  const most = (inA + inB) / 2;
  return most === chance ? 1 : (together - chance) / (most - chance);
}

function rank(labels: ArrayLike<number>): { index: Uint32Array; sizes: number[] } {
  const seen = new Map<number, number>();
  const sizes: number[] = [];
  const index = Uint32Array.from(labels, (label) => {
    let at = seen.get(label);
    if (at === undefined) {
      at = sizes.length;
      seen.set(label, at);
      sizes.push(0);
    }
    sizes[at]++;
    return at;
  });
  return { index, sizes };
}

function pairs(sizes: Iterable<number>): number {
  let sum = 0;
  for (const size of sizes) sum += (size * (size - 1)) / 2;
  return sum;
}
