import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ValueArray } from '../../signal/dtype.ts';
import { type AttributeValue, createHdf5, type Hdf5Writer } from '../hdf5/write.ts';
import { openFile } from '../index.ts';
import emd from './index.ts';

interface Dimension {
  readonly name?: string;
  readonly unit?: string;
  readonly positions: readonly number[] | readonly string[];
}

function array(
  file: Hdf5Writer,
  path: string,
  shape: readonly number[],
  dimensions: readonly Dimension[],
  { name = 'data', first = 1, attributes = { emd_group_type: 1 } as Record<string, AttributeValue>, add = 0 } = {},
): void {
  const parents = path.split('/').slice(1, -1);
  let inside = '';
  for (const parent of parents) {
    inside += `/${parent}`;
    try {
      file.group(inside);
    } catch {
      // It is there already.
    }
  }
  file.group(path);
  for (const [key, value] of Object.entries(attributes)) file.attribute(path, key, value);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + add);
  file.dataset(`${path}/${name}`, shape, 'float32', [values as ValueArray]);
  for (const [d, { name: title = '', unit = '[]', positions }] of dimensions.entries()) {
    const at = `${path}/dim${d + first}`;
    if (typeof positions[0] === 'string') file.strings(at, positions as string[]);
    else file.dataset(at, [positions.length], 'float64', [Float64Array.from(positions as number[])]);
    file.attribute(at, 'name', title);
    file.attribute(at, 'units', unit);
  }
}

async function made(make: (file: Hdf5Writer) => void): Promise<Uint8Array> {
  const file = await createHdf5();
  make(file);
  return file.finish();
}

const read = async (make: (file: Hdf5Writer) => void) =>
  (await emd.read!(memoryFile('a.emd', await made(make)))) as ArrayDataset[];

const x = { name: 'x', unit: '[n_m]', positions: [5, 7] };
const y = { name: 'y', unit: '[n_m]', positions: [1, 2, 4] };

describe('arrays of version 0.2', () => {
  it('are turned: the first dimension is x, the last axis', async () => {
    const [dataset] = await read((file) => array(file, '/signals/map', [2, 3], [x, y]));
    expect(dataset.title).toBe('map');
    expect(dataset.shape).toEqual([3, 2]);
    expect(await dataset.values.load()).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
    expect(dataset.axes[1]).toMatchObject({ name: 'x', unit: 'nm', kind: 'uniform', offset: 5, scale: 2 });
  });

  it('uneven positions are kept, two positions stand for an even axis of any length', async () => {
    const [{ axes }] = await read((file) => array(file, '/a', [2, 3], [x, y]));
    expect(axes[0]).toMatchObject({ kind: 'explicit', positions: Float64Array.of(1, 2, 4) });
    const [long] = await read((file) => array(file, '/a', [9], [x]));
    expect(long.axes[0]).toMatchObject({ kind: 'uniform', offset: 5, scale: 2, size: 9 });
    const [descending] = await read((file) => array(file, '/a', [3], [{ positions: [3, 2, 1] }]));
    expect(descending.axes[0]).toMatchObject({ offset: 3, scale: -1 });
  });

  it('positions that are missing, equal, endless or too few leave the axis counted', async () => {
    for (const dimensions of [[], [{ positions: [4, 4, 4] }], [{ positions: [1, Number.NaN, 3] }]]) {
      const [{ axes }] = await read((file) => array(file, '/a', [3], dimensions));
      expect(axes[0]).toMatchObject({ scale: 1, offset: 0 });
    }
    const [{ axes }] = await read((file) => array(file, '/a', [4], [{ positions: [1, 2, 3] }]));
    expect(axes[0]).toMatchObject({ scale: 1, offset: 0, size: 4 });
  });

  it('record_by tells how many axes are the signal; else an energy does', async () => {
    const rolesOf = async (attributes: Record<string, AttributeValue>, dimensions: Dimension[] = []) => {
      const [{ axes }] = await read((file) =>
        array(file, '/a', [2, 3, 4], dimensions, { attributes: { emd_group_type: 1, ...attributes } }),
      );
      return axes.map(({ role }) => role[0]).join('');
    };
    expect(await rolesOf({ record_by: 'spectrum' })).toBe('nns');
    expect(await rolesOf({ record_by: 'image' })).toBe('nss');
    expect(await rolesOf({})).toBe('sss');
    const energy = { name: 'E', unit: '[eV]', positions: [0, 1] };
    const [{ axes, shape }] = await read((file) => array(file, '/a', [2, 3, 4], [energy]));
    expect(axes.map(({ role }) => role)).toEqual(['navigation', 'navigation', 'spectral']);
    expect(shape).toEqual([4, 3, 2]);
  });

  it('the microscope and the user give conditions, where they say any', async () => {
    const [{ metadata }] = await read((file) => {
      array(file, '/a', [2], [], { attributes: { emd_group_type: 1, signal_type: 'EELS' } });
      file.group('/microscope');
      file.attribute('/microscope', 'voltage', '300 kV');
      file.attribute('/microscope', 'name', 'Titan');
      file.attribute('/microscope', '__proto__', 'harmless');
      file.group('/user');
      file.attribute('/user', 'name', '');
    });
    expect({ ...metadata }).toEqual({ beam_energy_keV: 300, microscope: 'Titan', signal_type: 'EELS' });
  });
});

