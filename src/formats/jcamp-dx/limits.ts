/** Larger files are no spectra. */
export const MOST_BYTES = 2 ** 26;
/** Labels of a file, comments aside: a library of some thousand spectra has fewer. */
export const MOST_LABELS = 100_000;
/** Blocks within blocks. */
export const DEEPEST_BLOCK = 32;
/**
 * One DUP of a few characters stands for any number of points. A flat spectrum of 16 384 points with the shortest header
 * stays below this.
 */
export const POINTS_PER_BYTE = 64;
