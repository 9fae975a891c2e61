// Our side: the step on a map in memory, every value of what it leaves made and kept; one thread is the calling one.
import { readFileSync } from 'node:fs';
import { collect } from '../../dist/engines/engine.js';
import { checkRecipe, planSignals, runPlan, startEngine } from '../../dist/index.js';
import { signalGeometry } from '../../dist/shapes/signal-geometry.js';
import { uniformAxis } from '../../dist/signal/axis.js';
import { COUNTS } from '../../dist/signal/intensity.js';
import { poisson } from '../../dist/signal/noise.js';
import { createSignal } from '../../dist/signal/signal.js';
import { resolveShape } from '../../dist/steps/index.js';
import { contend } from '../harness/contender.mjs';

await contend(async ({ file, side, channels, start, fit, method, probes, threads }) => {
  const bytes = readFileSync(file);
  const values = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const pixels = side * side;
  const counts = createSignal({
    modality: 'eels',
    navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: side })),
    spectral: uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: channels, offset: start }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise: poisson(),
  });
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Background',
    inputs: { counts: {} },
    steps: [{ id: 'net', use: 'background.power-law', in: 'counts', params: { fit, method } }],
  });
  const plan = await planSignals(recipe, { counts });
  const engine = await startEngine(threads > 1 ? threads : 0);
  return async () => {
    const { products } = await runPlan(plan, { counts }, engine);
    const began = performance.now();
    const { source } = products.net;
    const net = await collect(engine, source, { resolve: resolveShape, geometry: signalGeometry(products.net) });
    return { seconds: (performance.now() - began) / 1000, probes: probes.map((at) => net.values[at]) };
  };
});
