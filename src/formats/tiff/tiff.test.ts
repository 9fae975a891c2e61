import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import tiff from './index.ts';

type Tags = Record<number, number | readonly number[] | string | Float64Array>;
interface MadePage {
  tags: Tags;
  /** Strips or tiles as stored. */
  chunks: readonly Uint8Array[];
}

/** Pages one after the other; tags are text, doubles, or 32-bit numbers; `large`: BigTIFF. */
function made(pages: readonly MadePage[], { big = false, large = false, next = 0 } = {}): Uint8Array {
  const out: number[] = [];
  const little = !big;
  const put = (bytes: number, write: (view: DataView) => void, at = out.length) => {
    const view = new DataView(new ArrayBuffer(bytes));
    write(view);
    for (let i = 0; i < bytes; i++) out[at + i] = view.getUint8(i);
  };
  const u16 = (value: number) => put(2, (view) => view.setUint16(0, value, little));
  const word = (value: number, at?: number) =>
    put(
      large ? 8 : 4,
      (view) => (large ? view.setBigUint64(0, BigInt(value), little) : view.setUint32(0, value, little)),
      at,
    );
  out.push(...(big ? [0x4d, 0x4d] : [0x49, 0x49]));
  u16(large ? 43 : 42);
  if (large) {
    u16(8);
    u16(0);
  }
  let link = out.length;
  word(0);
  for (const { tags, chunks } of pages) {
    const offsets = chunks.map((chunk) => {
      const at = out.length;
      out.push(...chunk);
      return at;
    });
    const tiled = 322 in tags;
    const all: Tags = {
      [tiled ? 324 : 273]: offsets,
      [tiled ? 325 : 279]: chunks.map(({ length }) => length),
      ...tags,
    };
    const entries = Object.entries(all).map(([tag, value]) => {
      const at = out.length;
      const list = typeof value === 'number' ? [value] : typeof value === 'string' ? [...`${value}\0`] : [...value];
      for (const one of list) {
        if (typeof one === 'string') out.push(one.charCodeAt(0));
        else if (value instanceof Float64Array) put(8, (view) => view.setFloat64(0, one, little));
        else put(4, (view) => view.setUint32(0, one, little));
      }
      const type = typeof value === 'string' ? 2 : value instanceof Float64Array ? 12 : 4;
      return { tag: Number(tag), type, count: list.length, at, size: out.length - at };
    });
    word(out.length, link);
    if (large) word(entries.length);
    else u16(entries.length);
    for (const { tag, type, count, at, size } of entries) {
      u16(tag);
      u16(type);
      word(count);
      const inline = out.slice(at, at + size);
      if (size > (large ? 8 : 4)) word(at);
      else for (let i = 0; i < (large ? 8 : 4); i++) out.push(inline[i] ?? 0);
    }
    link = out.length;
    word(next);
  }
  return Uint8Array.from(out);
}

const open = (bytes: Uint8Array) => tiff.read!(memoryFile('a.tif', bytes)) as Promise<ArrayDataset[]>;

async function only(bytes: Uint8Array): Promise<ArrayDataset & { loaded: (number | bigint)[] }> {
  const datasets = await open(bytes);
  expect(datasets).toHaveLength(1);
  return { ...datasets[0], loaded: Array.from((await datasets[0].values.load()) as Float64Array) };
}

const page = (tags: Tags, ...chunks: Uint8Array[]): MadePage => ({
  tags: { 256: 4, 257: 2, 258: 8, ...tags },
  chunks: chunks.length > 0 ? chunks : [ramp(8)],
});
const ramp = (n: number, from = 0) => Uint8Array.from({ length: n }, (_, i) => from + i);
const counted = (n: number, from = 0) => [...ramp(n, from)];
const bytesOf = (values: ArrayBufferView) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const swapped = (values: ArrayBufferView, size: number) => {
  const bytes = bytesOf(values).slice();
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
};

