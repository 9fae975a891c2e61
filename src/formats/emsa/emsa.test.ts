import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, PlainTree } from '../../signal/dataset.ts';
import emsa from './index.ts';

interface Lines {
  [keyword: string]: string | undefined;
}

function emsaText(header: Lines, data = '1\n2\n3', end = '#ENDOFDATA   : \n'): string {
  const base: Lines = {
    FORMAT: 'EMSA/MAS Spectral Data File',
    NPOINTS: '3',
    DATATYPE: 'Y',
    XPERCHAN: '0.5',
    OFFSET: '100',
  };
  const lines = Object.entries({ ...base, ...header }).filter(([, value]) => value !== undefined);
  return `${lines.map(([key, value]) => `#${key.padEnd(12)}: ${value}`).join('\n')}\n#SPECTRUM    : \n${data}\n${end}`;
}

async function read(text: string | Uint8Array): Promise<ArrayDataset> {
  const [dataset] = (await emsa.read!(memoryFile('test.msa', text))) as ArrayDataset[];
  return dataset;
}

function spectrum(values: Float64Array, scale = 0.1, offset = -3, metadata: PlainTree = {}, title = 't'): ArrayDataset {
  return {
    kind: 'array',
    title,
    shape: [values.length],
    dtype: 'float64',
    axes: [uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: values.length, scale, offset })],
    values: { kind: 'dense', load: async () => values },
    metadata,
    original: {},
    warnings: [],
  };
}

const roundTrip = async (dataset: ArrayDataset) => read(await emsa.encode!(dataset));

