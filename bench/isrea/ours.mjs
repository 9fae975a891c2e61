// Our side: the kernel alone, on one thread; a block of spectra again and again.
import { createHash } from 'node:crypto';
import { CounterRandom, isrea } from '../../dist/kernels/index.js';
import { contend } from '../harness/contender.mjs';

const BLOCK = 400;

await contend(async ({ channels, spectra, knots }) => {
  const values = ramanSpectra(channels);
  const out = new Float64Array(values.length);
  const timed = (options) => {
    const began = performance.now();
    const worked = process.cpuUsage().user;
    let result;
    for (let done = 0; done < spectra; done += BLOCK)
      result = isrea(values, BLOCK, channels, { knots, ...options }, out);
    return { seconds: (performance.now() - began) / 1000, work: process.cpuUsage().user - worked, ...result };
  };
  return async () => {
    const whole = timed({});
    const hash = createHash('sha256').update(new Uint8Array(out.buffer)).digest('hex');
    const passes = whole.iterations.reduce((sum, value) => sum + value, 0) / BLOCK;
    const s = whole.scales.reduce((sum, value) => sum + value, 0) / BLOCK;
    const without = timed({ scale: { fixed: s } });
    const others = without.iterations.reduce((sum, value) => sum + value, 0) / BLOCK;
    const medianShare = 1 - without.work / (others + 1) / (whole.work / (passes + 1));
    return { seconds: whole.seconds, hashes: { baseline: hash }, passes, medianShare };
  };
});

/** Fluorescence of 3000–4500 counts, ten Lorentzian lines of up to 200 counts, Poisson noise. */
function ramanSpectra(channels) {
  const random = new CounterRandom(1, 0);
  const values = new Float64Array(BLOCK * channels);
  for (let spectrum = 0; spectrum < BLOCK; spectrum++) {
    const lines = Array.from({ length: 10 }, () => [
      random.next() * channels,
      3 + 6 * random.next(),
      40 + 160 * random.next(),
    ]);
    for (let j = 0; j < channels; j++) {
      const x = j / channels;
      let mean = 3000 + 1200 * Math.exp(-((x - 0.4) ** 2) / 0.0968) + 600 * Math.exp(-x / 0.3);
      for (const [at, width, height] of lines) mean += height / (1 + ((j - at) / width) ** 2);
      values[spectrum * channels + j] = random.poisson(mean);
    }
  }
  return values;
}
