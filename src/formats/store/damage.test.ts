import { describe, expect, it } from 'vitest';
import type { MemoryFolder } from '../../../test/memory-folder.ts';
import { counts, dataset, map, PIXELS, reopen, store } from '../../../test/store-maps.ts';
import { crc32 } from '../../kernels/crc32.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import { SUMS } from './layout.ts';
import { sumsOf } from './sums.ts';

describe('damage', () => {
  const dense = () =>
    dataset(
      [37, 250, 16],
      'float32',
      Float32Array.from(counts, (count) => count + 0.5),
    );

  it.each([
    ['events', map],
    ['dense', dense],
  ])('any flipped byte of a store of %s that is read is refused, chunks with tile and file', async (_, make) => {
    const { files } = await store(make());
    const read = [...files.keys()].filter((path) =>
      /^(\.zattrs|SHA256SUMS|events\/.*|checksums\/0.0|.*\/data\/.*)$/.test(path),
    );
    for (const path of read.filter((name) => !name.endsWith('.zgroup'))) {
      const size = files.get(path)!.length;
      for (const at of [0, size >> 1, size - 1]) {
        const changed = new Map(files);
        const bytes = files.get(path)!.slice();
        bytes[at] ^= 4;
        changed.set(path, bytes);
        const error = await failure(() => reopen(changed).then((found) => loadAll(found)));
        // In the list of sums a byte of another file's line does not matter.
        if (path === 'SHA256SUMS' && error === undefined) continue;
        expect(error, `${path} byte ${at}`).toMatchObject({ kind: 'format', code: 'damaged-store' });
        if (!/\/[\d/]+$/.test(path) || path.startsWith('checksums')) continue;
        expect(error?.where).toBe(`map.spectrail/${path}`);
        expect(error?.what).toMatch(/^tile [012] \(pixels \d+ to \d+\)/);
      }
    }
  });

  it.each([
    ['events', map],
    ['dense', dense],
  ])('a cut or missing chunk of a store of %s is refused before its values are made room for', async (_, make) => {
    const { files } = await store(make());
    for (const path of [...files.keys()].filter((name) => /^(events|Experiments)\/.*\/\d$/.test(name))) {
      for (const left of [undefined, files.get(path)!.slice(0, -1)]) {
        const changed = new Map(files);
        if (left) changed.set(path, left);
        else changed.delete(path);
        const error = await failure(() => reopen(changed).then((found) => loadAll(found)));
        expect(error).toMatchObject({ kind: 'format', code: 'damaged-store', where: `map.spectrail/${path}` });
      }
    }
  });

  it.each([
    ['offsets that descend', 'events/offsets/0', (bytes: Uint8Array) => bytes.fill(9, 8, 9)],
    ['a channel that does not exist', 'events/channels/0', (bytes: Uint8Array) => bytes.fill(255, 0, 2)],
    ['channels out of order', 'events/channels/0', (bytes: Uint8Array) => bytes.fill(0)],
    ['a count of 0', 'events/counts/0', (bytes: Uint8Array) => bytes.fill(0, 3, 4)],
  ])('a forged store with %s and checksums to fit is refused', async (_, path, forge) => {
    const { files } = await store(map());
    forge(files.get(path)!);
    await sign(files);
    const error = await failure(() => reopen(files).then((found) => loadAll(found)));
    expect(error).toMatchObject({ kind: 'format', code: 'damaged-store' });
  });

  it('a forged shape of 10^13 values costs nothing and is refused', async () => {
    const { files } = await store(map());
    const root = JSON.parse(text(files.get('.zattrs')!));
    root.spectrail.shape = [1e6, 1e6, 16];
    root.spectrail.axes[0].size = 1e6;
    root.spectrail.axes[1].size = 1e6;
    files.set('.zattrs', utf8(JSON.stringify(root)));
    await sign(files);
    expect(await failure(() => reopen(files))).toMatchObject({ code: 'damaged-store' });
    const offsets = JSON.parse(text(files.get('events/offsets/.zarray')!));
    files.set('events/offsets/.zarray', utf8(JSON.stringify({ ...offsets, shape: [1e12 + 1] })));
    await sign(files, new Uint8Array(16));
    expect(await failure(() => reopen(files).then((found) => loadAll(found)))).toMatchObject({
      code: 'damaged-store',
    });
  });

  it('a path that leads out of the store is refused', async () => {
    const { files } = await store(dense());
    const root = JSON.parse(text(files.get('.zattrs')!));
    root.spectrail.data = '../other/data';
    files.set('.zattrs', utf8(JSON.stringify(root)));
    await sign(files);
    expect(await failure(() => reopen(files))).toMatchObject({ kind: 'format', code: 'unsafe-path' });
  });

  it('a store of a later layout says so', async () => {
    const { files } = await store(map());
    const root = JSON.parse(text(files.get('.zattrs')!));
    root.spectrail.store = 2;
    files.set('.zattrs', utf8(JSON.stringify(root)));
    await sign(files);
    expect(await failure(() => reopen(files))).toMatchObject({ code: 'newer-store' });
  });

  it('another Zarr folder is no store', async () => {
    expect(await failure(() => reopen(new Map([['.zgroup', utf8('{}')]])))).toMatchObject({ code: 'not-a-store' });
  });
});

const loadAll = async ({ values }: ArrayDataset): Promise<unknown> => values.load();
const utf8 = (content: string) => new TextEncoder().encode(content);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function failure(work: () => Promise<unknown>): Promise<SpectrailError | undefined> {
  try {
    await work();
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    return error;
  }
  return undefined;
}

/** Gives changed files the sums of what they are now; a single run of tiles its checksums. */
async function sign(files: MemoryFolder, checksums?: Uint8Array<ArrayBuffer>): Promise<void> {
  const offsets = files.get('events/offsets/0');
  if (checksums) files.set('checksums/0.0', checksums);
  else if (offsets) files.set('checksums/0.0', eventChecksums(files, offsets));
  files.delete(SUMS);
  files.set(SUMS, Uint8Array.from(await sumsOf(files)));
}

function eventChecksums(files: MemoryFolder, offsetBytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const offsets = new BigUint64Array(offsetBytes.slice().buffer);
  const sums: number[] = [];
  for (let first = 0; first < PIXELS; first += 4096) {
    const last = Math.min(PIXELS, first + 4096);
    const [from, to] = [Number(offsets[first]), Number(offsets[last])];
    sums.push(crc32(offsetBytes.subarray(first * 8, (last + 1) * 8)));
    sums.push(crc32(files.get('events/channels/0')!.subarray(from * 2, to * 2)));
    sums.push(crc32(files.get('events/counts/0')!.subarray(from, to)));
  }
  return new Uint8Array(Uint32Array.from(sums).buffer);
}
