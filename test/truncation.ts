import type { Format } from '../src/formats/format.ts';
import type { Dataset } from '../src/signal/dataset.ts';
import { isSpectrailError } from '../src/signal/errors.ts';
import { memoryFile } from './memory-file.ts';

/**
 * Reads a file cut at every 1/`steps` of its length and loads what comes out. Returns what went wrong: any exception but
 * a typed one, any reading that took more than 2 s, any values that do not fill their shape.
 */
export async function readTruncated(format: Format, name: string, bytes: Uint8Array, steps = 50): Promise<string[]> {
  const found: string[] = [];
  for (let step = 0; step < steps; step++) {
    const cut = Math.floor((bytes.length * step) / steps);
    const started = performance.now();
    try {
      for (const dataset of await format.read!(memoryFile(name, bytes.slice(0, cut)))) await load(dataset);
    } catch (error) {
      if (!isSpectrailError(error)) found.push(`cut at byte ${cut}: ${error}`);
    }
    const took = performance.now() - started;
    if (took > 2000) found.push(`cut at byte ${cut}: took ${took.toFixed(0)} ms`);
  }
  return found;
}

async function load(dataset: Dataset): Promise<void> {
  if (dataset.kind === 'table') return;
  const size = dataset.shape.reduce((product, n) => product * n, 1);
  const values = await dataset.values.load();
  const held = 'kind' in values ? values.pixels * values.channels : values.length;
  if (held < size) throw new Error(`${held} values loaded for a shape of ${size}`);
}
