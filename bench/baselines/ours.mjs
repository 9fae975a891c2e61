// Our side of the comparison of baselines: one method on all spectra, one thread.
import { readFileSync } from 'node:fs';
import { airpls, arpls, asls } from '../../dist/kernels/index.js';
import { contend } from '../harness/contender.mjs';

const METHODS = { asls, arpls, airpls };

await contend(({ file, channels, method, settings, probes }) => {
  const bytes = readFileSync(file);
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const out = new Float64Array(values.length);
  return () => {
    const began = performance.now();
    const { iterations } = METHODS[method](values, channels, out, settings);
    const seconds = (performance.now() - began) / 1000;
    return { seconds, systems: iterations.reduce((sum, n) => sum + n, 0), probes: probes.map((at) => out[at]) };
  };
});