/** Straight from the TIFF 6.0 specification, section 13. */
function lzw(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  let [held, bits, width] = [0, 0, 9];
  let table = new Map<string, number>();
  const write = (code: number) => {
    held = (held << width) | code;
    bits += width;
    while (bits >= 8) {
      out.push((held >> (bits - 8)) & 255);
      bits -= 8;
    }
    held &= (1 << bits) - 1;
  };
  const clear = () => {
    write(256);
    table = new Map(Array.from({ length: 256 }, (_, i) => [String.fromCharCode(i), i]));
    width = 9;
  };
  clear();
  let next = 258;
  let word = '';
  for (const byte of data) {
    const longer = word + String.fromCharCode(byte);
    if (table.has(longer)) {
      word = longer;
      continue;
    }
    write(table.get(word)!);
    table.set(longer, next++);
    if (next === 512 || next === 1024 || next === 2048) width++;
    if (next === 4094) {
      clear();
      next = 258;
    }
    word = String.fromCharCode(byte);
  }
  if (word) write(table.get(word)!);
  // The reader has added a word by now.
  if (next + 1 === 512 || next + 1 === 1024 || next + 1 === 2048) width++;
  write(257);
  width = 7;
  write(0);
  return Uint8Array.from(out);
}

describe('kinds of numbers', () => {
  it.each([
    [8, 1, Uint8Array.of(0, 255), 'uint8'],
    [8, 2, Int8Array.of(-1, 5), 'int8'],
    [16, 1, Uint16Array.of(1, 65535), 'uint16'],
    [16, 2, Int16Array.of(-2, 3), 'int16'],
    [32, 1, Uint32Array.of(1, 4e9), 'uint32'],
    [32, 2, Int32Array.of(-2, 3), 'int32'],
    [64, 1, BigUint64Array.of(1n, 2n ** 63n), 'uint64'],
    [64, 2, BigInt64Array.of(-1n, 2n), 'int64'],
    [32, 3, Float32Array.of(-0.5, 3), 'float32'],
    [64, 3, Float64Array.of(-0.1, 3), 'float64'],
  ])('%i bits, format %i, in both byte orders and sizes of file', async (bits, format, values, dtype) => {
    for (const big of [false, true]) {
      for (const large of [false, true]) {
        for (const compression of [1, 8]) {
          const raw = big ? swapped(values, bits / 8) : bytesOf(values);
          const tags = { 256: 2, 257: 1, 258: bits, 259: compression, 339: format };
          const image = await only(made([page(tags, compression === 8 ? zlibSync(raw) : raw)], { big, large }));
          expect(image.dtype).toBe(dtype);
          expect(image.shape).toEqual([1, 2]);
          expect(image.loaded).toEqual([...values]);
        }
      }
    }
  });

  it('complex numbers are pairs', async () => {
    const tags = { 256: 1, 257: 1, 258: 64, 339: 6 };
    const values = Float32Array.of(1, -2);
    for (const predictorless of [1, 8]) {
      const raw = swapped(values, 4);
      const chunk = predictorless === 8 ? zlibSync(raw) : raw;
      const image = await only(made([page({ ...tags, 259: predictorless }, chunk)], { big: true }));
      expect(image).toMatchObject({ dtype: 'complex64', loaded: [1, -2] });
    }
  });

  it.each([
    [1, [0b10110000, 0b01000000], [1, 0, 1, 1, 0, 1, 0, 0]],
    [2, [0b00011011, 0b11100100], [0, 1, 2, 3, 3, 2, 1, 0]],
    [4, [0x01, 0x23, 0x45, 0x67], [0, 1, 2, 3, 4, 5, 6, 7]],
  ])('%i bits are one byte each', async (bits, bytes, values) => {
    expect((await only(made([page({ 258: bits }, Uint8Array.from(bytes))]))).loaded).toEqual(values);
  });

  it('three samples of a byte are a colour, four too, others an axis', async () => {
    const rgb = { 256: 2, 257: 1, 258: [8, 8, 8], 262: 2, 277: 3 };
    expect(await only(made([page(rgb, ramp(6))]))).toMatchObject({
      dtype: 'rgba8',
      shape: [1, 2],
      loaded: [0, 1, 2, 255, 3, 4, 5, 255],
    });
    const rgba = { ...rgb, 258: [8, 8, 8, 8], 277: 4 };
    expect((await only(made([page(rgba, ramp(8))]))).loaded).toEqual(counted(8));
    const two = { 256: 2, 257: 1, 258: [8, 8], 277: 2 };
    expect(await only(made([page(two, ramp(4))]))).toMatchObject({ shape: [1, 2, 2], loaded: counted(4) });
  });

  it('planes of samples are put together', async () => {
    const planar = { 256: 2, 257: 1, 258: [8, 8, 8], 262: 2, 277: 3, 284: 2 };
    const image = await only(made([page(planar, ramp(2), ramp(2, 10), ramp(2, 20))]));
    expect(image.loaded).toEqual([0, 10, 20, 255, 1, 11, 21, 255]);
    const wide = { 256: 2, 257: 1, 258: [16, 16], 277: 2, 284: 2 };
    const samples = await only(made([page(wide, bytesOf(Uint16Array.of(1, 2)), bytesOf(Uint16Array.of(300, 400)))]));
    expect(samples.loaded).toEqual([1, 300, 2, 400]);
  });
});

