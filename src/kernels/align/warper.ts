/**
 * Finds, for one row, from where along it the value of each channel of the aligned row is taken. What was found is a few
 * numbers, the nodes; made for a list of references, so that the row can be held against others than the true one.
 */
export interface Warper {
  readonly channels: number;
  /** Numbers that describe what was found. */
  readonly nodes: number;
  /** Nodes of the row against reference number `reference`, overwritten. */
  find(row: Float64Array, reference: number, nodes: Float64Array): void;
  /** For each channel the fractional channel of the row that lies there: ascending, from `nodes`. */
  places(nodes: Float64Array, from: Float64Array): void;
}

/** Each channel from its own place. */
export function stayInPlace(from: Float64Array): void {
  for (let j = 0; j < from.length; j++) from[j] = j;
}
