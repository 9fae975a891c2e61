import { describe, expect, it } from 'vitest';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import merlin from './index.ts';

const NEWER = 'MQ1A,2024-07-02T11:46:44.035393175Z,2000000ns,12,';

/** A frame of 3 × 2 counts from `from`, behind 384 bytes. */
function frame(from: number, type = 'U16', size = '0003,0002', tail = NEWER): Uint8Array {
  const width = { U08: 1, U16: 2, U32: 4 }[type] ?? 8;
  const bytes = new Uint8Array(384 + 6 * width);
  const text = `MQ1,000001,00384,01,${size},${type},   1x1,01,2024-07-02 13:46:44.035393,0.001000,0,0,0,1.2E+1,${tail}`;
  bytes.set(new TextEncoder().encode(text));
  for (let i = 0; i < 6; i++) bytes[384 + (i + 1) * width - 1] = from + i;
  return bytes;
}

const frames = (count: number, type?: string) =>
  Uint8Array.from(Array.from({ length: count }, (_, i) => [...frame(10 * i, type)]).flat());

function files(mib: Uint8Array | undefined, hdr?: string, opened = 'mib'): ByteSource {
  const all = new Map<string, Uint8Array>();
  if (mib) all.set('a.mib', mib);
  if (hdr !== undefined) all.set('a.hdr', new TextEncoder().encode(hdr));
  const source = (name: string): ByteSource | undefined => {
    const bytes = all.get(name);
    return (
      bytes && {
        name,
        size: bytes.length,
        read: async (offset, length) => bytes.slice(offset, offset + length),
        sibling: async (other) => source(other),
      }
    );
  };
  return source(`a.${opened}`)!;
}

const read = async (source: ByteSource) => (await merlin.read!(source))[0] as ArrayDataset;
const hdr = (...lines: string[]) => `HDR,\t\r\n${lines.join('\r\n')}\r\nEnd\t   `;

describe('frames', () => {
  it.each([
    ['U08', 'uint8'],
    ['U16', 'uint16'],
    ['U32', 'uint32'],
  ])('%s are big-endian counts, the last row first', async (type, dtype) => {
    const scan = await read(files(frames(2, type)));
    expect(scan).toMatchObject({ dtype, shape: [2, 2, 3] });
    const values = (await scan.values.load()) as Uint16Array;
    expect([...values]).toEqual([3, 4, 5, 0, 1, 2, 13, 14, 15, 10, 11, 12]);
  });

  it('one is an image', async () => {
    expect((await read(files(frames(1)))).shape).toEqual([2, 3]);
  });

  it('behind the last complete one are passed over', async () => {
    const scan = await read(files(frames(2).subarray(0, 500)));
    expect(scan.shape).toEqual([2, 3]);
    expect(scan.warnings.join()).toMatch(/104 bytes/);
  });
});

describe('the scan', () => {
  it('has the size that the .hdr states, whichever of the two is opened', async () => {
    const text = hdr('ScanX:\t3', 'ScanY:\t2', 'Frames per Trigger (Number):\t2', '__proto__:\t1');
    for (const opened of ['mib', 'hdr']) {
      const scan = await read(files(frames(6), text, opened));
      expect(scan.shape).toEqual([2, 3, 2, 3]);
      expect(scan.axes.map(({ role }) => role)).toEqual(['navigation', 'navigation', 'signal', 'signal']);
    }
  });

  it('that was stopped keeps its complete lines, else all frames', async () => {
    const text = hdr('ScanX:\t3', 'ScanY:\t9');
    expect((await read(files(frames(6), text))).shape.slice(0, -2)).toEqual([2, 3]);
    const odd = await read(files(frames(5), text));
    expect(odd.shape.slice(0, -2)).toEqual([5]);
    expect(odd.warnings).toHaveLength(1);
  });

  it('follows the triggers where its size is not stated, and says so', async () => {
    const scan = await read(files(frames(6), hdr('Frames per Trigger (Number):\t3')));
    expect(scan.shape.slice(0, -2)).toEqual([2, 3]);
    expect(scan.warnings.join()).toMatch(/assumed/);
    for (const per of ['1', '4', '6', 'x']) {
      const line = await read(files(frames(6), hdr(`Frames per Trigger (Number):\t${per}`)));
      expect(line.shape.slice(0, -2)).toEqual([6]);
    }
  });
});

describe('conditions', () => {
  it('are exact in newer headers, local in older ones', async () => {
    expect((await read(files(frame(0)))).metadata).toEqual({
      signal_type: 'electron_diffraction',
      dwell_time_s: 0.002,
      date: '2024-07-02',
      time: '11:46:44.035393175',
      time_zone: 'UTC',
    });
    expect((await read(files(frame(0, 'U16', '0003,0002', '')))).metadata).toEqual({
      signal_type: 'electron_diffraction',
      dwell_time_s: 0.001,
      date: '2024-07-02',
      time: '13:46:44.035393',
    });
  });
});

describe('damage', () => {
  it.each([
    ['raw order', frame(0, 'R64'), 'raw-mib'],
    ['no columns', frame(0, 'U16', '0000,0002'), 'bad-mib-header'],
    ['more columns than bytes', frame(0, 'U16', '9999,9999'), 'truncated'],
    ['another frame at the end', Uint8Array.from([...frame(0), ...frame(0, 'U16', '0002,0003')]), 'bad-mib-header'],
    ['no frame at the end', Uint8Array.from([...frame(0), ...new Uint8Array(396)]), 'bad-mib-header'],
    ['something else', new TextEncoder().encode('MQ1,x'), 'bad-mib-header'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(read(files(bytes))).rejects.toMatchObject({ kind: 'format', code });
  });

  it('a .hdr alone says which file is missing', async () => {
    await expect(read(files(undefined, hdr(), 'hdr'))).rejects.toMatchObject({
      code: 'missing-companion',
      what: expect.stringMatching(/a\.mib/),
    });
  });
});
