import { inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHdf5, openHdf5 } from '../../src/formats/hdf5/index.ts';
import { HDF5_MEMORY, hdf5Library } from '../../src/formats/hdf5/library.ts';
import hspy from '../../src/formats/hspy/index.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import type { ArrayDataset } from '../../src/signal/dataset.ts';
import { memoryFile } from '../memory-file.ts';

const SHAPE = [23, 29, 31];
const VALUES = Uint16Array.from({ length: 23 * 29 * 31 }, (_, i) => (i * 7919) % 65521);

const fixture = (text: string) => new Uint8Array(inflateSync(Buffer.from(text, 'base64')));

/** h5py: create_dataset('data', (64,), 'u1', external=[('/etc/passwd', 0, 64)]) */
const EXTERNAL = fixture(
  'eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KDvCi8mHyCVCaEUp3QOkVTDBxRrCcBFRcEGo+urqQIFdXkOr/aABmzwNWCM3BMApGIvBw' +
    'dQwA0RFQPiw9nWBCVedaUZBalJmbmldSjJIuHci0F1f69WCG8DNYiUu/LzhH0+9o+kWkX1gp28GKqq4ErTz1oNDeYD9/F1AKhqU7' +
    'BWY089HS8SggrRwIYIfwCziJKwcqeEbLgdFyALMcmMCJqi4lsSSRluWABjtqOYCejkcBrnKADRJmjDA+pERgZGREaWfAaGZgDDNC' +
    '45kRKeezAmkQn4mJCSzMzqAB5jNCyxoHHOUEzFwOqL3MjLASBr2Fk0DX9CyBVm8l8KCq008tSdYvSCwuLk/Bmh4NuEfTFjkAAJaf' +
    'cVc=',
);
/** h5py: create_virtual_dataset('data', layout of a VirtualSource('/etc/passwd', 'x', shape=(64,))) */
const VIRTUAL = fixture(
  'eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KOmRR+TD5BCjNCKU7oPQKJpg4I1hOAiouCDUfXV1IkKsrSPV/NACz5wErhOZgGAUjEXi4' +
    'OgaA6AgoH5aeTjChqnOtKEgtysxNzSspRkmXDmTaiyv9ejBD+BmsxKXfF5yj6Xc0/SLSL6yU7WBFVVeCVp56UGhvsJ+/CygFw9Kd' +
    'AjOa+WjpeBSQVg4EsEP4BZzElQMOMqPlwGg5gFkOTOBEVZeSWJJIy3JAgx21HEBPx6MAVznABgkzRhgfUiIwMjKitDNgNDMwhhmh' +
    '8cyIlPNZgTSIz8TExAgRhaQEFmYHHuSYEYKqB/EufGHPRrScBwdwd/b3YURKyLD05M2AVpHpp5Yk6xckFheXpzBUMDAjyYAAExIf' +
    'FlQwvj0Q99xbKIpi7wT+0bQ4CkbBKBgFo2AUjIJRMApGwSgYBaNgFNALoI8rGXCPhgk5AACxyG44',
);

type Module = Awaited<ReturnType<typeof hdf5Library>>['module'];

/** A file changed by the library itself: links that no writer of ours makes. */
async function edited(bytes: Uint8Array, edit: (module: Module, file: bigint) => void): Promise<Uint8Array> {
  const { module } = await hdf5Library();
  module.FS.writeFile('/edited', bytes);
  const file = module.open('/edited', module.H5F_ACC_RDWR, false, -1, -1);
  edit(module, file);
  module.close_file(file);
  const out = module.FS.readFile('/edited');
  module.FS.unlink('/edited');
  return out;
}

async function packedFile(): Promise<Uint8Array> {
  const file = await createHdf5();
  file.dataset('/values', SHAPE, 'uint16', [VALUES]);
  return file.finish();
}