describe('strips and tiles', () => {
  it('strips follow each other, the last one shorter, wherever they lie', async () => {
    const image = await only(made([page({ 257: 3, 278: 2 }, ramp(8), ramp(4, 8))]));
    expect(image.loaded).toEqual(counted(12));
    const packed = page({ 257: 3, 278: 2, 259: 8 }, zlibSync(ramp(8)), zlibSync(ramp(4, 8)));
    expect((await only(made([packed]))).loaded).toEqual(counted(12));
  });

  it('tiles lie beside each other, cut at the edges', async () => {
    const tile = (from: number) => Uint8Array.of(from, from + 1, from + 2, from + 3);
    const tiled = page({ 256: 3, 257: 3, 322: 2, 323: 2 }, tile(0), tile(10), tile(20), tile(30));
    expect((await only(made([tiled]))).loaded).toEqual([0, 1, 10, 2, 3, 12, 20, 21, 30]);
  });

  it('LZW, of any length of words, is unpacked', async () => {
    const noise = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * i * 7 + (i >> 3) * 13) & 255);
    for (const data of [ramp(8), new Uint8Array(5000), noise(700), noise(9000), noise(20_000)]) {
      const lines = page({ 256: data.length, 257: 1, 259: 5 }, lzw(data));
      expect((await only(made([lines]))).loaded).toEqual([...data]);
    }
  });

  it('PackBits is unpacked', async () => {
    const packed = Uint8Array.of(2, 1, 2, 3, 0x80, 253, 9, 0, 7);
    expect((await only(made([page({ 259: 32773 }, packed)]))).loaded).toEqual([1, 2, 3, 9, 9, 9, 9, 7]);
  });

  it('differences are added up, sample by sample, in either byte order', async () => {
    const image = await only(made([page({ 317: 2 }, Uint8Array.of(1, 1, 1, 255, 10, 0, 0, 1))]));
    expect(image.loaded).toEqual([1, 2, 3, 2, 10, 10, 10, 11]);
    const wide = Uint16Array.of(1000, 1, 65535, 5);
    const big = made([page({ 257: 1, 258: 16, 317: 2 }, swapped(wide, 2))], { big: true });
    expect((await only(big)).loaded).toEqual([1000, 1001, 1000, 1005]);
    const four = made([page({ 257: 1, 258: 32, 317: 2 }, bytesOf(Uint32Array.of(70000, 1, 1, 1)))]);
    expect((await only(four)).loaded).toEqual([70000, 70001, 70002, 70003]);
    const rgb = { 256: 2, 257: 1, 258: [8, 8, 8], 262: 2, 277: 3, 317: 2 };
    expect((await only(made([page(rgb, Uint8Array.of(1, 2, 3, 1, 1, 1))]))).loaded).toEqual([
      1, 2, 3, 255, 2, 3, 4, 255,
    ]);
  });

  it('floats whose bytes were sorted are put together again', async () => {
    const values = Float32Array.of(1.5, -2.25, 1e9, 0);
    const sorted = new Uint8Array(16);
    const bytes = bytesOf(values);
    for (let i = 0; i < 4; i++) for (let b = 0; b < 4; b++) sorted[b * 4 + i] = bytes[i * 4 + 3 - b];
    for (let i = 15; i > 0; i--) sorted[i] -= sorted[i - 1];
    for (const big of [false, true]) {
      const image = await only(made([page({ 257: 1, 258: 32, 339: 3, 317: 3 }, sorted)], { big }));
      expect(image.loaded).toEqual([...values]);
    }
  });
});

