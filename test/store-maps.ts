import type { Written } from '../src/formats/format.ts';
import { readStore } from '../src/formats/store/read.ts';
import { writeStore } from '../src/formats/store/write.ts';
import { uniformAxis } from '../src/signal/axis.ts';
import type { ArrayDataset } from '../src/signal/dataset.ts';
import type { Dtype, ValueArray } from '../src/signal/dtype.ts';
import { type MemoryFolder, memoryFolder, memoryTarget } from './memory-folder.ts';

/** Values on plain axes. */
export function dataset(shape: readonly number[], dtype: Dtype, values: ValueArray): ArrayDataset {
  return {
    kind: 'array',
    title: 'a map',
    shape,
    dtype,
    axes: shape.map((size, d) =>
      d === shape.length - 1
        ? uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size, scale: 0.01, offset: -0.2 })
        : uniformAxis({ name: 'yx'[d % 2], unit: 'nm', role: 'navigation', size, scale: 0.1 + d }),
    ),
    values: { kind: 'dense', load: async () => values },
    metadata: {},
    original: {},
    warnings: [],
  };
}

/** A dataset as the files of a store. */
export async function store(given: ArrayDataset): Promise<{ files: MemoryFolder; written: Written }> {
  const { target, files } = memoryTarget();
  return { written: await writeStore(given, target), files };
}

export async function reopen(files: MemoryFolder): Promise<ArrayDataset> {
  return (await readStore(memoryFolder(files, 'map.spectrail')))[0] as ArrayDataset;
}

/** 3 tiles, the last one short: 37 × 250 pixels of 16 channels, about a tenth not 0. */
export const PIXELS = 37 * 250;
export const counts = Uint16Array.from({ length: PIXELS * 16 }, (_, i) =>
  (i * 2654435761) % 97 < 10 ? 1 + (i % 5) : 0,
);
export const map = () => dataset([37, 250, 16], 'uint16', counts.slice());