/** The values, or the code of the refusal. */
async function valuesOf(bytes: Uint8Array): Promise<ArrayLike<number> | string> {
  try {
    const file = await openHdf5(memoryFile('x.h5', bytes));
    try {
      return (await file.read('/values')) as ArrayLike<number>;
    } finally {
      await file.close();
    }
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a packed chunk', () => {
  it('with a wrong byte anywhere gives the right values or is refused, never others', async () => {
    const good = await packedFile();
    const from = Buffer.from(good).indexOf(Buffer.of(0x78, 0x01));
    expect(from).toBeGreaterThan(0);
    const outcomes = new Map<string, number>();
    for (let at = from; at < good.length; at += 331) {
      const bytes = good.slice();
      bytes[at] ^= at % 2 === 0 ? 0xff : 1;
      const found = await valuesOf(bytes);
      const outcome = typeof found === 'string' ? found : VALUES.every((v, i) => v === found[i]) ? 'right' : 'WRONG';
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect([...outcomes.keys()].filter((outcome) => !['right', 'hdf5-damaged'].includes(outcome))).toEqual([]);
    expect(outcomes.get('hdf5-damaged')).toBeGreaterThan(100);
  });

  it.each([
    ['blosc', 32001],
    ['lz4', 32004],
    ['bitshuffle', 32008],
    ['zstd', 32015],
    ['szip', 4],
    ['an unregistered one', 60000],
  ])('packed with a filter that is not built in (%s) is refused by its number', async (_, id) => {
    const bytes = await packedFile();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint16(Buffer.from(bytes).indexOf('deflate') - 8, id, true);
    const file = await openHdf5(memoryFile('x.h5', bytes));
    await expect(file.read('/values')).rejects.toMatchObject({
      kind: 'format',
      code: 'hdf5-filter',
      what: expect.stringContaining(`HDF5 filter ${id}`),
      fix: expect.stringContaining('h5repack'),
    });
    await file.close();
  });

  it('cut off with the end of the file is refused', async () => {
    const good = await packedFile();
    for (const part of [0.2, 0.5, 0.9, 0.999]) {
      expect(await valuesOf(good.slice(0, Math.floor(good.length * part)))).toBe('hdf5-damaged');
    }
  });
});

describe('links', () => {
  const metadata = '/Experiments/signal/metadata';
  let good: Uint8Array;

  beforeAll(async () => {
    const dataset: ArrayDataset = {
      kind: 'array',
      title: 'signal',
      shape: [5],
      dtype: 'float64',
      axes: [uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size: 5 })],
      values: { kind: 'dense', load: async () => Float64Array.of(1, 2, 3, 4, 5) },
      metadata: { operator: 'me' },
      original: {},
      warnings: [],
    };
    good = await hspy.encode!(dataset);
  });

  const read = async (bytes: Uint8Array) => (await hspy.read!(memoryFile('x.hspy', bytes))) as ArrayDataset[];

  it('that lead back to a group above are left out with a warning, and the rest is read, quickly', async () => {
    const links: [string, string][] = [
      [metadata, `${metadata}/self`],
      ['/', `${metadata}/root`],
      ['/', '/Experiments/signal/original_metadata/root'],
      ...Array.from({ length: 20 }, (_, i): [string, string] => [metadata, `${metadata}/again${i}`]),
    ];
    for (const kind of ['create_soft_link', 'create_hard_link'] as const) {
      const looped = await edited(good, (module, file) => {
        for (const [to, at] of links) module[kind](file, to, at);
      });
      const started = process.cpuUsage();
      const [dataset] = await read(looped);
      expect(process.cpuUsage(started).user).toBeLessThan(5e6);
      expect(await dataset.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5));
      expect(dataset.metadata).toMatchObject({ operator: 'me' });
      expect(dataset.warnings.join()).toContain('leads back to a group above it');
    }
  });

  it('that lead to each other are refused', async () => {
    const looped = await edited(good, (module, file) => {
      module.create_soft_link(file, '/b', '/a');
      module.create_soft_link(file, '/a', '/b');
    });
    await expect(read(looped)).rejects.toMatchObject({ kind: 'format', code: 'hdf5-damaged' });
  });

  it('to nothing and to other files are passed over', async () => {
    const linked = await edited(good, (module, file) => {
      module.create_soft_link(file, '/nowhere', `${metadata}/dangling`);
      module.create_external_link(file, '/etc/passwd', '/x', `${metadata}/outside`);
      module.create_external_link(file, '/dev/stdin', '/x', `${metadata}/keyboard`);
      module.create_external_link(file, '/etc/passwd', '/x', '/Experiments/outside');
    });
    const datasets = await read(linked);
    expect(datasets).toHaveLength(1);
    expect(datasets[0].metadata).toMatchObject({ operator: 'me' });
  });

  it('to another file that is open at the same time lead nowhere: its name cannot be known', async () => {
    const writer = await createHdf5();
    writer.group('/secret');
    const secret = await openHdf5(memoryFile('secret.h5', writer.finish()));
    const { module } = await hdf5Library();
    const open = () => module.FS.readdir('/').filter((name: string) => name.startsWith('source-'));
    const [name] = open();
    expect(open()).toHaveLength(1);
    expect(name).toMatch(/^source-[0-9a-f]{24,32}$/);
    await secret.close();
    expect(open()).toEqual([]);
  });

  it('are not followed by the values either', async () => {
    const file = await openHdf5(memoryFile('x.h5', EXTERNAL));
    await expect(file.read('/Experiments/t/data')).rejects.toMatchObject({ kind: 'format', code: 'hdf5-damaged' });
    await file.close();
    const virtual = await openHdf5(memoryFile('x.h5', VIRTUAL));
    await expect(virtual.read('/Experiments/t/data')).rejects.toMatchObject({ kind: 'format', code: 'hdf5-elsewhere' });
    await virtual.close();
  });

  it('the library sees no terminal that it could wait for', async () => {
    const { module } = await hdf5Library();
    expect(module.FS.readdir('/dev').filter((name: string) => /std|tty|random/.test(name))).toEqual([]);
  });
});