describe('pages', () => {
  it('that are alike make one array, others datasets of their own, and thumbnails none', async () => {
    const two = await only(made([page({}), page({}, ramp(8, 8)), page({ 256: 2, 254: 1 }, ramp(4))]));
    expect(two.shape).toEqual([2, 2, 4]);
    expect(two.loaded).toEqual(counted(16));
    const packed = await only(made([page({ 259: 8 }, zlibSync(ramp(8))), page({}, ramp(8, 8))]));
    expect(packed.loaded).toEqual(counted(16));
    expect((await open(made([page({}), page({ 257: 1 }, ramp(4))]))).map(({ shape }) => shape)).toEqual([
      [2, 4],
      [1, 4],
    ]);
    expect((await only(made([page({ 254: 1 })]))).shape).toEqual([2, 4]);
  });

  it('one that cannot be read is named in the warnings of the others', async () => {
    const image = await only(made([page({}), page({ 259: 7 })]));
    expect(image.warnings.join()).toMatch(/a page was left out.*JPEG/);
  });

  const stack = (text: string, pages: number) =>
    made(Array.from({ length: pages }, () => page({ 270: `ImageJ=1.5\n${text}` })));
  const axes = ({ axes }: ArrayDataset) => axes.map(({ name, size }) => `${name} ${size}`).join();

  it('of ImageJ are frames, slices and channels', async () => {
    expect(axes(await only(stack('images=8\nchannels=2\nslices=2\nframes=2\n', 8)))).toBe(
      'time 2,depth 2,channel 2,height 2,width 4',
    );
    expect(axes(await only(stack('images=2\nslices=2\n', 2)))).toBe('depth 2,height 2,width 4');
    expect(axes(await only(stack('images=4\nchannels=2\n', 4)))).toBe('depth 2,channel 2,height 2,width 4');
    const wrong = await only(stack('images=5\nslices=5\n', 2));
    expect(axes(wrong)).toBe('page 2,height 2,width 4');
    expect(wrong.warnings).toHaveLength(1);
  });

  it('that ImageJ does not list follow the first', async () => {
    const tags = { 257: 1, 270: 'ImageJ=1.5\nimages=2\nslices=2\n', 279: 4 };
    const image = await only(made([page(tags, ramp(8))]));
    expect(axes(image)).toBe('depth 2,height 1,width 4');
    expect(image.loaded).toEqual(counted(8));
    expect(axes(await only(made([page({ ...tags, 270: 'ImageJ=1.5\nimages=9999\n' }, ramp(8))])))).toBe(
      'height 1,width 4',
    );
  });
});

