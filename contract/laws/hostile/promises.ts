import type { EventsBlock } from '../../../src/signal/block.ts';
import type { ArrayDataset, Dataset, Plain } from '../../../src/signal/dataset.ts';
import { DTYPES, dtypeOf } from '../../../src/signal/dtype.ts';

/** Loads every value of a dataset, and settles it. @throws Error when they, or its axes, are not what the dataset promises. */
export async function loadAll(dataset: Dataset): Promise<void> {
  checkPlain(dataset.title, 'title');
  checkPlain(dataset.metadata, 'metadata');
  checkPlain(dataset.original, 'original');
  for (const warning of dataset.warnings) checkPlain(warning, 'warning');
  if (dataset.kind === 'table') {
    for (const { name, unit } of dataset.columns) checkWords({ name, unit });
    if (dataset.columns.some(({ values }) => values.length !== dataset.rows)) {
      throw new Error(`a column has not ${dataset.rows} values`);
    }
    return;
  }
  checkAxes(dataset);
  const { shape, dtype, values } = dataset;
  const size = shape.reduce((product, n) => product * n, 1);
  const loaded = await values.load();
  if ('kind' in loaded) {
    checkEvents(loaded, size);
    if (loaded.count.BYTES_PER_ELEMENT > DTYPES[dtype].bytes) throw new Error(`wider counts than ${dtype}`);
  } else {
    const { width } = DTYPES[dtype];
    if (loaded.length !== size * width) throw new Error(`${loaded.length} elements for ${size} values of ${dtype}`);
    const stored = DTYPES[dtypeOf(loaded)].bytes * width;
    if (stored !== DTYPES[dtype].bytes) throw new Error(`${loaded.constructor.name} for ${dtype}`);
  }
  if (values.kind === 'events' && values.settle) {
    const settled = await values.settle();
    if (settled.shape.some((n, d) => n > shape[d])) throw new Error(`${settled.shape} of ${shape} once it is settled`);
    await loadAll(settled);
  }
  if (!values.rows) return;
  const { pixels, channels } = values.rows.source;
  if (pixels * channels !== size) throw new Error(`rows of ${pixels} × ${channels} for ${size} values`);
  for (const at of new Set([0, pixels >> 1, pixels - 1])) {
    const rows = await values.rows.read(at, at + 1);
    if (rows.pixels !== 1 || rows.channels !== channels)
      throw new Error(`row ${at} is ${rows.pixels} × ${rows.channels}`);
  }
}

function checkAxes({ shape, axes }: ArrayDataset): void {
  if (axes.length !== shape.length) throw new Error(`${axes.length} axes for ${shape.length} dimensions`);
  for (const [d, axis] of axes.entries()) {
    checkWords(axis);
    if (axis.size !== shape[d]) throw new Error(`axis ${d} has ${axis.size} positions, the shape says ${shape[d]}`);
    const numbers = axis.kind === 'uniform' ? [axis.scale, axis.offset] : axis.positions;
    if (!numbers.every(Number.isFinite)) throw new Error(`axis ${d} has positions that are no numbers`);
  }
}

/** Names come from files: looked up in a table of ours, one of them may be that of a method. */
function checkWords({ name, unit }: { name: unknown; unit: unknown }): void {
  if (typeof name !== 'string' || typeof unit !== 'string')
    throw new Error(`an axis or column called ${name} (${unit})`);
}

function checkPlain(value: Plain, where: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    for (const item of value) checkPlain(item, where);
    return;
  }
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== null && prototype !== Object.prototype) throw new Error(`${where} holds ${typeof value} ${value}`);
  for (const [key, item] of Object.entries(value)) checkPlain(item, `${where}.${key.slice(0, 60)}`);
}

function checkEvents({ pixels, channels, offsets, channel, count }: EventsBlock, size: number): void {
  if (pixels * channels !== size) throw new Error(`${pixels} × ${channels} events for ${size} values`);
  if (offsets.length !== pixels + 1 || offsets[pixels] > channel.length || channel.length !== count.length) {
    throw new Error('the offsets of the events lead outside');
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (offsets[pixel + 1] < offsets[pixel]) throw new Error(`the events of pixel ${pixel} end before they begin`);
    for (let e = offsets[pixel]; e < offsets[pixel + 1]; e++) {
      if (channel[e] >= channels) throw new Error(`pixel ${pixel} has counts in channel ${channel[e]} of ${channels}`);
      if (e > offsets[pixel] && channel[e] <= channel[e - 1])
        throw new Error(`channels of pixel ${pixel} not ascending`);
      if (count[e] === 0) throw new Error(`pixel ${pixel} lists a channel without counts`);
    }
  }
}
