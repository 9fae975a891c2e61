/** Everything, not a sample: takes hours where the sample takes a minute. See docs/robustness.md. */
export const THOROUGH = process.env.SPECTRAIL_THOROUGH === '1';
