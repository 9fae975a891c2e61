import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import mrc from './index.ts';

interface Made {
  mode?: number;
  size?: readonly number[];
  big?: boolean;
  bytes?: Uint8Array;
  extended?: Uint8Array;
  type?: string;
  stamp?: boolean;
  set?: (view: DataView, little: boolean) => void;
}

function made({
  mode = 1,
  size = [3, 2, 1],
  big,
  bytes,
  extended,
  type = '',
  stamp = true,
  set,
}: Made = {}): Uint8Array {
  const little = !big;
  const head = new Uint8Array(1024);
  const view = new DataView(head.buffer);
  for (const [i, n] of size.entries()) {
    view.setInt32(4 * i, n, little);
    view.setInt32(28 + 4 * i, n, little);
    view.setFloat32(40 + 4 * i, 20 * n, little);
  }
  view.setInt32(12, mode, little);
  view.setInt32(92, extended?.length ?? 0, little);
  head.set(new TextEncoder().encode(type), 104);
  if (stamp) head.set([0x4d, 0x41, 0x50, 0x20, ...(big ? [0x11, 0x11] : [0x44, 0x44])], 208);
  set?.(view, little);
  const count = size.reduce((a, b) => a * b, 1);
  const values = new DataView(new ArrayBuffer(2 * count));
  for (let i = 0; i < count; i++) values.setInt16(2 * i, i - 1, little);
  return Uint8Array.from([...head, ...(extended ?? []), ...(bytes ?? new Uint8Array(values.buffer))]);
}

async function read(content: Made = {}): Promise<ArrayDataset & { loaded: number[] }> {
  const [dataset] = (await mrc.read!(memoryFile('a.mrc', made(content)))) as ArrayDataset[];
  return { ...dataset, loaded: [...((await dataset.values.load()) as Float32Array)] };
}

const axes = ({ axes }: ArrayDataset) => axes.map(({ name, unit, role, size }) => [name, unit, role, size].join(' '));
const view = (length: number, write: (view: DataView) => void) => {
  const bytes = new DataView(new ArrayBuffer(length));
  write(bytes);
  return new Uint8Array(bytes.buffer);
};

describe('layout', () => {
  it('reads an image in either byte order, after the extended header', async () => {
    for (const big of [false, true]) {
      const image = await read({ big, extended: new Uint8Array(80) });
      expect(axes(image)).toEqual(['y nm signal 2', 'x nm signal 3']);
      expect(image.axes[1]).toMatchObject({ scale: 2, offset: 0 });
      expect(image.loaded).toEqual([-1, 0, 1, 2, 3, 4]);
    }
  });

  it('sections of a stack are counted, those of a volume have a place', async () => {
    const size = [3, 2, 4];
    const group =
      (value: number, depth = 4) =>
      (view: DataView, little: boolean) => {
        view.setInt32(88, value, little);
        view.setInt32(36, depth, little);
      };
    expect(axes(await read({ size, set: group(0) }))[0]).toBe('z  navigation 4');
    expect(axes(await read({ size, set: group(1) }))[0]).toBe('z nm navigation 4');
    expect(axes(await read({ size, set: group(401, 2) })).slice(0, 2)).toEqual([
      'volume  navigation 2',
      'z nm navigation 2',
    ]);
  });

  it('begins at the origin, else at the first step', async () => {
    const start = (view: DataView, little: boolean) => view.setInt32(16, 5, little);
    expect((await read({ set: start })).axes[1]).toMatchObject({ offset: 10 });
    const origin = (view: DataView, little: boolean) => view.setFloat32(196, 70, little);
    expect((await read({ set: origin })).axes[1]).toMatchObject({ offset: 7 });
  });

  it('without a cell there is no calibration', async () => {
    const image = await read({ set: (view, little) => view.setFloat32(40, 0, little) });
    expect(axes(image)).toEqual(['y nm signal 2', 'x  signal 3']);
    expect(image.warnings).toHaveLength(1);
  });
});

