// Simulated maps, and the same counts as files for peers.
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { encodeNpy } from '../../dist/formats/npy/encode.js';
import { toDense } from '../../dist/signal/block.js';
import { simulateEds } from '../../dist/simulate/eds.js';

const DTYPE = { Uint8Array: 'uint8', Uint16Array: 'uint16', Uint32Array: 'uint32' };

/** Parameters of a map whose axis ends at 20 keV, however many channels there are. */
export function edsMap(height, width, channels, more = {}) {
  return { height, width, channels, dispersionKeV: 20.48 / channels, ...more };
}

/** offsets.npy (pixels + 1), channel.npy and count.npy: a sparse map as compressed rows. Returns its number of entries. */
export async function writeSparse(folder, parameters) {
  const { dataset } = simulateEds(parameters);
  const { offsets, channel, count } = await dataset.values.load();
  await mkdir(folder, { recursive: true });
  for (const [name, values] of Object.entries({ offsets, channel, count })) {
    await writeFile(join(folder, `${name}.npy`), await npy(values, [values.length]));
  }
  return channel.length;
}

/** dense.npy: pixels × channels. */
export async function writeDense(folder, parameters) {
  const { dataset } = simulateEds(parameters);
  const { shape, values } = await denseDataset(dataset);
  const [height, width, channels] = shape;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'dense.npy'), await npy(await values.load(), [height * width, channels]));
}

/** map.raw with map.rpl: one byte per channel, written a row of pixels at a time. Returns the bytes of the values. */
export async function writeRipple(folder, parameters) {
  const { truth, drawPixels } = simulateEds(parameters);
  const [height, width] = truth.shape;
  const { channels, dispersionKeV, offsetKeV } = truth.axis;
  await mkdir(folder, { recursive: true });
  const raw = createWriteStream(join(folder, 'map.raw'));
  for (let y = 0; y < height; y++) {
    const { values } = toDense(drawPixels(y * width, (y + 1) * width), 'uint8');
    if (!raw.write(values)) await new Promise((drained) => raw.once('drain', drained));
  }
  raw.end();
  await finished(raw);
  const header = {
    key: 'value',
    width,
    height,
    depth: channels,
    offset: 0,
    'data-length': 1,
    'data-type': 'unsigned',
    'byte-order': 'dont-care',
    'record-by': 'vector',
    signal: 'EDS_TEM',
    'depth-scale': dispersionKeV,
    'depth-origin': offsetKeV,
    'depth-units': 'keV',
  };
  const lines = Object.entries(header).map(([key, value]) => `${key}\t${value}\n`);
  await writeFile(join(folder, 'map.rpl'), lines.join(''));
  return height * width * channels;
}

/** The dataset with its counts stored densely, two bytes each. */
export async function denseDataset(dataset) {
  const { values } = toDense(await dataset.values.load(), 'uint16');
  return { ...dataset, dtype: 'uint16', values: { kind: 'dense', load: async () => values } };
}

function npy(values, shape) {
  const dtype = DTYPE[values.constructor.name];
  return encodeNpy({ dtype, shape, values: { kind: 'dense', load: async () => values } });
}