describe('writing and reading back', () => {
  it('gives every double bit for bit, and the axis exactly', async () => {
    const step = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => value !== 0);
    await fc.assert(
      fc.asyncProperty(
        fc.float64Array({ minLength: 1 }),
        step,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        async (values, scale, offset) => {
          const back = await roundTrip(spectrum(values, scale, offset));
          const got = (await back.values.load()) as Float64Array;
          expect(new BigUint64Array(got.buffer)).toEqual(new BigUint64Array(canonicalNaN(values).buffer));
          expect(back.axes[0]).toMatchObject({ kind: 'uniform', scale, offset, unit: 'eV', name: 'Energy loss' });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives the acquisition conditions back', async () => {
    const metadata = {
      instrument: 'TEM',
      beam_energy_keV: 299.5,
      beam_current_nA: 0.12,
      convergence_angle_mrad: 21.3,
      stage: { tilt_alpha: -4.5, tilt_alpha_units: 'dg' },
      detector_EELS: { collection_angle: 36, collection_angle_units: 'mR', dwell_time: 100, exposure: 2 },
      date: '2024-02-29',
      time: '23:59:58',
      signal_type: 'EELS',
      quantity: 'Electrons (Counts)',
    };
    const back = await roundTrip(spectrum(Float64Array.of(1, 2), 1, 0, metadata, 'a title: with colons'));
    expect(back.metadata).toEqual(metadata);
    expect(back.title).toBe('a title: with colons');
    expect(back.warnings).toEqual([]);
  });

  it('a title over several lines cannot break the header', async () => {
    const back = await roundTrip(spectrum(Float64Array.of(1), 1, 0, {}, 'one\n#SPECTRUM: two\r\n#ENDOFDATA'));
    expect(back.title).toBe('one #SPECTRUM: two #ENDOFDATA');
    expect(back.shape).toEqual([1]);
  });

  it('one long axis among axes of one is still a spectrum', async () => {
    const flat = spectrum(Float64Array.of(4, 5));
    const x = uniformAxis({ name: 'x', role: 'navigation', size: 1 });
    const back = await roundTrip({ ...flat, shape: [1, 2], axes: [x, flat.axes[0]] });
    expect(await back.values.load()).toEqual(Float64Array.of(4, 5));
  });

  it('sparse counts are written as a full spectrum', async () => {
    const block = {
      kind: 'events' as const,
      pixels: 1,
      channels: 4,
      offsets: Uint32Array.of(0, 2),
      channel: Uint16Array.of(1, 3),
      count: Uint8Array.of(9, 2),
    };
    const flat = spectrum(new Float64Array(4));
    const back = await roundTrip({ ...flat, values: { kind: 'events', load: async () => block } });
    expect(await back.values.load()).toEqual(Float64Array.of(0, 9, 0, 2));
  });

  it.each([
    ['a map', { shape: [2, 2], axes: [0, 1].map(() => uniformAxis({ role: 'signal', size: 2 })) }, 'not-a-spectrum'],
    ['complex values', { dtype: 'complex64' as const }, 'not-a-spectrum'],
    [
      'an axis without a step',
      { axes: [explicitAxis({ role: 'spectral', positions: [1, 2, 4, 8] })] },
      'explicit-axis',
    ],
    ['no channels', { shape: [0], axes: [uniformAxis({ role: 'spectral', size: 0 })] }, 'empty'],
  ])('%s is refused with a typed error', async (_, change, code) => {
    const dataset = { ...spectrum(new Float64Array(4)), ...change };
    await expect(emsa.encode!(dataset)).rejects.toMatchObject({ kind: 'output', code });
  });
});

/** Text has one NaN: the quiet one. */
function canonicalNaN(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
}

describe('the header', () => {
  it.each([
    ['XPERCHAN', '0'],
    ['XPERCHAN', 'NaN'],
    ['XPERCHAN', 'Infinity'],
    ['XPERCHAN', 'wide'],
    ['OFFSET', 'NaN'],
    ['OFFSET', '-inf'],
    ['OFFSET', '12 eV'],
  ])('%s of "%s" is an error that names the keyword', async (keyword, value) => {
    await expect(read(emsaText({ [keyword]: value }))).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-keyword',
      message: expect.stringContaining(`#${keyword}`),
    });
  });

  it.each(['', '01-09-1991', '31-XXX-2000', '99-OCT-1991', '1991', 'yesterday', '\u0000', '-'.repeat(500)])(
    'a date of %j never fails',
    async (text) => {
      const dataset = await read(emsaText({ DATE: text, TIME: text }));
      expect(dataset.metadata).not.toHaveProperty('date');
      expect(dataset.metadata).not.toHaveProperty('time');
    },
  );

  it('keywords count whatever their case, and units after a dash', async () => {
    const dataset = await read(emsaText({ 'Beamkv   -V': '200000', 'convangle-dg': '1', SignalType: 'els' }));
    expect(dataset.metadata).toMatchObject({ beam_energy_keV: 200, signal_type: 'EELS' });
    expect(dataset.metadata['convergence_angle_mrad']).toBeCloseTo(17.4533, 4);
  });

  it('an unknown unit is told', async () => {
    const dataset = await read(emsaText({ 'BEAMKV   -furlong': '200' }));
    expect(dataset.warnings.join()).toMatch(/furlong/);
  });

  it.each([
    ['5.100000e+002', 510],
    ['2.0 E-06', 2e-6],
    ['1.0D+03', 1000],
    ['  -.5  ', -0.5],
    ['7.', 7],
  ])('OFFSET may be written "%s"', async (text, offset) => {
    expect((await read(emsaText({ OFFSET: text }))).axes[0]).toMatchObject({ offset });
  });

  it('NPOINTS may be a decimal number, and may be wrong', async () => {
    expect((await read(emsaText({ NPOINTS: '3.00' }))).warnings).toEqual([]);
    expect((await read(emsaText({ NPOINTS: '20' }))).warnings).toEqual(['NPOINTS says 20, the file has 3']);
    expect((await read(emsaText({ NPOINTS: '1e300' }))).shape).toEqual([3]);
  });

  it('a missing axis is told; in XY mode it is that of the X column', async () => {
    const y = await read(emsaText({ XPERCHAN: undefined, OFFSET: undefined }));
    expect(y.axes[0]).toMatchObject({ scale: 1, offset: 0 });
    expect(y.warnings).toHaveLength(2);
    const pairs = emsaText({ XPERCHAN: undefined, OFFSET: undefined, DATATYPE: 'XY' }, '5, 1\n7, 2\n9, 3');
    expect((await read(pairs)).axes[0]).toMatchObject({ scale: 2, offset: 5 });
  });

  it('an X column that disagrees with the keywords is told', async () => {
    const agrees = await read(emsaText({ DATATYPE: 'XY' }, '100,1\n100.5,2\n101,3'));
    expect(agrees.warnings).toEqual([]);
    const differs = await read(emsaText({ DATATYPE: 'XY' }, '100,1\n100.5,2\n102,3'));
    expect(differs.warnings.join()).toMatch(/X column says 102 in row 3/);
    expect(differs.axes[0]).toMatchObject({ scale: 0.5, offset: 100 });
  });

  it('titles run over several lines; owners may have names of any alphabet', async () => {
    const text = emsaText({}).replace('#NPOINTS', '#TITLE : one\r\n#TITLE : two\n#OWNER : Jos\u00e9\n#NPOINTS');
    expect((await read(text)).title).toBe('one two');
    const latin = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect((await read(latin)).original['OWNER']).toBe('José');
  });

  it.each([' ', '#', '-', ':', '\n', '1 ', '(', '\n#TITLE : x'])(
    'two hundred thousand "%s" anywhere do not hang',
    async (filler) => {
      const long = filler.repeat(2e5);
      const started = performance.now();
      const texts = [`#${long}: x`, `#TITLE ${long}: x`, `#OFFSET : 1${long}x`, `#YLABEL : a${long}b`].flatMap(
        (line) => [emsaText({}).replace('#NPOINTS', `${line}\n#NPOINTS`), emsaText({}, `1\n2\n3${long}`, '')],
      );
      for (const text of texts) {
        const dataset = await read(text).catch((error) => {
          expect(error).toMatchObject({ name: 'SpectrailError' });
        });
        if (dataset) await emsa.encode!(dataset);
      }
      expect(performance.now() - started).toBeLessThan(6000);
    },
  );

  it('a keyword called __proto__ is inert', async () => {
    const dataset = await read(emsaText({ __PROTO__: 'x' }).replace('__PROTO__', '__proto__'));
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(Object.keys(dataset.original)).toContain('__PROTO__');
  });
});

