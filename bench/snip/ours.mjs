// Our side: the kernel alone, on one thread, counts as doubles in memory.
import { createHash } from 'node:crypto';
import { snip } from '../../dist/kernels/index.js';
import { toDense } from '../../dist/signal/block.js';
import { simulateEds } from '../../dist/simulate/eds.js';
import { contend } from '../harness/contender.mjs';

await contend(async ({ parameters, halfWindow, precision }) => {
  const { dataset } = simulateEds(parameters);
  const { values } = toDense(await dataset.values.load(), 'uint16');
  const counts = Float64Array.from(values);
  const { channels } = parameters;
  const rows = counts.length / channels;
  const exact = new Float64Array(counts.length);
  snip(counts, rows, channels, { halfWindow, precision: 'double' }, exact);
  const out = new Float64Array(counts.length);
  return async () => {
    const began = performance.now();
    snip(counts, rows, channels, { halfWindow, precision }, out);
    const seconds = (performance.now() - began) / 1000;
    const hash = createHash('sha256').update(new Uint8Array(out.buffer)).digest('hex');
    const deviation = out.reduce((most, value, i) => Math.max(most, Math.abs(value - exact[i]) / (exact[i] + 1)), 0);
    return { seconds, hashes: { baseline: hash }, deviation };
  };
});
