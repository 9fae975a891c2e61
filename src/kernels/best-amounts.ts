/**
 * x ≥ 0 with the largest linear·x − ½ xᵀ·matrix·x.
 * @param likely set of amounts above 0 that is tried first. Where its own maximum is positive, and no other amount pulls up
 * from 0, no other set is better; else all sets are tried.
 */
export function bestAmounts(matrix: Float64Array, linear: Float64Array, count: number, likely: number): Float64Array {
  const best = new Float64Array(count);
  if (fill(best, matrix, linear, likely) > 0 && isHighest(best, matrix, linear)) return best;
  const trial = new Float64Array(count);
  let highest = 0;
  best.fill(0);
  for (let set = 1; set < 1 << count; set++) {
    const height = fill(trial, matrix, linear, set);
    if (height <= highest) continue;
    highest = height;
    best.set(trial);
  }
  return best;
}

/** The amounts of one set at its own maximum; their height there, and 0 where one is not above 0. */
function fill(amounts: Float64Array, matrix: Float64Array, linear: Float64Array, set: number): number {
  const count = amounts.length;
  const members = membersOf(set, count);
  const solved = solve(matrix, count, members, linear);
  amounts.fill(0);
  if (!solved?.every((value) => value > 0)) return 0;
  let height = 0;
  for (let i = 0; i < members.length; i++) {
    amounts[members[i]] = solved[i];
    height += linear[members[i]] * solved[i];
  }
  return height;
}

/** Would none of the amounts that are 0 be better above it? */
function isHighest(amounts: Float64Array, matrix: Float64Array, linear: Float64Array): boolean {
  const count = amounts.length;
  for (let p = 0; p < count; p++) {
    if (amounts[p] > 0) continue;
    let pull = linear[p];
    for (let q = 0; q < count; q++) pull -= matrix[p * count + q] * amounts[q];
    if (pull > 0) return false;
  }
  return true;
}

/** The set of amounts above 0, a bit each. */
export const setOf = (amounts: Float64Array) =>
  amounts.reduce((set, amount, p) => (amount > 0 ? set | (1 << p) : set), 0);

const sets: (readonly number[])[][] = [];

/** Members of a set among so many, ascending. */
function membersOf(set: number, count: number): readonly number[] {
  sets[count] ??= [];
  sets[count][set] ??= Array.from({ length: count }, (_, p) => p).filter((p) => (set >> p) & 1);
  return sets[count][set];
}

/** Columns that are alike to this part of their length are one. */
const ALIKE = 1e-13;

/** Solves the rows and columns `members` of a symmetric system; undefined where they are not told apart. */
export function solve(matrix: Float64Array, count: number, members: readonly number[], right: Float64Array) {
  const m = members.length;
  const lower = new Float64Array(m * m);
  const x = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = right[members[i]];
    for (let j = 0; j <= i; j++) {
      let value = matrix[members[i] * count + members[j]];
      for (let k = 0; k < j; k++) value -= lower[i * m + k] * lower[j * m + k];
      if (j < i) {
        lower[i * m + j] = value / lower[j * m + j];
        sum -= lower[i * m + j] * x[j];
        continue;
      }
      if (!(value > ALIKE * matrix[members[i] * count + members[i]])) return undefined;
      lower[i * m + i] = Math.sqrt(value);
      x[i] = sum / lower[i * m + i];
    }
  }
  for (let i = m - 1; i >= 0; i--) {
    for (let k = i + 1; k < m; k++) x[i] -= lower[k * m + i] * x[k];
    x[i] /= lower[i * m + i];
  }
  return x;
}
