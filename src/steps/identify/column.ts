/** One component of a mixture: its mean counts per unit amplitude. */
export interface Column {
  /** From bin `first` on; zero elsewhere. */
  readonly first: number;
  readonly values: Float64Array;
  /** Where it is not zero: bins from, to, from, to …, rising. Lines of an element lie far apart. */
  readonly runs: Int32Array;
  /** Bins in the runs. */
  readonly support: number;
}

/** Shorter gaps are cheaper to walk through than to step over. */
const SHORTEST_GAP = 6;

/** @param first bin of `values[0]`. */
export function columnOf(first: number, values: Float64Array): Column {
  const runs: number[] = [];
  let support = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    const end = runs.length ? runs[runs.length - 1] : -Infinity;
    if (first + i - end < SHORTEST_GAP) {
      support += first + i + 1 - end;
      runs[runs.length - 1] = first + i + 1;
    } else {
      support++;
      runs.push(first + i, first + i + 1);
    }
  }
  return { first, values, runs: Int32Array.from(runs), support };
}

/** Adds `amount` of a column, bin by bin. */
export function addColumn({ first, values, runs }: Column, amount: number, to: Float64Array): void {
  for (let r = 0; r < runs.length; r += 2) {
    for (let j = runs[r], end = runs[r + 1]; j < end; j++) to[j] += amount * values[j - first];
  }
}

/** Σ column·over. */
export function dot({ first, values, runs }: Column, over: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < runs.length; r += 2) {
    for (let j = runs[r], end = runs[r + 1]; j < end; j++) sum += values[j - first] * over[j];
  }
  return sum;
}

/** Σ weights·a·b. */
export function weightedOverlap(a: Column, b: Column, weights: Float64Array): number {
  const low = Math.max(a.first, b.first);
  const high = Math.min(endOf(a), endOf(b));
  if (low >= high) return 0;
  const walked = a.support < b.support ? a.runs : b.runs;
  let sum = 0;
  for (let r = 0; r < walked.length; r += 2) {
    const end = Math.min(walked[r + 1], high);
    for (let j = Math.max(walked[r], low); j < end; j++)
      sum += weights[j] * a.values[j - a.first] * b.values[j - b.first];
  }
  return sum;
}

/** Overlaps of columns with each other under weights. */
export class ColumnGram {
  /** p × p, row-major. */
  readonly matrix: Float64Array;
  private readonly columns: readonly Column[];
  /** Each column over all bins, one after the other. */
  private readonly dense: Float64Array;
  private readonly weighted: Float64Array;
  private readonly bins: number;

  constructor(columns: readonly Column[], bins: number) {
    const p = columns.length;
    this.columns = columns;
    this.bins = bins;
    this.matrix = new Float64Array(p * p);
    this.weighted = new Float64Array(bins);
    this.dense = new Float64Array(p * bins);
    for (let k = 0; k < p; k++) this.dense.set(columns[k].values, k * bins + columns[k].first);
  }

  /** Four sums at a time: each is a chain of additions, and they do not wait for each other. */
  fill(weights: Float64Array): void {
    const { columns, dense, weighted, matrix, bins } = this;
    const p = columns.length;
    const met = new Int32Array(p + 3);
    for (let k = 0; k < p; k++) {
      const { first, values, runs } = columns[k];
      const last = endOf(columns[k]);
      let n = 0;
      for (let l = 0; l <= k; l++) {
        const other = columns[l];
        if (other.first < last && endOf(other) > first) met[n++] = l;
      }
      met.fill(met[n - 1], n);
      for (let r = 0; r < runs.length; r += 2) {
        for (let j = runs[r], end = runs[r + 1]; j < end; j++) weighted[j] = weights[j] * values[j - first];
      }
      for (let i = 0; i < n; i += 4) {
        const a = met[i];
        const b = met[i + 1];
        const c = met[i + 2];
        const d = met[i + 3];
        const low = Math.min(columns[a].first, columns[b].first, columns[c].first, columns[d].first);
        const high = Math.max(endOf(columns[a]), endOf(columns[b]), endOf(columns[c]), endOf(columns[d]));
        let sumA = 0;
        let sumB = 0;
        let sumC = 0;
        let sumD = 0;
        for (let r = 0; r < runs.length; r += 2) {
          const end = Math.min(runs[r + 1], high);
          for (let j = Math.max(runs[r], low); j < end; j++) {
            const w = weighted[j];
            sumA += w * dense[a * bins + j];
            sumB += w * dense[b * bins + j];
            sumC += w * dense[c * bins + j];
            sumD += w * dense[d * bins + j];
          }
        }
        matrix[k * p + a] = sumA;
        matrix[k * p + b] = sumB;
        matrix[k * p + c] = sumC;
        matrix[k * p + d] = sumD;
      }
      for (let l = 0; l < k; l++) matrix[l * p + k] = matrix[k * p + l];
    }
  }
}

function endOf({ first, values }: Column): number {
  return first + values.length;
}
