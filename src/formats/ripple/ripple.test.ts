import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import ripple from './index.ts';

function pair(rpl: string | undefined, raw: Uint8Array | undefined, open: 'rpl' | 'raw' = 'rpl'): ByteSource {
  const files = new Map<string, Uint8Array>();
  if (rpl !== undefined) files.set('map.rpl', new TextEncoder().encode(rpl));
  if (raw !== undefined) files.set('map.raw', raw);
  const source = (name: string): ByteSource | undefined => {
    const bytes = files.get(name);
    return (
      bytes && {
        name,
        size: bytes.length,
        read: async (offset, length) => bytes.slice(offset, offset + length),
        sibling: async (other) => source(other),
      }
    );
  };
  return source(`map.${open}`)!;
}

const header = (entries: Record<string, string | number>) =>
  `key\tvalue\n${Object.entries(entries)
    .map(([key, value]) => `${key}\t${value}`)
    .join('\n')}\n`;

const cube = { width: 2, height: 3, depth: 4, 'data-length': 1, 'data-type': 'unsigned', 'record-by': 'vector' };
const ramp = Uint8Array.from({ length: 24 }, (_, i) => i);

async function only(source: ByteSource): Promise<ArrayDataset> {
  const datasets = await ripple.read!(source);
  expect(datasets).toHaveLength(1);
  return datasets[0] as ArrayDataset;
}

