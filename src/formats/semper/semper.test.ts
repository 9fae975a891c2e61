import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import semper from './index.ts';

interface Made {
  size?: readonly [number, number, number];
  pictureClass?: number;
  form?: number;
  title?: string;
  big?: boolean;
  label?: (write: (i: number, value: number) => void) => void;
}

const WIDTHS = [1, 2, 4, 8, 4];

/** Values counted up, in records. */
function made({ size = [3, 2, 1], pictureClass = 1, form = 1, title = '', big = false, label }: Made = {}): Uint8Array {
  const little = !big;
  const out: number[] = [];
  const view = (bytes: number, write: (view: DataView) => void) => {
    const made = new DataView(new ArrayBuffer(bytes));
    write(made);
    return new Uint8Array(made.buffer);
  };
  const record = (bytes: Uint8Array) => {
    const mark = view(4, (out) => out.setInt32(0, bytes.length, little));
    out.push(...mark, ...bytes, ...mark);
  };
  const flags = 20_000 + (label ? 1000 : 0) + title.length;
  record(
    view(12, (out) => {
      for (const [i, value] of [...size, pictureClass, form, flags].entries()) out.setInt16(2 * i, value, little);
    }),
  );
  if (title) record(new TextEncoder().encode(title));
  if (label) {
    record(view(512, (out) => label((i, value) => out.setInt16(2 * i, value, little))));
  }
  const [columns, rows, layers] = size;
  for (let row = 0; row < rows * layers; row++) {
    record(
      view(columns * WIDTHS[form], (out) => {
        for (let c = 0; c < columns; c++) {
          const [at, value] = [c * WIDTHS[form], row * columns + c];
          if (form === 0) out.setInt8(at, value);
          else if (form === 1) out.setInt16(at, value, little);
          else if (form === 4) out.setInt32(at, value, little);
          else out.setFloat32(at, value, little);
        }
      }),
    );
  }
  return Uint8Array.from(out);
}

async function read(bytes: Uint8Array): Promise<ArrayDataset & { loaded: number[] }> {
  const [dataset] = (await semper.read!(memoryFile('a.unf', bytes))) as ArrayDataset[];
  return { ...dataset, loaded: [...((await dataset.values.load()) as Float32Array)] };
}

const steps = (write: (i: number, value: number) => void) => {
  for (const at of [75, 83, 91]) {
    write(at + 2, 128);
    write(at + 3, 63);
  }
};

describe('pictures', () => {
  it.each([
    [0, 'int8', [0, 1, 2, 3, 4, 5]],
    [1, 'int16', [0, 1, 2, 3, 4, 5]],
    [2, 'float32', [0, 1, 2, 3, 4, 5]],
    [3, 'complex64', [0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]],
    [4, 'int32', [0, 1, 2, 3, 4, 5]],
  ])('of form %i are %s, in either byte order', async (form, dtype, loaded) => {
    for (const big of [false, true]) {
      expect(await read(made({ form, big }))).toMatchObject({ dtype, loaded, shape: [2, 3] });
    }
  });

  it('have layers, or one row', async () => {
    const axes = async (content: Made) => (await read(made(content))).axes.map(({ name, role }) => `${name} ${role}`);
    expect(await axes({ size: [3, 2, 2] })).toEqual(['z navigation', 'y signal', 'x signal']);
    expect(await axes({ size: [3, 1, 1], pictureClass: 4 })).toEqual(['x spectral']);
    expect(await axes({ size: [3, 1, 1] })).toEqual(['x signal']);
  });

  it('have a title and a label', async () => {
    const picture = await read(made({ title: 'A title', label: steps }));
    expect(picture.title).toBe('A title');
    expect(picture.warnings).toEqual([]);
    expect(picture.metadata).toEqual({});
  });
});

describe('the label', () => {
  const dated = (year: number, month = 10) =>
    read(
      made({
        label: (write) => {
          for (const [i, value] of [year, month, 27, 14, 31, 41].entries()) write(21 + i, value);
        },
      }),
    );

  it('has the date, by years since 1900 or of two digits', async () => {
    expect((await dated(115)).metadata).toEqual({ date: '2015-10-27', time: '14:31:41' });
    expect((await dated(-1885)).metadata).toEqual({ date: '2015-10-27', time: '14:31:41' });
    expect((await dated(115, 13)).metadata).toEqual({});
  });

  it('has the range, which tells bytes without a sign', async () => {
    const range = (text: string) => (write: (i: number, value: number) => void) => {
      write(27, text.length);
      for (let i = 0; i < text.length; i++) write(28 + i, text.charCodeAt(i));
    };
    expect((await read(made({ form: 0, label: range('0,200') }))).dtype).toBe('uint8');
    expect((await read(made({ form: 0, label: range('0,127') }))).dtype).toBe('int8');
  });

  it('a calibration in it is warned of', async () => {
    const picture = await read(made({ label: (write) => [steps(write), write(78, 64)] }));
    expect(picture.warnings.join()).toMatch(/calibration/);
    expect(picture.axes[1]).toMatchObject({ scale: 1, unit: '' });
  });
});

describe('damage', () => {
  const change = (at: number, value: number, content?: Made) => {
    const bytes = made(content);
    new DataView(bytes.buffer).setInt16(at, value, true);
    return bytes;
  };

  it.each([
    ['no columns', change(4, 0), 'bad-semper'],
    ['an unknown form', change(12, 7), 'bad-semper'],
    ['more rows than there are', change(6, 32_000), 'truncated'],
    ['a title of another length', change(20, 3, { title: 'A title' }), 'bad-semper'],
    ['a label that is cut', made({ label: steps }).subarray(0, 300), 'bad-semper'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ kind: 'format', code });
  });
});
