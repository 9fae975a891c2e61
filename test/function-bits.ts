import type * as Kernels from '../src/kernels/index.ts';

/**
 * A hash of what each function of the kernels answers to the same 4000 arguments or pairs of them. Run inside other
 * engines: it is sent as its own text, so it may use nothing of this module.
 */
export async function functionBits(kernels: typeof Kernels): Promise<Record<string, string>> {
  let state = 1;
  const whole = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const between = (low: number, high: number) => low + (high - low) * (whole() / 4294967296);
  const words = new Uint32Array(2);
  const anyDouble = () => {
    words[0] = whole();
    words[1] = whole();
    return new Float64Array(words.buffer)[0];
  };
  const angle = () => between(-1e6, 1e6);
  const share = () => between(0, 1);
  const size = () => between(0, 40);
  const near = () => between(-4, 4);
  const count = () => Math.floor(between(0, 200));
  const k = kernels;
  const asked: Record<string, [(...args: number[]) => number, ...(() => number)[]]> = {
    portableExp: [k.portableExp, () => between(-750, 715)],
    portableExpm1: [k.portableExpm1, () => between(-45, 45)],
    'portableExpm1 beside 0': [k.portableExpm1, () => between(-0.01, 0.01)],
    portableLog: [k.portableLog, anyDouble],
    'portableLog beside 1': [k.portableLog, () => between(0.9, 1.1)],
    portableLog1p: [k.portableLog1p, () => between(-1, 2)],
    portableLog10: [k.portableLog10, anyDouble],
    portablePow: [k.portablePow, () => between(0, 100), () => between(-160, 160)],
    portableCbrt: [k.portableCbrt, anyDouble],
    portableSin: [k.portableSin, angle],
    portableCos: [k.portableCos, angle],
    portableAsin: [k.portableAsin, () => between(-1, 1)],
    erf: [k.erf, near],
    erfc: [k.erfc, () => between(-6, 28)],
    scaledErfc: [k.scaledErfc, size],
    normalCdf: [k.normalCdf, near],
    normalQuantile: [k.normalQuantile, share],
    logGamma: [k.logGamma, size],
    regularisedGammaP: [k.regularisedGammaP, size, size],
    logRegularisedGammaQ: [k.logRegularisedGammaQ, size, size],
    incompleteBeta: [k.incompleteBeta, share, size, size],
    logPoissonProbability: [k.logPoissonProbability, count, () => between(0, 200)],
    logPoissonUpperTail: [k.logPoissonUpperTail, count, () => between(0, 200)],
    marchenkoPasturMedian: [k.marchenkoPasturMedian, share],
    inverseAnscombeUnbiased: [k.inverseAnscombeUnbiased, size],
  };
  const hashes: Record<string, string> = {};
  for (const [name, [answer, ...givers]] of Object.entries(asked)) {
    const n = name === 'marchenkoPasturMedian' ? 20 : 4000;
    const answers = Float64Array.from({ length: n }, () => answer(...givers.map((give) => give())));
    // Which NaN it is, is nobody's business.
    const bits = new BigUint64Array(answers.map((value) => (Number.isNaN(value) ? -0.5 : value)).buffer);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bits));
    hashes[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return hashes;
}