describe('attributes and texts', () => {
  it('more attributes than any program writes are refused: finding each takes as long as all before it', async () => {
    const writer = await createHdf5();
    writer.group('/many');
    for (let i = 0; i < 4097; i++) writer.attribute('/many', `a${i}`, 1);
    const file = await openHdf5(memoryFile('x.h5', writer.finish()));
    await expect(file.attributes('/many')).rejects.toMatchObject({ kind: 'format', code: 'hdf5-too-large' });
    await file.close();
  });

  it('values that are said to be 10⁹ and more are refused before they have memory', async () => {
    const writer = await createHdf5();
    writer.dataset('/values', [7, 11], 'float64', [new Float64Array(77)]);
    const bytes = writer.finish();
    const { module } = await hdf5Library();
    for (const size of [1e9, 2 ** 31, 2 ** 32 - 1, 2 ** 53]) {
      const lie = bytes.slice();
      const dims = Buffer.from(BigUint64Array.of(7n, 11n).buffer);
      for (let at = Buffer.from(lie).indexOf(dims); at >= 0; at = Buffer.from(lie).indexOf(dims, at + 1)) {
        new DataView(lie.buffer, lie.byteOffset).setBigUint64(at, BigInt(size), true);
      }
      const file = await openHdf5(memoryFile('x.h5', lie));
      await expect(file.read('/values')).rejects.toMatchObject({ kind: 'format' });
      await expect(file.strings('/values')).rejects.toMatchObject({ kind: 'format' });
      await file.close();
      expect(module.HEAPU8.length).toBeLessThanOrEqual(HDF5_MEMORY);
    }
  });

  it.each([1e9, 2 ** 31 - 1, 2 ** 32 - 1])('a text that is said to have %d bytes takes little memory', async (size) => {
    const writer = await createHdf5();
    writer.strings('/words', ['Fe', 'a word that is easily found', 'µ']);
    const bytes = writer.finish();
    const heap = Buffer.from(bytes).indexOf('GCOL');
    const address = Buffer.alloc(8);
    address.writeBigUInt64LE(BigInt(heap));
    const at = Buffer.from(bytes).indexOf(address);
    expect(at).toBeGreaterThan(0);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at - 4, size, true);
    const file = await openHdf5(memoryFile('x.h5', bytes));
    await expect(file.strings('/words')).rejects.toMatchObject({ kind: 'format', code: 'hdf5-damaged' });
    await file.close();
    const { module } = await hdf5Library();
    expect(module.HEAPU8.length).toBeLessThanOrEqual(HDF5_MEMORY);
  });

  it('names that are properties of every object stay entries like others', async () => {
    const writer = await createHdf5();
    writer.group('/g');
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      writer.attribute('/g', name, 'harmless');
      writer.group(`/g/${name}`);
    }
    const file = await openHdf5(memoryFile('x.h5', writer.finish()));
    const attributes = await file.attributes('/g');
    expect(Object.keys(attributes).sort()).toEqual(['__proto__', 'constructor', 'hasOwnProperty', 'toString']);
    for (const [, attribute] of Object.entries(attributes)) expect(attribute).toEqual({ value: 'harmless' });
    expect(Object.getPrototypeOf(attributes)).toBeNull();
    expect((await file.list('/g')).map(({ kind }) => kind)).toEqual(['group', 'group', 'group', 'group']);
    await file.close();
  });
});
