import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { hdf5Library } from '../hdf5/library.ts';
import { privateName } from '../hdf5/mount.ts';
import { type AttributeValue, createHdf5, type Hdf5Writer } from '../hdf5/write.ts';
import { openFile } from '../index.ts';

interface Field {
  readonly shape?: readonly number[];
  readonly values?: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

function put(file: Hdf5Writer, path: string, { values, shape, attributes = {} }: Field): void {
  const size = shape ?? [values?.length ?? 0];
  const count = size.reduce((a, b) => a * b, 1);
  file.dataset(path, size, 'float64', [Float64Array.from({ length: count }, (_, i) => values?.[i] ?? (i * 7) % 5)]);
  for (const [key, value] of Object.entries(attributes)) file.attribute(path, key, value);
}

async function made(make: (file: Hdf5Writer) => void): Promise<Uint8Array> {
  const file = await createHdf5();
  make(file);
  return file.finish();
}

async function read(bytes: Uint8Array, name = 'a.h5'): Promise<ArrayDataset[]> {
  const { format, datasets } = await openFile(memoryFile(name, bytes));
  expect(format).toBe('hdf5-arrays');
  return datasets as ArrayDataset[];
}

const inGroup = async (fields: Readonly<Record<string, Field>>, attributes: Record<string, AttributeValue> = {}) => {
  const bytes = await made((file) => {
    file.group('/g');
    for (const [key, value] of Object.entries(attributes)) file.attribute('/g', key, value);
    for (const [name, field] of Object.entries(fields)) put(file, `/g/${name}`, field);
  });
  return new Map((await read(bytes)).map((dataset) => [dataset.title.slice(2), dataset]));
};

/** With all that the library itself can write. */
async function byLibrary(make: (file: InstanceType<typeof import('h5wasm').File>) => void): Promise<Uint8Array> {
  const { h5, module } = await hdf5Library();
  const name = privateName('test');
  const file = new h5.File(name, 'w');
  make(file);
  file.close();
  const bytes = module.FS.readFile(name);
  module.FS.unlink(name);
  return bytes;
}

const counted = { kind: 'uniform', name: '', unit: '', scale: 1, offset: 0 };

describe('an HDF5 file of unknown kind', () => {
  it('is opened as its arrays, called by their paths in the order of letters, whatever the name of the file', async () => {
    const bytes = await made((file) => {
      file.group('/b');
      put(file, '/b/y', { shape: [2, 3] });
      put(file, '/c', { values: [4, 2, 8] });
      put(file, '/a', { values: [1, 9] });
    });
    for (const name of ['a.h5', 'a.ptir', 'a.xyz']) {
      const datasets = await read(bytes, name);
      expect(datasets.map(({ title, shape }) => [title, shape])).toEqual([
        ['a', [2]],
        ['b/y', [2, 3]],
        ['c', [3]],
      ]);
      expect(await datasets[2].values.load()).toEqual(Float64Array.of(4, 2, 8));
      expect(datasets[0].warnings.join()).toContain('kind of this HDF5 file is not known');
    }
  });

  it('says so where it looks like a kind that is known', async () => {
    const bytes = await made((file) => {
      file.group('/entry');
      put(file, '/entry/y', { shape: [3] });
    });
    expect((await read(bytes))[0].warnings).toEqual([expect.stringContaining('looks like a NeXus file')]);
  });

  it('is read by it only where no other reader knows it', async () => {
    const bytes = await made((file) => {
      file.group('/d');
      file.attribute('/d', 'NX_class', 'NXdata');
      put(file, '/d/data', { shape: [3] });
    });
    expect((await openFile(memoryFile('a.h5', bytes))).format).toBe('nexus');
  });

  it('keeps attributes, single values and short texts as its own tree, also those that JSON cannot hold', async () => {
    const bytes = await made((file) => {
      file.group('/g');
      file.group('/h');
      file.attribute('/', 'made_by', 'us');
      file.attribute('/g', 'gain', 2);
      file.attribute('/h', 'gain', 3);
      file.strings('/g/sample', ['Fe']);
      file.strings('/h/sample', ['Cu']);
      put(file, '/g/current', { values: [0.5] });
      put(file, '/g/y', { shape: [3], attributes: { bad: Number.NaN, __proto__x: 'x', text: 'z'.repeat(2000) } });
      file.attribute('/g/y', '__proto__', 'harmless');
    });
    const [{ original }] = await read(bytes);
    expect(original).toMatchObject({
      path: '/g/y',
      groups: { '/': { made_by: 'us' }, '/g': { gain: 2 } },
      fields: { 'g/sample': 'Fe', 'g/current': 0.5 },
      attributes: { bad: 'NaN', text: `${'z'.repeat(1024)}…` },
    });
    expect(Object.keys(original.groups as object)).toEqual(['/', '/g']);
    expect(Object.keys(original.fields as object)).toEqual(['g/current', 'g/sample']);
    expect(Object.keys(original.attributes as object)).toContain('__proto__');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('tells the quantity with its unit, and when pyUSID wrote it', async () => {
    const own = { long_name: 'Current', units: 'nA', timestamp: '2020_08_11-09_58_49' };
    const fields = { a: { shape: [3], attributes: own }, b: { shape: [3], attributes: { units: 'mV' } } };
    const datasets = await inGroup({
      ...fields,
      c: { shape: [3], attributes: { quantity: 'Height' } },
      d: { shape: [3] },
    });
    expect(datasets.get('a')?.metadata).toEqual({ quantity: 'Current (nA)', date: '2020-08-11', time: '09:58:49' });
    expect(datasets.get('b')?.metadata).toEqual({ quantity: 'mV' });
    expect(datasets.get('c')?.metadata).toEqual({ quantity: 'Height' });
    expect(datasets.get('d')?.metadata).toEqual({});
  });

  it('without arrays of numbers is refused', async () => {
    const bytes = await made((file) => {
      put(file, '/one', { values: [1] });
      file.strings('/names', ['a', 'b']);
    });
    await expect(openFile(memoryFile('a.h5', bytes))).rejects.toMatchObject({
      code: 'no-arrays',
      what: expect.stringContaining('of no known kind, and holds no array of numbers'),
    });
  });

  it('with thousands of arrays gives the first 2048 and says so', async () => {
    const bytes = await byLibrary((file) => {
      for (let i = 0; i < 2050; i++) file.create_dataset({ name: `d${i}`, data: [i, 1], dtype: '<f4' });
    });
    const datasets = await read(bytes);
    expect(datasets).toHaveLength(2048);
    expect(datasets[0].warnings.join()).toContain('more than 2048 arrays');
  });

  it('says which datasets are records and not numbers', async () => {
    const { module } = await hdf5Library();
    const bytes = await byLibrary((file) => {
      file.create_dataset({ name: 'y', data: [1, 2], dtype: '<f8' });
      const at = module._malloc(24);
      const member = { type: 1, size: 8, signed: false, vlen: false, littleEndian: true };
      const members = ['x', 'y', 'z'].map((name, i) => ({ ...member, name, offset: 8 * i }));
      const size = { shape: [1n, 2n].slice(1), maxshape: [2n], chunks: null, total_size: 2, track_order: false };
      const type = { ...member, type: 6, size: 24, compound_type: { nmembers: 3, members } };
      module.create_dataset(file.file_id, '/records', BigInt(at), {
        ...type,
        ...size,
        compression: 0,
        compression_opts: [],
      } as never);
      module._free(at);
    });
    const datasets = await read(bytes);
    expect(datasets.map(({ title }) => title)).toEqual(['y']);
    expect(datasets[0].warnings.join()).toContain('"records" is left out: it holds records with the fields x, y, z');
  });
});

describe('the axes of its arrays', () => {
  it('are dimension scales, called by the label of the dimension', async () => {
    const bytes = await byLibrary((file) => {
      file.create_dataset({ name: 'y', data: new Float32Array(12), shape: [3, 4] });
      file.create_dataset({ name: 'e', data: [1, 2, 4, 8], dtype: '<f8' }).create_attribute('units', 'eV');
      file.create_dataset({ name: 'n', data: [0, 0, 0], dtype: '<i4' });
      const [y, e, n] = ['y', 'e', 'n'].map((name) => file.get(name)) as import('h5wasm').Dataset[];
      e.make_scale('e');
      n.make_scale('This is a netCDF dimension but not a netCDF variable.         3');
      y.attach_scale(1, 'e');
      y.attach_scale(0, 'n');
      y.set_dimension_label(1, 'Loss');
      y.set_dimension_label(0, 'spot');
    });
    const found = (await read(bytes)).find(({ title }) => title === 'y');
    expect(found?.axes).toMatchObject([
      { ...counted, name: 'spot', role: 'navigation' },
      { name: 'Loss', unit: 'eV', role: 'spectral', positions: Float64Array.of(1, 2, 4, 8) },
    ]);
  });

  it('are those that NeXus attributes name, though the group has no class; they have none themselves', async () => {
    const y = { shape: [2, 3, 3] };
    const datasets = await inGroup({ y, a: { values: [3, 2, 0] }, b: { values: [5, 7] } }, { axes: 'b,a,.' });
    expect(datasets.get('y')?.axes).toMatchObject([{ name: 'b', offset: 5, scale: 2 }, { name: 'a' }, { name: '' }]);
    expect(axisValues(datasets.get('y')!.axes[1])).toEqual(Float64Array.of(3, 2, 0));
    expect(datasets.get('a')?.axes).toMatchObject([{ ...counted, role: 'spectral' }]);
    const marked = await inGroup({ y, a: { values: [3, 2, 0], attributes: { axis: 2 } } });
    expect(marked.get('y')?.axes.map(({ name }) => name)).toEqual(['', 'a', '']);
  });

  it('are those of pyUSID, in the group or above; letters of a unit are put together', async () => {
    const labels = (name: string, units: readonly string[]) => ({ labels: [name], units });
    const bytes = await made((file) => {
      for (const group of ['/m', '/m/c']) file.group(group);
      put(file, '/m/Position_Values', { shape: [2, 1], values: [1, 3], attributes: labels('X', ['um']) });
      put(file, '/m/Spectroscopic_Indices', { shape: [1, 3], values: [0, 1, 2] });
      const wavenumbers = labels('Z', ['c', 'm', '-', '1']);
      put(file, '/m/Spectroscopic_Values', { shape: [1, 3], values: [900, 800, 600], attributes: wavenumbers });
      put(file, '/m/c/Raw_Data', { shape: [2, 3] });
    });
    const datasets = await read(bytes);
    expect(datasets.find(({ title }) => title.endsWith('Raw_Data'))?.axes).toMatchObject([
      { name: 'X', unit: 'µm', role: 'navigation', offset: 1, scale: 2 },
      { name: 'Z', unit: '1/cm', role: 'spectral', positions: Float64Array.of(900, 800, 600) },
    ]);
    expect(datasets.find(({ title }) => title.endsWith('Indices'))?.axes).toMatchObject([counted, counted]);
  });

  it('are the only dataset beside with the fitting length and the name or unit of an axis', async () => {
    const y = { shape: [3, 2] };
    const energy = { values: [7, 8, 10] };
    const only = await inGroup({ y, energy });
    expect(only.get('y')).toMatchObject({ shape: [2, 3], axes: [counted, { name: 'energy', role: 'spectral' }] });
    expect(Array.from((await only.get('y')?.values.load()) as Float64Array)).toEqual([0, 4, 3, 2, 1, 0]);
    const byUnit = await inGroup({ y, p: { values: [7, 8, 10], attributes: { units: 'um' } } });
    expect(byUnit.get('y')?.axes[0]).toMatchObject({ name: 'p', unit: 'µm' });
    const measured = { values: [7, 8, 10], attributes: { units: 'counts' } };
    const others: Record<string, Field>[] = [
      { y, energy, wavelength: energy },
      { y: { shape: [3, 3] }, energy },
      { y, energy: { values: [7, 10, 8] } },
      { y, energy: { values: [7, 8, 9, 10] } },
      { y, measured },
    ];
    for (const fields of others) expect((await inGroup(fields)).get('y')?.axes).toMatchObject([counted, counted]);
  });
});