describe('the data', () => {
  it('rows of any length, trailing commas, blank lines and CRLF are one list in Y mode', async () => {
    const dataset = await read(emsaText({}, '1, 2,\r\n\r\n3, 4, 5,   \r\n  6\t7;8'));
    expect(await dataset.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  });

  it('DATATYPE XY takes every second number', async () => {
    const dataset = await read(emsaText({ DATATYPE: 'xy ' }, '100 7 100.5 8\n101 9'));
    expect(await dataset.values.load()).toEqual(Float64Array.of(7, 8, 9));
  });

  it.each([
    ['an X without Y', { DATATYPE: 'XY' }, '100 1\n100.5', 'bad-data'],
    ['a word among the numbers', {}, '1\ntwo\n3', 'bad-data'],
    ['no numbers', {}, '', 'truncated'],
    ['an axis of no numbers', { DATATYPE: 'XY', OFFSET: undefined }, 'NaN 1\n2 3\n4 5', 'bad-data'],
  ])('%s is refused', async (_, header, data, code) => {
    await expect(read(emsaText(header, data))).rejects.toMatchObject({ kind: 'format', code });
  });

  it('without #ENDOFDATA a file with all its points is read with a warning, any other is cut short', async () => {
    expect((await read(emsaText({}, '1\n2\n3', ''))).warnings).toEqual(['the line #ENDOFDATA is missing']);
    await expect(read(emsaText({}, '1\n2', ''))).rejects.toMatchObject({ code: 'truncated' });
    await expect(read(emsaText({}, '1\n2\n3', '').trimEnd())).rejects.toMatchObject({ code: 'truncated' });
  });

  it('a file without header is said to be no EMSA file', async () => {
    await expect(read('1 2\n3 4\n')).rejects.toMatchObject({ kind: 'format', code: 'not-emsa' });
    expect(emsa.sniff(new TextEncoder().encode('1 2\n3 4\n'), 'x.msa')).toBe('no');
    expect(emsa.sniff(new Uint8Array(0), 'x.msa')).toBe('name');
  });
});