describe('modes', () => {
  const two = [2, 1, 1];

  it.each([
    [0, 'int8', [255, 1], [-1, 1]],
    [2, 'float32', [0, 0, 128, 63, 0, 0, 0, 64], [1, 2]],
    [3, 'complex64', [1, 0, 2, 0, 255, 255, 0, 0], [1, 2, -1, 0]],
    [6, 'uint16', [255, 255, 1, 0], [65535, 1]],
    [12, 'float32', [0, 0x3c, 0, 0xc0], [1, -2]],
    [12, 'float32', [1, 0, 0, 0x7c], [2 ** -24, Number.POSITIVE_INFINITY]],
    [16, 'rgba8', [1, 2, 3, 4, 5, 6], [1, 2, 3, 255, 4, 5, 6, 255]],
  ])('%i is %s', async (mode, dtype, bytes, values) => {
    const image = await read({ mode, size: two, bytes: Uint8Array.from(bytes) });
    expect(image.dtype).toBe(dtype);
    expect(image.loaded).toEqual(values);
  });

  it('complex values are pairs of floats', async () => {
    const bytes = view(8, (out) => out.setFloat32(4, 3, true));
    expect(await read({ mode: 4, size: [1, 1, 1], bytes })).toMatchObject({ dtype: 'complex64', loaded: [0, 3] });
  });

  it('bytes of IMOD have no sign unless its flags say so', async () => {
    const imod = (flags: number) => (view: DataView, little: boolean) => {
      view.setInt32(152, 1146047817, little);
      view.setInt32(156, flags, little);
    };
    const bytes = Uint8Array.of(255, 1);
    expect((await read({ mode: 0, size: two, bytes, set: imod(0) })).loaded).toEqual([255, 1]);
    expect((await read({ mode: 0, size: two, bytes, set: imod(1) })).loaded).toEqual([-1, 1]);
  });

  it('4 bits are refused with what to do', async () => {
    await expect(read({ mode: 101 })).rejects.toMatchObject({
      code: 'bad-mode',
      fix: expect.stringMatching(/newstack/),
    });
  });
});

describe('conditions', () => {
  const section = (mask: number) =>
    view(888, (out) => {
      out.setUint32(8, mask, true);
      out.setFloat64(12, 44927.5, true);
      out.setFloat64(84, 300_000, true);
      out.setFloat64(100, 1.5, true);
      out.setFloat64(116, 2e-6, true);
    });

  it('come from the first FEI section, as far as its mask says', async () => {
    const all = await read({ extended: section(0xffffffff), type: 'FEI2' });
    expect(all.metadata).toMatchObject({
      beam_energy_keV: 300,
      date: '2023-01-01',
      time: '12:00:00',
      stage: { tilt_alpha: 1.5, x: 2e-6 },
    });
    expect((await read({ extended: section(0), type: 'FEI1' })).metadata).toEqual({});
    expect((await read({ extended: section(0xffffffff), type: 'CCP4' })).metadata).toEqual({});
  });
});

describe('recognition', () => {
  it('is by the stamp; older files also need the name', () => {
    expect(mrc.sniff(made(), 'a.bin')).toBe('certain');
    expect(mrc.sniff(made({ stamp: false }), 'a.mrc')).toBe('likely');
    expect(mrc.sniff(made({ stamp: false }), 'a.bin')).toBe('no');
    expect(mrc.sniff(made({ mode: 77 }), 'a.mrc')).toBe('no');
  });

  it('mode 0 in the other byte order is told by the machine stamp, else by the smaller image', async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect((await read({ mode: 0, big: true, bytes })).shape).toEqual([2, 3]);
    expect((await read({ mode: 0, big: true, bytes, stamp: false })).shape).toEqual([2, 3]);
  });
});

describe('damage', () => {
  it.each([
    ['no columns', { set: (view: DataView) => view.setInt32(0, 0, true) }, 'bad-mrc-header'],
    ['more than there is', { set: (view: DataView) => view.setInt32(0, 0x7fffffff, true) }, 'truncated'],
    ['an extended header of -1', { set: (view: DataView) => view.setInt32(92, -1, true) }, 'bad-mrc-header'],
    ['one byte too few', { bytes: new Uint8Array(11) }, 'truncated'],
  ])('%s is refused', async (_, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ kind: 'format', code });
  });
});