describe('other dialects', () => {
  it('version 1.0 counts dimensions from 0 and lists them as they are stored', async () => {
    const attributes = { emd_group_type: 'array' };
    const [dataset] = await read((file) => array(file, '/root/a', [3, 2], [y, x], { first: 0, attributes }));
    expect(dataset.shape).toEqual([3, 2]);
    expect(dataset.axes.map(({ name }) => name)).toEqual(['y', 'x']);
    expect(await dataset.values.load()).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  });

  it('of a data cube of py4DSTEM the plane of diffraction is the signal', async () => {
    const dims = ['R_x', 'R_y', 'Q_x', 'Q_y'].map((name) => ({ name, positions: [0, 1] }));
    const path = '/4DSTEM_experiment/data/datacubes/cube';
    const [dataset] = await read((file) => array(file, path, [2, 3, 4, 5], dims));
    expect(dataset.shape).toEqual([2, 3, 4, 5]);
    expect(dataset.axes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'R_x navigation',
      'R_y navigation',
      'Q_x signal',
      'Q_y signal',
    ]);
  });

  const slice = (depth: number, size = 3) => ({
    path: `/4DSTEM_simulation/data/realslices/detector_depth000${depth}`,
    shape: [2, size, 2],
  });
  const simulated = (parameters: Record<string, number>, slices: { path: string; shape: number[] }[]) =>
    read((file) => {
      const dims = [x, { ...x, name: 'y' }, { positions: ['DPC_x', 'DPC_y'] }];
      for (const [i, { path, shape }] of slices.entries()) {
        array(file, path, shape, dims, { name: 'realslice', add: 100 * i });
      }
      let path = '/4DSTEM_simulation';
      for (const step of ['metadata', 'metadata_0', 'original', 'simulation_parameters'])
        file.group((path += `/${step}`));
      for (const [key, value] of Object.entries(parameters)) file.attribute(path, key, value);
    });

  it('depths of a Prismatic simulation are one dataset; components have no positions', async () => {
    const [dataset, ...more] = await simulated({ E: 80, ns: 2, s: 1.5, zs: 0 }, [slice(0), slice(1)]);
    expect(more).toEqual([]);
    expect(dataset.title).toBe('detector');
    expect(dataset.shape).toEqual([2, 2, 3, 2]);
    expect(dataset.axes.map(({ role }) => role[0]).join('')).toBe('nnss');
    expect(dataset.axes[0]).toMatchObject({ name: 'detector_depth', unit: 'Å', scale: 3, offset: 3 });
    expect(dataset.metadata.beam_energy_keV).toBe(80);
    const values = (await dataset.values.load()) as Float32Array;
    expect(Array.from(values.subarray(0, 6))).toEqual([0, 6, 2, 8, 4, 10]);
    expect(values[12]).toBe(100);
  });

  it('depths that begin elsewhere are counted, arrays of different shapes stay apart', async () => {
    const [later] = await simulated({ ns: 2, s: 1.5, zs: 7 }, [slice(0), slice(1)]);
    expect(later.axes[0]).toMatchObject({ unit: '', scale: 1, offset: 0 });
    expect(await simulated({}, [slice(0), slice(1, 4)])).toHaveLength(2);
    const [single] = await simulated({ ns: 2, s: 1.5 }, [slice(0)]);
    expect(single.shape).toEqual([2, 3, 2]);
  });
});

describe('errors', () => {
  it('a file without arrays is refused with what it looks like', async () => {
    const bytes = await made((file) => {
      file.group('/entry');
      file.attribute('/entry', 'NX_class', 'NXentry');
    });
    await expect(emd.read!(memoryFile('a.emd', bytes))).rejects.toMatchObject({ code: 'not-emd' });
    await expect(emd.read!(memoryFile('a.emd', bytes))).rejects.toThrow(/a NeXus file/);
  });

  it('a part that is no array is left out with a warning, alone it is refused', async () => {
    const broken = (file: Hdf5Writer) => {
      file.group('/words');
      file.attribute('/words', 'emd_group_type', 1);
      file.strings('/words/data', ['a', 'b']);
    };
    const [dataset] = await read((file) => {
      broken(file);
      array(file, '/a', [2], []);
    });
    expect(dataset.warnings.join()).toMatch(/"\/words" is left out: "data" holds text/);
    await expect(read(broken)).rejects.toMatchObject({ code: 'bad-emd' });
  });

  it('is told from other HDF5 files by what is inside, under any name', async () => {
    const bytes = await made((file) => array(file, '/a', [2], []));
    for (const name of ['a.emd', 'a.bin', 'a.h5'])
      expect((await openFile(memoryFile(name, bytes))).format).toBe('ncem-emd');
    expect(emd.sniff(new Uint8Array(10), 'a.emd')).toBe('name');
    expect(emd.sniff(new Uint8Array(10), 'a.h5')).toBe('no');
  });
});