describe('conditions', () => {
  it('ImageJ calibrates by its unit, and pixels are none', async () => {
    const of = async (unit: string) =>
      (
        await only(
          made([page({ 270: `ImageJ=1.5\nunit=${unit}\n`, 282: Float64Array.of(4), 283: Float64Array.of(2) })]),
        )
      ).axes;
    expect(await of('nm')).toMatchObject([
      { scale: 0.5, unit: 'nm' },
      { scale: 0.25, unit: 'nm' },
    ]);
    expect(await of('\\u00B5m')).toMatchObject([{ unit: 'µm' }, { unit: 'µm' }]);
    expect(await of('pixel')).toMatchObject([{ scale: 1, unit: '' }, { scale: 1 }]);
  });

  it('DigitalMicrograph has tags of its own', async () => {
    const tags = {
      65006: Float64Array.of(7),
      65009: Float64Array.of(0.5),
      65010: Float64Array.of(0.25),
      65012: 'nanometer',
    };
    expect((await only(made([page(tags)]))).axes).toMatchObject([
      { scale: 0.25, offset: 0, unit: '' },
      { scale: 0.5, offset: 7, unit: 'nm' },
    ]);
  });

  it('FEI microscopes write a text', async () => {
    const text =
      '[Beam]\r\nHV=20000\r\n[Scan]\r\nPixelWidth=2e-9\r\nPixelHeight=3e-9\r\nDwelltime=1e-6\r\n__proto__=1\r\n';
    for (const tag of [34680, 34682]) {
      const image = await only(made([page({ [tag]: text })]));
      expect(image.metadata).toEqual({ beam_energy_keV: 20, dwell_time_s: 1e-6 });
      expect(image.axes).toMatchObject([
        { scale: 3e-9, unit: 'm' },
        { scale: 2e-9, unit: 'm' },
      ]);
    }
  });

  it('the date and the artist come from their tags; a resolution for printing calibrates nothing', async () => {
    const tags = { 306: '2016:06:13 15:59:52', 315: 'A. B.', 282: 300, 283: 300, 296: 2 };
    const image = await only(made([page(tags)]));
    expect(image.metadata).toEqual({ date: '2016-06-13', time: '15:59:52', authors: 'A. B.' });
    expect(image.axes[0]).toMatchObject({ scale: 1, unit: '' });
    expect((await only(made([page({ 306: '0000:00:00 00:00:00' })]))).metadata).toEqual({});
  });

  it.each([0, 3, 5])('photometric interpretation %i is told', async (kind) => {
    expect((await only(made([page({ 262: kind })]))).warnings).toHaveLength(1);
  });
});

describe('damage', () => {
  it.each([
    ['no width', page({ 256: 0 }), 'bad-tiff'],
    ['a width beyond the file', page({ 256: 0x7fffffff }), 'bad-tiff'],
    ['a packed width beyond what could be unpacked', page({ 256: 1e9, 259: 8 }), 'bad-tiff'],
    ['strips that are missing', page({ 278: 1 }), 'bad-tiff'],
    ['tiles of no width', page({ 322: 0, 323: 4 }), 'bad-tiff'],
    ['JPEG', page({ 259: 7 }), 'unsupported-tiff'],
    ['bits the other way round', page({ 266: 2 }), 'unsupported-tiff'],
    ['samples of 12 bits', page({ 258: 12 }), 'unsupported-tiff'],
    ['samples of different bits', page({ 258: [8, 16], 277: 2 }), 'unsupported-tiff'],
    ['predictor 3 of integers', page({ 317: 3 }), 'unsupported-tiff'],
  ])('%s is refused', async (_, one, code) => {
    await expect(open(made([one]))).rejects.toMatchObject({ kind: 'format', code });
  });

  it('pages that lead in a circle, or share their bytes, are refused', async () => {
    const bytes = made([page({})]);
    const view = new DataView(bytes.buffer);
    const at = view.getUint32(4, true);
    view.setUint32(bytes.length - 4, at, true);
    await expect(open(bytes)).rejects.toThrow(/circle/);
    const many = made([page({ 257: 1000, 278: 1 }, ...Array.from({ length: 1000 }, () => ramp(4)))]);
    const shared = new DataView(many.buffer);
    const entries = shared.getUint32(4, true) + 2;
    for (let e = entries; e < many.length - 4; e += 12) {
      const [tag, list] = [shared.getUint16(e, true), shared.getUint32(e + 8, true)];
      for (let i = 0; i < 1000 && (tag === 273 || tag === 279); i++)
        shared.setUint32(list + 4 * i, tag === 273 ? 8 : 4000, true);
    }
    await expect(open(many)).rejects.toThrow(/overlap/);
  });

  it('packed bytes that end early or make no sense are refused when they are unpacked', async () => {
    for (const [compression, bytes] of [
      [5, lzw(ramp(7))],
      [5, Uint8Array.of(0x80, 0x7f, 0xff, 0xff)],
      [8, zlibSync(ramp(7))],
      [8, zlibSync(ramp(9))],
      [32773, Uint8Array.of(253, 1)],
    ] as const) {
      const [image] = await open(made([page({ 259: compression }, bytes)]));
      await expect(image.values.load()).rejects.toMatchObject({ kind: 'format' });
    }
  });
});
