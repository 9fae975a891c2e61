/** A run of channels whose positions rise, or fall, throughout. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

const MOST_WINDOWS = 256;

/**
 * Where positions step back, as where several ranges of a spectrometer overlap, a window ends and the next begins. Undefined
 * for positions that run nowhere: equal ones, or far more windows than a spectrometer makes.
 */
export function windowsOf(positions: Float64Array): Window[] | undefined {
  const windows: Window[] = [];
  const rising = positions[1] > positions[0];
  let start = 0;
  for (let i = 1; i <= positions.length; i++) {
    const onwards = rising ? positions[i] > positions[i - 1] : positions[i] < positions[i - 1];
    if (onwards) continue;
    if (i - start < 2 && positions.length > 1) return undefined;
    windows.push({ start, end: i });
    if (windows.length > MOST_WINDOWS) return undefined;
    start = i;
  }
  return windows;
}
