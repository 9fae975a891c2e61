import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { compareWithOracle, corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype } from '../../signal/dtype.ts';
import { type AttributeValue, createHdf5, type Hdf5Writer } from '../hdf5/write.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import nexus from './index.ts';

interface Field {
  readonly shape: readonly number[];
  readonly values?: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

function plot(
  file: Hdf5Writer,
  path: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  fields: Readonly<Record<string, Field>>,
): void {
  file.group(path);
  for (const [key, value] of Object.entries({ NX_class: 'NXdata', ...attributes })) file.attribute(path, key, value);
  for (const [name, { shape, values, attributes: own = {} }] of Object.entries(fields)) {
    const count = shape.reduce((a, b) => a * b, 1);
    const all = Float64Array.from({ length: count }, (_, i) => values?.[i] ?? i);
    file.dataset(`${path}/${name}`, shape, 'float64', [all]);
    for (const [key, value] of Object.entries(own)) file.attribute(`${path}/${name}`, key, value);
  }
}

async function read(make: (file: Hdf5Writer) => void): Promise<ArrayDataset[]> {
  const file = await createHdf5();
  make(file);
  return (await nexus.read!(memoryFile('a.nxs', file.finish()))) as ArrayDataset[];
}

const onePlot = async (attributes: Readonly<Record<string, AttributeValue>>, fields: Readonly<Record<string, Field>>) =>
  (await read((file) => plot(file, '/d', attributes, fields)))[0];

const roles = ({ axes }: ArrayDataset) => axes.map(({ role }) => role);
const energy: Field = { shape: [4], values: [1, 2, 4, 8], attributes: { units: 'eV' } };

describe('the signal', () => {
  it('is named by the group; auxiliary signals and errors of its shape follow', async () => {
    const datasets = await read((file) =>
      plot(
        file,
        '/d',
        { signal: 'b', axes: ['energy'], auxiliary_signals: ['c', 'other', 'missing'] },
        { a: energy, b: energy, c: energy, b_errors: energy, other: { shape: [3] }, energy },
      ),
    );
    expect(datasets.map(({ title }) => title)).toEqual(['d', 'c', 'b_errors']);
    expect(datasets[1].axes[0]).toMatchObject({ kind: 'explicit', unit: 'eV', role: 'spectral', name: 'energy' });
  });

  it('is marked itself in files from before 2014, else called "data", else the only one', async () => {
    const marked = { shape: [4], values: [9, 9, 9, 9], attributes: { signal: '1' } };
    expect(await (await onePlot({}, { data: energy, b: marked })).values.load()).toEqual(Float64Array.of(9, 9, 9, 9));
    expect((await onePlot({}, { data: energy, b: energy })).original.path).toBe('/d/data');
    expect((await onePlot({}, { b: energy })).original.path).toBe('/d/b');
    await expect(onePlot({}, { a: energy, b: energy })).rejects.toMatchObject({ code: 'bad-nxdata' });
    await expect(onePlot({ signal: 'gone' }, { a: energy })).rejects.toThrow(/"gone" is no array/);
  });
});

describe('axes', () => {
  const map = { shape: [2, 3, 4] };
  const x = { shape: [3], values: [5, 6, 7], attributes: { units: 'um' } };
  const y = { shape: [2], values: [4, 2] };

  it('are named by the group in the order of dimensions, "." for none, or by their own indices', async () => {
    const listed = await onePlot({ signal: 'm', axes: ['y', 'x', '.'] }, { m: map, x, y });
    expect(listed.axes).toMatchObject([
      { name: 'y', offset: 4, scale: -2 },
      { name: 'x', unit: 'µm', offset: 5, scale: 1 },
      { name: '', scale: 1 },
    ]);
    const indexed = await onePlot({ signal: 'm', axes: ['x', 'y'], x_indices: 1n, y_indices: 0n }, { m: map, x, y });
    expect(indexed.axes.map(({ name }) => name)).toEqual(['y', 'x', '']);
    expect((await onePlot({ signal: 'm', axes: 'y,x,.' }, { m: map, x, y })).axes[1].name).toBe('x');
  });

  it('are named by the signal in older files, or say themselves which dimension is theirs', async () => {
    const named = { ...map, attributes: { signal: 1, axes: '[y:x:energy]' } };
    expect((await onePlot({}, { m: named, x, y, energy })).axes.map(({ name }) => name)).toEqual(['y', 'x', 'energy']);
    const own = (field: Field, axis: number, primary: number) => ({ ...field, attributes: { axis, primary } });
    const marked = await onePlot({}, { data: map, other: own(x, 2, 2), x: own(x, 2, 1), energy: own(energy, 3, 1) });
    expect(marked.axes.map(({ name }) => name)).toEqual(['', 'x', 'energy']);
  });

  it('may be the edges of bins; those of another length are passed over', async () => {
    const edges = await onePlot(
      { signal: 'm', axes: ['e'] },
      { m: { shape: [3] }, e: { shape: [4], values: [0, 2, 4, 8] } },
    );
    expect(edges.axes[0]).toMatchObject({ positions: Float64Array.of(1, 3, 6) });
    const short = await onePlot({ signal: 'm', axes: ['e'] }, { m: { shape: [3] }, e: { shape: [2] } });
    expect(short.axes[0]).toMatchObject({ name: '', scale: 1, offset: 0 });
  });

  it('that do not differ or are no numbers are only counted', async () => {
    for (const values of [
      [3, 3, 3],
      [1, Number.NaN, 3],
    ]) {
      const dataset = await onePlot({ signal: 'm', axes: ['e'] }, { m: { shape: [3] }, e: { shape: [3], values } });
      expect(dataset.axes[0]).toMatchObject({ scale: 1, offset: 0, name: 'e' });
      expect(dataset.warnings.join()).toMatch(/only counted/);
    }
  });

  it('interpretation says how many are the signal, else an energy is it, wherever it stands', async () => {
    expect(roles(await onePlot({ signal: 'm', interpretation: 'image' }, { m: map }))).toEqual([
      'navigation',
      'signal',
      'signal',
    ]);
    expect(roles(await onePlot({ signal: 'm', interpretation: 'spectrum' }, { m: map }))[2]).toBe('spectral');
    const first = await onePlot(
      { signal: 'm', axes: ['photon_energy', '.', '.'] },
      {
        m: { shape: [4, 2, 3] },
        photon_energy: energy,
      },
    );
    expect(first.shape).toEqual([2, 3, 4]);
    expect(roles(first)).toEqual(['navigation', 'navigation', 'spectral']);
    expect(Array.from((await first.values.load()) as Float64Array).slice(0, 4)).toEqual([0, 6, 12, 18]);
    expect(roles(await onePlot({ signal: 'm' }, { m: { shape: [2, 3] } }))).toEqual(['signal', 'signal']);
    expect((await onePlot({ signal: 'm' }, { m: map })).warnings.join()).toMatch(/last one is taken/);
  });
});

describe('writing', () => {
  const names = fc.oneof(
    fc.constantFrom('Energy', 'data', 'Energy', '__proto__', '', 'x y', '1st', 'a_errors', 'axis_0'),
    fc.string({ maxLength: 8 }),
  );
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
  const scale = finite.filter((value) => Math.abs(value) > 1e-9);
  const text = names.map((name) => name.replaceAll('\0', ''));
  const calibration = fc.option(
    fc.oneof(
      fc.record({ origin: fc.constantFrom('peak', 'file') }),
      fc.record({ origin: fc.constant('peak'), uncertainty: finite }),
    ),
    { nil: undefined },
  );
  const axis = (size: number, role: 'navigation' | 'spectral' | 'signal') =>
    fc.oneof(
      fc
        .record({ name: text, unit: fc.constantFrom('eV', 'nm', ''), scale, offset: finite, calibration })
        .map((options) => uniformAxis({ ...options, role, size })),
      fc
        .record({ name: text, positions: fc.uniqueArray(finite, { minLength: size, maxLength: size }), calibration })
        .map(({ positions, ...options }) =>
          explicitAxis({ ...options, role, positions: positions.sort((a, b) => b - a) }),
        ),
    );
  const dtypes = fc.constantFrom(...(Object.keys(DTYPES) as Dtype[]));
  const dataset = fc
    .record({
      shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      image: fc.boolean(),
      dtype: dtypes,
      title: text,
    })
    .chain(({ shape, image, dtype, title }) => {
      const own = image && shape.length > 1 ? 2 : 1;
      const axes = shape.map((size, d) =>
        axis(size, d < shape.length - own ? 'navigation' : own === 2 ? 'signal' : 'spectral'),
      );
      const count = shape.reduce((a, b) => a * b, 1);
      const { width, make } = DTYPES[dtype];
      return fc
        .tuple(fc.tuple(...axes), fc.uint8Array({ minLength: count * width, maxLength: count * width }))
        .map(([made, raw]): ArrayDataset => {
          const values = make(count);
          raw.forEach((value, i) => {
            const small = dtype === 'bool' ? value & 1 : value;
            (values as Uint8Array)[i] = (dtype.endsWith('int64') ? BigInt(small) : small) as number;
          });
          return {
            kind: 'array',
            title,
            shape,
            dtype,
            axes: made,
            values: { kind: 'dense', load: async () => values },
            metadata: {
              beam_energy_keV: 200,
              detector_EDS: { live_time: 0.5, elements: ['Fe'] },
              date: '2020-01-02',
              time: '03:04:05',
            },
            original: {},
            warnings: [],
          };
        });
    });

  it('and reading give every dataset back exactly: values, axes with their uncertainties, title and conditions', async () => {
    await fc.assert(
      fc.asyncProperty(dataset, async (written) => {
        const bytes = await nexus.encode!(written);
        const [back, ...more] = (await nexus.read!(memoryFile('x.nxs', bytes))) as ArrayDataset[];
        expect(more).toEqual([]);
        expect(back.axes).toEqual(written.axes);
        expect([back.title, back.dtype, back.shape]).toEqual([written.title, written.dtype, written.shape]);
        expect(JSON.parse(JSON.stringify(back.metadata))).toEqual(written.metadata);
        expect(await back.values.load()).toEqual(await written.values.load());
      }),
      { numRuns: 150 },
    );
  });

  it('an empty dataset is refused', async () => {
    const empty = { ...(await onePlot({}, { data: energy })), shape: [0] };
    await expect(nexus.encode!(empty)).rejects.toMatchObject({ code: 'empty-dataset' });
  });
});

describe('refusing', () => {
  it('a file without NXdata says what it looks like; a group that cannot be read is left out', async () => {
    await expect(
      read((file) => {
        file.group('/entry');
        file.attribute('/entry', 'NX_class', 'NXentry');
      }),
    ).rejects.toMatchObject({ code: 'not-nexus' });
    const [dataset] = await read((file) => {
      plot(file, '/a', {}, {});
      plot(file, '/b', {}, { data: energy });
    });
    expect(dataset.warnings.join()).toMatch(/"\/a" is left out/);
    expect(nexus.sniff(new Uint8Array(8), 'a.nxs')).toBe('name');
    expect(nexus.sniff(new Uint8Array(8), 'a.h5')).toBe('no');
  });
});

/** References list every dataset of numbers; here are the NXdata groups of each file, and which listed signals they are. */
const PLOTS: Readonly<Record<string, readonly number[]>> = {
  'nexus_dls_example.nxs': [0, 1],
  'saved_multi_signal.nxs': [0, 1],
  'simple_signal.nxs': [0],
};

describe.skipIf(!sharedFolder())('files of the corpus', () => {
  const folder = join(sharedFolder() ?? '', 'corpus', 'nexus');
  const open = async (name: string) => openFile(await openNodeFile(join(folder, name)));

  it.each(Object.entries(PLOTS))(
    '%s: its NXdata agree with the trusted reader to the last bit',
    async (name, plots) => {
      const { oracle } = corpusFiles('nexus').find(({ file }) => file.endsWith(name))!;
      const { format, datasets } = await open(name);
      expect(format).toBe('nexus');
      const signals = plots.map((i) => oracle.signals[i]);
      const options = { bytes: true, title: true, metadata: 'ignore' } as const;
      expect(await compareWithOracle(datasets, { ...oracle, signals }, options)).toEqual([]);
    },
  );

  it.each(['236463_nxxas.nxs', 'small_diamond_nxs.nxs'])('%s: values are those of its datasets', async (name) => {
    const { oracle } = corpusFiles('nexus').find(({ file }) => file.endsWith(name))!;
    const { datasets } = await open(name);
    for (const dataset of datasets as ArrayDataset[]) {
      const signal = oracle.signals.find(({ title }) => `/${title}` === dataset.original.path)!;
      const sum = Array.from((await dataset.values.load()) as Float64Array).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(signal.sum as number, 6);
    }
  });

  it('NXxas: every step of the processing with its signals, energies, element and edge', async () => {
    const { datasets } = await open('236463_nxxas.nxs');
    expect(datasets.map(({ title }) => title).slice(0, 3)).toEqual(['raw', 'tey', 'tfy']);
    expect(datasets).toHaveLength(11);
    const [raw] = datasets as ArrayDataset[];
    expect(raw.axes[0]).toMatchObject({ name: 'energy', unit: 'eV', role: 'spectral', size: 200 });
    expect({ ...raw.metadata }).toEqual({
      signal_type: 'XAS',
      element: 'Fe',
      edge: 'L3, L2',
      sample: 'Mn',
      facility: 'Diamond Light Source',
      beamline: 'i06-1',
      date: '2021-02-24',
      time: '14:49:05',
    });
  });

  it('old style: axes that say themselves which dimension is theirs, energy first in the file and last here', async () => {
    const { datasets } = await open('small_diamond_nxs.nxs');
    expect(datasets).toMatchObject([{ shape: [7, 6, 8], title: 'Counter1' }]);
    const [{ axes }] = datasets as ArrayDataset[];
    expect(axes.map(({ name }) => name)).toEqual(['sample_y', 'sample_x', 'photon_energy']);
  });
});
