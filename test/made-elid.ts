import { packBzip2 } from './pack-bzip2.ts';

/** Projects of Phenom's Element Identification, built of their parts. */
export type Bytes = readonly number[];

const scratch = new DataView(new ArrayBuffer(8));
export function u32(value: number): Bytes {
  scratch.setUint32(0, value, true);
  return Array.from({ length: 4 }, (_, i) => scratch.getUint8(i));
}
export const f64 = (...values: readonly number[]): Bytes =>
  values.flatMap((value) => {
    scratch.setFloat64(0, value, true);
    return Array.from({ length: 8 }, (_, i) => scratch.getUint8(i));
  });
export const letters = (text: string): Bytes => Array.from(new TextEncoder().encode(text));
export const text = (value: string): Bytes => [...u32(letters(value).length), ...letters(value)];
export const list = (entries: readonly Bytes[]): Bytes => [...u32(entries.length), ...entries.flat()];
const varuint = (value: number): Bytes =>
  value < 128 ? [value] : [(value % 128) + 128, ...varuint(Math.floor(value / 128))];

/** A TIFF file of one strip, 3 × 2 pixels of 8 bits. */
export function tiff(xml?: string): Bytes {
  const tags: [number, number, number, number][] = [
    [256, 3, 1, 3],
    [257, 3, 1, 2],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, 1],
    [278, 3, 1, 2],
    [279, 4, 1, 6],
  ];
  const notes = letters(xml ?? '');
  if (xml !== undefined) tags.push([34683, 7, notes.length, 14 + 2 + 12 * (tags.length + 1) + 4]);
  const entries = tags.flatMap(([tag, type, count, value]) => [
    ...u32(tag + 65536 * type),
    ...u32(count),
    ...u32(value),
  ]);
  return [0x49, 0x49, 42, 0, ...u32(14), 1, 2, 3, 4, 5, 6, tags.length, 0, ...entries, ...u32(0), ...notes];
}

const NOTES = `<?xml version="1.0"?><FeiImage><pixelWidth unit="nm">500</pixelWidth><pixelHeight unit="nm">250</pixelHeight>
<time>2019-08-07T09:37:31</time><samplePosition><x>-0.0025</x><y>0.001</y></samplePosition>
<acquisition><scan><dwellTime unit="ns">200</dwellTime><highVoltage unit="kV">-15</highVoltage><scanScale>2</scanScale></scan></acquisition>
<workingDistance unit="mm">8.1</workingDistance><instrument><uniqueID>MVE</uniqueID></instrument></FeiImage>`;

interface Plan {
  version?: number;
  counts?: readonly number[];
  elements?: Bytes;
  order?: number;
  /** Live and real. */
  times?: readonly [number, number];
  /** Working distance, m. */
  distance?: number;
  own?: Bytes;
}

const ENERGIES = f64(-36, 10);

function conditions(version: number, times: readonly [number, number] = [5.5, 10.25], distance = 0.008): Bytes {
  const angle = version === 0 ? 30 : Math.PI / 6;
  const measured = f64(15000, angle, 0, ...times, 11e-6, 1e-7, 126.5);
  const stage = version === 0 ? [] : f64(0, distance, 25e-6, 0, Math.PI / 18);
  return [...measured, ...text('PHE'), ...stage, ...(version >= 3 ? [...f64(0), 1, 1] : [])];
}

export function analysis(
  type: number,
  { version = 0, counts = [0, 3, 300], elements = [13, 29], order = 1, times, distance, own = [] }: Plan = {},
): Bytes {
  return [
    type,
    ...u32(2),
    9,
    9,
    ...ENERGIES,
    ...list(counts.map(varuint)),
    ...conditions(version, times, distance),
    ...list(elements.map((z) => [z])),
    ...list([[8]]),
    ...list([u32(1), u32(2)]),
    ...list([[13, 2, 3]]),
    1,
    ...u32(order),
    ...list([[13, 1]]),
    ...(version >= 2 ? [1] : []),
    ...(version >= 4 ? list([[6], [7]]) : []),
    ...own,
  ];
}

const scan = (
  version: number,
  sides: readonly number[],
  channels: number,
  counts: Bytes,
  times: readonly boolean[],
): Bytes => [
  ...sides.flatMap(u32),
  ...u32(channels),
  ...ENERGIES,
  ...conditions(version),
  ...times.map(Number),
  ...counts,
  ...times.flatMap((each) => f64(...Array<number>(each ? sides.reduce((a, b) => a * b, 1) : 1).fill(0.5))),
];

const MAP_COUNTS: Bytes = [0, 0, 1, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 255, 0, 0, 0, 4];
export function map(version = 0, frame: readonly number[] = [-0.5, -0.5, 0.5, 0.5], times = [false, false]): Bytes {
  return analysis(4, {
    version,
    order: 7,
    own: [...f64(...frame), ...list([f64(1)]), ...scan(version, [3, 2], 3, MAP_COUNTS, times)],
  });
}
export function line(version = 0): Bytes {
  const counts = [0, 300, 0, 1, 0, 70000].flatMap(varuint);
  return analysis(3, {
    version,
    order: 4,
    own: [...f64(0, 0, 0.1, 0.1), ...scan(version, [2], 3, counts, [true, false]), 1],
  });
}

export const image = (analyses: readonly Bytes[], label = 'Image 1', picture = tiff(NOTES)): Bytes => [
  ...u32(picture.length),
  ...picture,
  ...text(label),
  ...list(analyses),
];
export const project = (
  images: readonly Bytes[],
  version = 0,
  more: readonly (readonly Bytes[])[] = [[], []],
): Bytes => [...letters('EID2'), ...u32(version), ...list(images), ...(version >= 1 ? more.flatMap(list) : [])];

/** Such bytes as a file. */
export const packed = (bytes: Bytes) => packBzip2(Uint8Array.from(bytes), 1 << 20);