describe('layout', () => {
  it('reads vectors as height × width × depth', async () => {
    const dataset = await only(pair(header(cube), ramp));
    expect(dataset.shape).toEqual([3, 2, 4]);
    expect(dataset.axes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'height navigation',
      'width navigation',
      'depth spectral',
    ]);
    expect(await dataset.values.load()).toEqual(ramp);
  });

  it('reads images as depth × height × width', async () => {
    const dataset = await only(pair(header({ ...cube, 'record-by': 'image' }), ramp));
    expect(dataset.shape).toEqual([4, 3, 2]);
    expect(dataset.axes.map(({ role }) => role)).toEqual(['navigation', 'signal', 'signal']);
    expect(await dataset.values.load()).toEqual(ramp);
  });

  it('turns a stack of images along an energy axis into spectra', async () => {
    const dataset = await only(pair(header({ ...cube, 'record-by': 'image', 'depth-units': 'keV' }), ramp));
    expect(dataset.shape).toEqual([3, 2, 4]);
    expect(dataset.axes[2]).toMatchObject({ role: 'spectral', unit: 'keV', size: 4 });
    const values = (await dataset.values.load()) as Uint8Array;
    expect(Array.from(values.subarray(0, 8))).toEqual([0, 6, 12, 18, 1, 7, 13, 19]);
  });

  it('takes a single image or spectrum for what it is when record-by does not care', async () => {
    const entries = { ...cube, 'record-by': 'dont-care' };
    const image = await only(pair(header({ ...entries, width: 6, height: 4, depth: 1 }), ramp));
    expect(image.shape).toEqual([4, 6]);
    expect(image.axes.map(({ role }) => role)).toEqual(['signal', 'signal']);
    const spectrum = await only(pair(header({ ...entries, width: 1, height: 1, depth: 24 }), ramp));
    expect(spectrum.axes.map(({ role }) => role)).toEqual(['spectral']);
    const guess = await only(pair(header(entries), ramp));
    expect(guess.shape).toEqual([3, 2, 4]);
    expect(guess.warnings.join()).toMatch(/dont-care/);
  });

  it('takes the channel width from ev-per-chan where there is no scale', async () => {
    const dataset = await only(pair(header({ ...cube, 'ev-per-chan': 10 }), ramp));
    expect(dataset.axes[2]).toMatchObject({ scale: 10, unit: 'eV' });
  });

  it.each(['ev-per-chan', 'depth-scale', 'depth-origin', 'width-scale'])(
    'is refused, at its line, where %s is no finite number',
    async (key) => {
      const rpl = header({ ...cube, [key]: '1e999' });
      const line = rpl.split('\n').findIndex((text) => text.startsWith(key)) + 1;
      await expect(only(pair(rpl, ramp))).rejects.toMatchObject({
        kind: 'format',
        code: 'bad-axis',
        where: `map.rpl, line ${line}`,
        what: `${key} is "1e999"`,
      });
    },
  );

  it('does not look at ev-per-chan where the axis has its own scale', async () => {
    const dataset = await only(pair(header({ ...cube, 'depth-scale': 3, 'ev-per-chan': '1e999' }), ramp));
    expect(dataset.axes[2]).toMatchObject({ scale: 3 });
  });

  it('reads every type in both byte orders, after an offset', async () => {
    const names: Record<string, Dtype> = { unsigned: 'uint8', signed: 'int8', float: 'float32' };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('unsigned', 'signed', 'float'),
        fc.constantFrom(1, 2, 4, 8),
        fc.boolean(),
        fc.nat(20),
        async (kind, length, big, offset) => {
          fc.pre(kind !== 'float' || length >= 4);
          const dtype = names[kind].replace(/\d+/, String(8 * length)) as Dtype;
          const values = DTYPES[dtype].make(24);
          for (let i = 0; i < 24; i++)
            (values as Uint8Array)[i] = (length === 8 && kind !== 'float' ? BigInt(i) : i) as number;
          const body = new Uint8Array(values.buffer.slice(0) as ArrayBuffer);
          if (big) for (let i = 0; i < body.length; i += length) body.subarray(i, i + length).reverse();
          const raw = new Uint8Array(offset + body.length);
          raw.set(body, offset);
          const rpl = header({
            ...cube,
            offset,
            'Data-Type': kind.toUpperCase(),
            'data-length': length,
            'byte-order': big ? 'big-endian' : 'Little-Endian',
          }).replace('data-type\tunsigned\n', '');
          const dataset = await only(pair(rpl, raw));
          expect(dataset.dtype).toBe(dtype);
          expect((await dataset.values.load()) as ValueArray).toEqual(values);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('errors', () => {
  it('says which companion is missing, from either side', async () => {
    await expect(ripple.read!(pair(header(cube), undefined))).rejects.toMatchObject({ code: 'missing-companion' });
    await expect(ripple.read!(pair(header(cube), undefined))).rejects.toThrow(/map\.raw/);
    await expect(ripple.read!(pair(undefined, ramp, 'raw'))).rejects.toThrow(/map\.rpl/);
  });

  it('name the line of what they say', async () => {
    const lines = header(cube).split('\n');
    const at = lines.findIndex((line) => line.startsWith('data-type'));
    const wrong = lines.with(at, 'data-type\tvast').join('\n');
    await expect(ripple.read!(pair(wrong, ramp))).rejects.toMatchObject({ where: `map.rpl, line ${at + 1}` });
  });

  it('says how many bytes a short .raw should have', async () => {
    const short = pair(header(cube), ramp.subarray(0, 23));
    await expect(ripple.read!(short)).rejects.toMatchObject({ kind: 'format', code: 'short-raw' });
    await expect(ripple.read!(short)).rejects.toThrow(/byte 23: .*24 bytes/s);
  });

  it('refuses a width of a thousand million without allocating', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const lying = pair(header({ ...cube, width: 1e9, height: 1e9, depth: 1e9 }), ramp);
    await expect(ripple.read!(lying)).rejects.toMatchObject({ code: 'short-raw' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it.each([
    [{ width: -1 }, /width/],
    [{ width: 0 }, /width/],
    [{ depth: 2.5 }, /depth/],
    [{ height: 'three' }, /height/],
    [{ offset: -4 }, /offset/],
    [{ 'data-length': 3 }, /data-length "3"/],
    [{ 'data-type': 'complex' }, /complex/],
    [{ 'byte-order': 'middle' }, /middle/],
    [{ 'record-by': 'row' }, /row/],
  ])('refuses %j', async (entries, message) => {
    const source = pair(header({ ...cube, ...(entries as Record<string, string>) }), ramp);
    await expect(ripple.read!(source)).rejects.toMatchObject({ code: 'bad-ripple-header' });
    await expect(ripple.read!(source)).rejects.toThrow(message);
  });

  it('meets any text with a dataset or a typed error', async () => {
    const keys = fc.constantFrom(...Object.keys(cube), 'offset', '__proto__', 'depth-scale', 'title');
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom('vector', 'image', 'float', '4', '1e309', 'NaN', '-0', '0x10'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(keys, values)), async (lines) => {
        const text = header(cube) + lines.map(([key, value]) => `${key}\t${value}\n`).join('');
        try {
          await (await only(pair(text, ramp))).values.load();
        } catch (error) {
          expect(isSpectrailError(error), String(error)).toBe(true);
        }
      }),
    );
  });

  it('warns when the .raw is longer than described', async () => {
    const dataset = await only(pair(header(cube), new Uint8Array(30)));
    expect(dataset.warnings.join()).toMatch(/24 bytes.*30/);
  });
});

describe('sniffing', () => {
  it('knows an .rpl by its keys, whatever its name, and a .raw only by its name', () => {
    expect(ripple.sniff(new TextEncoder().encode(header(cube)), 'a.RPL')).toBe('certain');
    expect(ripple.sniff(new Uint8Array(10), 'a.raw')).toBe('name');
    expect(ripple.sniff(new TextEncoder().encode(header(cube)), 'a.bin')).toBe('certain');
    expect(ripple.sniff(new Uint8Array(10), 'a.bin')).toBe('no');
  });

  it.each(['RAW1.01', 'RAW2', 'RAW4.00'])('leaves a .raw that starts with %s to Bruker', (magic) => {
    expect(ripple.sniff(new TextEncoder().encode(`${magic}\0\0\0`), 'a.raw')).toBe('no');
  });
});
