// Our side: a map of PDS learned from standards and put to spectra in memory; and the same spectra merely copied.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyBandedMap, fitPiecewise } from '../../dist/kernels/index.js';
import { contend } from '../harness/contender.mjs';

const timed = (work) => {
  const began = performance.now();
  const result = work();
  return { seconds: (performance.now() - began) / 1000, result };
};

await contend(({ folder, channels, spectra, standards, halfWidth, probes }) => {
  const read = (name) => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}.bin`));
    return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  const paired = { standards, slave: read('slave'), from: channels, master: read('master'), to: channels };
  const values = read('spectra');
  const out = new Float64Array(values.length);
  const { map: plain } = fitPiecewise(paired, { halfWidth, components: 'all' });
  return () => {
    const fit = timed(() => fitPiecewise(paired, { halfWidth, components: { most: 6 } }));
    const copy = timed(() => out.set(values));
    const { seconds } = timed(() => applyBandedMap(fit.result.map, values, spectra, out));
    const hash = createHash('sha256').update(new Uint8Array(out.buffer)).digest('hex');
    applyBandedMap(plain, values, spectra, out);
    const found = probes.map((at) => out[at]);
    return { seconds, fit: fit.seconds, copy: copy.seconds, hashes: { transferred: hash }, probes: found };
  };
});
