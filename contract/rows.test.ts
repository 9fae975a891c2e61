import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveMember } from '../src/engines/resolve.ts';
import { createHdf5 } from '../src/formats/hdf5/index.ts';
import { FORMATS, openFile } from '../src/formats/index.ts';
import { openNodePath } from '../src/formats/node-folder.ts';
import { ROW_READERS } from '../src/formats/row-readers.ts';
import { readRange } from '../src/shapes/read.ts';
import { uniformAxis } from '../src/signal/axis.ts';
import { type Block, type DenseBlock, sliceBlock, toDense } from '../src/signal/block.ts';
import type { ArrayDataset } from '../src/signal/dataset.ts';
import { DTYPES, type Dtype, type NumberArray, type ValueArray } from '../src/signal/dtype.ts';
import { isSpectrailError } from '../src/signal/errors.ts';
import { dmFile, group, list } from '../test/dm-file.ts';
import { memoryTarget } from '../test/memory-folder.ts';

const home = mkdtempSync(join(tmpdir(), 'spectrail-rows-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** More than two tiles, not a whole number of them. */
const SHAPE = [41, 223, 12];
const PIXELS = SHAPE[0] * SHAPE[1];
const CHANNELS = SHAPE[2];

function map(dtype: Dtype, values: ValueArray): ArrayDataset {
  return {
    kind: 'array',
    title: 'map',
    shape: SHAPE,
    dtype,
    axes: SHAPE.map((size, d) => uniformAxis({ name: 'yxE'[d], role: d < 2 ? 'navigation' : 'spectral', size })),
    values: { kind: 'dense', load: async () => values },
    metadata: {},
    original: {},
    warnings: [],
  };
}

const dense = Float32Array.from({ length: PIXELS * CHANNELS }, (_, i) => (i % 1013) / 8 - 3);
const counts = Uint16Array.from({ length: PIXELS * CHANNELS }, (_, i) =>
  (i * 40503) % 65536 < 6000 ? 1 + (i % 300) : 0,
);

/** The file of a dataset in a format that is written, on disk. */
async function saved(id: string, dataset: ArrayDataset): Promise<string> {
  const entry = FORMATS.find((format) => format.id === id)!;
  const { encode, writeFolder, extensions } = (await entry.load()).default;
  const path = join(home, `${id}-${dataset.dtype}${extensions[0]}`);
  if (encode) writeFileSync(path, await encode(dataset));
  else {
    const { target, files } = memoryTarget();
    await writeFolder!(dataset, target);
    for (const [inside, bytes] of files) {
      mkdirSync(dirname(join(path, inside)), { recursive: true });
      writeFileSync(join(path, inside), bytes);
    }
  }
  return path;
}

async function ripple(): Promise<string> {
  const swapped = Buffer.from(counts.slice().buffer).swap16();
  writeFileSync(join(home, 'big.raw'), Buffer.concat([Buffer.alloc(7), swapped]));
  const lines = [
    ...[`key\tvalue`, `width\t${SHAPE[1]}`, `height\t${SHAPE[0]}`, `depth\t${CHANNELS}`, 'offset\t7'],
    ...['data-type\tunsigned', 'data-length\t2', 'byte-order\tbig-endian', 'record-by\tvector'],
  ];
  writeFileSync(join(home, 'big.rpl'), lines.join('\n'));
  return join(home, 'big.rpl');
}

/** The same, a plane of each channel after the other. */
async function rippleByImage(): Promise<string> {
  const planes = new Uint16Array(counts.length);
  for (let i = 0; i < PIXELS; i++) for (let c = 0; c < CHANNELS; c++) planes[c * PIXELS + i] = counts[i * CHANNELS + c];
  writeFileSync(join(home, 'planes.raw'), Buffer.from(planes.buffer));
  const lines = [
    ...[`key\tvalue`, `width\t${SHAPE[1]}`, `height\t${SHAPE[0]}`, `depth\t${CHANNELS}`, 'offset\t0'],
    ...['data-type\tunsigned', 'data-length\t2', 'byte-order\tlittle-endian', 'record-by\timage', 'depth-units\tkeV'],
  ];
  writeFileSync(join(home, 'planes.rpl'), lines.join('\n'));
  return join(home, 'planes.rpl');
}

/** A spectrum image as DigitalMicrograph writes it: one channel after the other. */
async function digitalMicrograph(): Promise<string> {
  const [height, width] = SHAPE;
  const values = Array.from(counts, (_, i) => counts[(i % PIXELS) * CHANNELS + Math.floor(i / PIXELS)]);
  const image = group({
    Name: 'map',
    ImageTags: group({ 'Meta Data': group({ Format: 'Spectrum image', Signal: 'X-ray' }) }),
    ImageData: group({
      Calibrations: group({ Dimension: list() }),
      DataType: 10,
      Dimensions: list(width, height, CHANNELS),
      Data: { type: 4, values },
    }),
  });
  writeFileSync(join(home, 'map.dm4'), dmFile(group({ ImageList: list(image) }), { version: 4 }));
  return join(home, 'map.dm4');
}

/** A series of frames as a Merlin detector writes it: big-endian counts, the last row first, 384 bytes before each. */
async function merlin(): Promise<string> {
  const [frames, height, width] = SHAPE;
  const size = [width, height].map((n) => String(n).padStart(4, '0')).join();
  const parts = Array.from({ length: frames }, (_, i) => {
    const frame = Buffer.alloc(384 + 2 * height * width);
    frame.write(
      `MQ1,${String(i + 1).padStart(6, '0')},00384,01,${size},U16,   1x1,01,2024-07-02 13:46:44.035393,0.001,0,0,0`,
    );
    for (let y = 0; y < height; y++) {
      const row = counts.subarray((i * height + y) * width, (i * height + y + 1) * width);
      for (const [x, n] of row.entries()) frame.writeUInt16BE(n, 384 + 2 * ((height - 1 - y) * width + x));
    }
    return frame;
  });
  writeFileSync(join(home, 'frames.mib'), Buffer.concat(parts));
  return join(home, 'frames.mib');
}

/** A series of spectra as TIA writes it: 16-bit counts, 26 bytes before and a time tag of 8 after each. */
async function tia(): Promise<string> {
  const header = 30 + 2 * 32;
  const values = header + 8 * PIXELS;
  const stride = 26 + 2 * CHANNELS + 8;
  const bytes = Buffer.alloc(values + PIXELS * stride);
  bytes.set([0x49, 0x49, 0x97, 0x01, 0x10, 0x02, 0x20, 0x41, 0, 0, 0x52, 0x41]);
  for (const [at, value] of [PIXELS, PIXELS, header, 2].entries()) bytes.writeUInt32LE(value, 14 + 4 * at);
  for (const [d, size] of [SHAPE[1], SHAPE[0]].entries()) {
    bytes.writeUInt32LE(size, 30 + 32 * d);
    bytes.writeDoubleLE(1, 42 + 32 * d);
  }
  for (let e = 0; e < PIXELS; e++) {
    const at = values + e * stride;
    bytes.writeUInt32LE(at, header + 4 * e);
    bytes.writeUInt32LE(at + stride - 8, header + 4 * (PIXELS + e));
    bytes.writeDoubleLE(1, at + 8);
    bytes.writeUInt16LE(2, at + 20);
    bytes.writeUInt32LE(CHANNELS, at + 22);
    for (let c = 0; c < CHANNELS; c++) bytes.writeUInt16LE(counts[e * CHANNELS + c], at + 26 + 2 * c);
  }
  writeFileSync(join(home, 'map.ser'), bytes);
  return join(home, 'map.ser');
}

/** A series of frames as TopSpin writes it: each in a dataset of its own. */
async function topSpin(): Promise<string> {
  const file = await createHdf5();
  file.strings('/Metadata', ['<Metadata Serializer="ProcedureDocumentSerializer"/>']);
  file.strings('/Version', ['1']);
  const series = '/a0dba950-15bf-4a74-a81c-9cea8560c2c8';
  file.group(series);
  const [frames, ...frame] = SHAPE;
  const size = dense.length / frames;
  for (let i = 0; i < frames; i++) {
    file.group(`${series}/${i}`);
    file.dataset(`${series}/${i}/Data`, frame, 'float32', [dense.subarray(i * size, (i + 1) * size)]);
  }
  writeFileSync(join(home, 'frames.app5'), file.finish());
  return join(home, 'frames.app5');
}

const samples = await Promise.all(
  [
    ['Merlin frames', merlin()],
    ['NumPy', saved('npy', map('float32', dense))],
    ['Ripple by vector, big-endian', ripple()],
    ['Ripple by image', rippleByImage()],
    ['DigitalMicrograph, energies last', digitalMicrograph()],
    ['TIA', tia()],
    ['TopSpin', topSpin()],
    ['NeXus', saved('nexus', map('float32', dense))],
    ['HyperSpy Zarr', saved('zspy', map('float32', dense))],
    ['a dense store', saved('store', map('float32', dense))],
    ['a store of events', saved('store', map('uint16', counts))],
  ].map(async ([name, path]) => {
    const { datasets } = await openFile(await openNodePath((await path) as string));
    const dataset = datasets[0] as ArrayDataset;
    return [name as string, dataset] as const;
  }),
);

/** Readers of plain values, which use what they are lent. */
const USED = new Set(['rows/raw', 'rows/planes', 'rows/framed', 'rows/tia', 'rows/hdf5', 'rows/dense']);

async function wholeOf({ values, shape }: ArrayDataset): Promise<Block> {
  const loaded = await values.load();
  if ('kind' in loaded) return loaded;
  const channels = shape[shape.length - 1];
  return { kind: 'dense', pixels: loaded.length / channels, channels, values: loaded as NumberArray };
}

it('every reader of rows is tried here', () => {
  const tried = samples.map(([, { values }]) => values.rows?.source.reader);
  expect([...new Set(tried)].sort()).toEqual(Object.keys(ROW_READERS).sort());
});

describe.each(samples)('rows of %s', (_, dataset) => {
  it('are those of the whole for any range, where the caller stands and in a job that was sent away', async () => {
    const whole = await wholeOf(dataset);
    const { read, source } = dataset.values.rows!;
    const { reader, args } = structuredClone(source);
    const edges = fc.oneof(fc.nat(PIXELS), fc.constantFrom(0, 4096, 8192, PIXELS));
    await fc.assert(
      fc.asyncProperty(edges, edges, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const wanted = toDense(sliceBlock(whole, start, end)).values;
        const away = await readRange({ type: 'stored', reader, args, start, end }, resolveMember);
        for (const block of [await read(start, end), away]) {
          expect([block.kind, block.pixels, block.channels]).toEqual([source.kind, end - start, CHANNELS]);
          const found = toDense(block, 'float64').values;
          expect(found.length).toBe(wanted.length);
          for (let i = 0; i < wanted.length; i++)
            if (found[i] !== wanted[i]) expect([i, found[i]]).toEqual([i, wanted[i]]);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('keep nothing but the block in memory that is lent for them, whatever was there before', async () => {
    const whole = await wholeOf(dataset);
    const { read, source } = dataset.values.rows!;
    let lent: Uint8Array[] = [];
    const lend = (bytes: number) => {
      lent.push(new Uint8Array(bytes).fill(0xab));
      return lent[lent.length - 1] as Uint8Array<ArrayBuffer>;
    };
    const runs = [0, 100, 4096, 4150, 8192, PIXELS, 100, 150, 0, PIXELS];
    for (const [i, start] of runs.entries()) {
      const end = runs[i + 1] ?? 0;
      if (end <= start) continue;
      lent = [];
      const block = await read(start, end, lend);
      expect(Array.from(toDense(block, 'float64').values)).toEqual(
        Array.from(toDense(sliceBlock(whole, start, end)).values),
      );
      if (USED.has(source.reader))
        expect(lent.map(({ buffer }) => buffer)).toEqual([(block as DenseBlock).values.buffer]);
      for (const memory of lent) memory.fill(0xcd);
    }
  });

  it('say of themselves what they are', async () => {
    const whole = await wholeOf(dataset);
    const { source, facts } = dataset.values.rows!;
    const entries = whole.kind === 'events' ? whole.count.length : PIXELS * CHANNELS;
    expect(source).toMatchObject({ type: 'stored', pixels: PIXELS, channels: CHANNELS, kind: whole.kind, entries });
    expect(source.bytes).toBeGreaterThanOrEqual(entries * (whole.kind === 'events' ? 3 : DTYPES[dataset.dtype].bytes));
    if (!facts) return;
    const values = Array.from(toDense(whole, 'float64').values);
    expect(facts).toEqual({
      whole: values.every((value) => Number.isInteger(value)),
      min: values.reduce((a, b) => Math.min(a, b)),
      nonZero: values.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0),
      values: PIXELS * CHANNELS,
    });
  });
});

it('files that are gone when a job comes to read them are an error in words', async () => {
  const path = await saved('npy', map('uint16', counts));
  const { datasets } = await openFile(await openNodePath(path));
  const { source } = (datasets[0] as ArrayDataset).values.rows!;
  const { reader, args } = structuredClone(source);
  const job = () => readRange({ type: 'stored', reader, args, start: 9000, end: PIXELS }, resolveMember);
  writeFileSync(path, new Uint8Array(1000));
  await expect(job()).rejects.toMatchObject({ kind: 'format', code: 'changed-file' });
  rmSync(path);
  expect(isSpectrailError(await job().catch((error) => error), 'format')).toBe(true);
});
