import { Bits, badJpeg as bad, type Huffman } from './jpeg-bits.ts';
import { transform } from './jpeg-transform.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** R, G, B, 255 for each pixel, row by row. */
  readonly rgba: Uint8Array;
}

interface Component {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly table: number;
  dc: Huffman;
  ac: Huffman;
  previous: number;
  /** Samples, in whole blocks. */
  plane: Uint8Array;
  stride: number;
}

const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];

/**
 * Decodes a JPEG of the sequential kind with Huffman codes (ITU-T T.81), grey or YCbCr, as the reference software does:
 * whole-number transform (Loeffler, Ligtenberg and Moschytz 1989), colours of half width interpolated.
 * @throws SpectrailError `format/bad-jpeg` for damage, and for kinds of JPEG that are not read.
 */
export function decodeJpeg(bytes: Uint8Array): Picture {
  const quantisation: (Uint16Array | undefined)[] = [];
  const huffman: (Huffman | undefined)[] = [];
  let frame: { width: number; height: number; components: Component[]; hMax: number; vMax: number } | undefined;
  let restart = 0;
  let at = 2;
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw bad('it does not begin as one');
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw bad(`no marker at byte ${at}`);
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw bad(`a segment at byte ${at} is longer than what is left`);
    const segment = bytes.subarray(at + 4, end);
    if (marker === 0xdb) readQuantisation(segment, quantisation);
    else if (marker === 0xc4) readHuffman(segment, huffman);
    else if (marker === 0xdd && segment.length >= 2) restart = segment[0] * 256 + segment[1];
    else if (marker === 0xc0 || marker === 0xc1) frame = readFrame(segment, bytes.length - end);
    else if (marker >= 0xc2 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) {
      throw bad('it is progressive, lossless or arithmetic-coded');
    } else if (marker === 0xda) {
      if (!frame) throw bad('its size is not stated');
      if (segment[0] !== frame.components.length) throw bad('its colours are in several scans');
      frame.components.forEach((component, c) => {
        const tables = segment[2 + 2 * c];
        component.dc = huffman[tables >> 4] ?? missing();
        component.ac = huffman[16 + (tables & 15)] ?? missing();
      });
      decodeScan(bytes.subarray(end), frame, quantisation, restart);
      return assemble(frame);
    } else if (marker === 0xd9) break;
    at = end;
  }
  throw bad('it ends before its picture');
}

function missing(): never {
  throw bad('a table it refers to is missing');
}

function readQuantisation(segment: Uint8Array, tables: (Uint16Array | undefined)[]): void {
  for (let at = 0; at < segment.length; ) {
    const wide = segment[at] >> 4 !== 0;
    const table = new Uint16Array(64);
    const bytes = wide ? 128 : 64;
    if (at + 1 + bytes > segment.length) throw bad('a table is cut short');
    for (let i = 0; i < 64; i++) {
      const from = at + 1 + (wide ? 2 * i : i);
      table[ZIGZAG[i]] = wide ? segment[from] * 256 + segment[from + 1] : segment[from];
    }
    tables[segment[at] & 15] = table;
    at += 1 + bytes;
  }
}

function readHuffman(segment: Uint8Array, tables: (Huffman | undefined)[]): void {
  for (let at = 0; at + 17 <= segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17);
    const symbols = segment.slice(at + 17, at + 17 + counts.reduce((a, b) => a + b, 0));
    const [first, limit, index] = [new Int32Array(17), new Int32Array(17), new Int32Array(17)];
    let code = 0;
    let used = 0;
    for (let n = 1; n <= 16; n++) {
      first[n] = code;
      index[n] = used;
      code += counts[n - 1];
      used += counts[n - 1];
      limit[n] = code;
      code *= 2;
    }
    tables[segment[at] >> 4 === 0 ? segment[at] & 15 : 16 + (segment[at] & 15)] = { first, limit, index, symbols };
    at += 17 + used;
  }
}

const NONE: Huffman = {
  first: new Int32Array(17),
  limit: new Int32Array(17),
  index: new Int32Array(17),
  symbols: new Uint8Array(0),
};

function readFrame(segment: Uint8Array, bytesLeft: number) {
  const [height, width] = [segment[1] * 256 + segment[2], segment[3] * 256 + segment[4]];
  const count = segment[5];
  if (
    segment[0] !== 8 ||
    !(width > 0 && height > 0) ||
    (count !== 1 && count !== 3) ||
    segment.length < 6 + 3 * count
  ) {
    throw bad(`${width} × ${height} pixels of ${count} colours with ${segment[0]} bits`);
  }
  const single = count === 1;
  const factors = Array.from({ length: count }, (_, c) => {
    const [id, sampling, table] = segment.subarray(6 + 3 * c);
    return { id, table, h: single ? 1 : sampling >> 4, v: single ? 1 : sampling & 15 };
  });
  if (!factors.every(({ h, v }) => h >= 1 && h <= 4 && v >= 1 && v <= 4)) throw bad('its colours are sampled oddly');
  const [hMax, vMax] = [Math.max(...factors.map(({ h }) => h)), Math.max(...factors.map(({ v }) => v))];
  const [across, down] = [Math.ceil(width / (8 * hMax)), Math.ceil(height / (8 * vMax))];
  const blocks = factors.reduce((sum, { h, v }) => sum + h * v * across * down, 0);
  // A block takes at least a bit for its mean and a bit for its end.
  if (blocks * 2 > bytesLeft * 8) throw bad(`${width} × ${height} pixels do not fit in ${bytesLeft} bytes`);
  const components = factors.map(
    ({ id, table, h, v }): Component => ({
      ...{ id, table, h, v },
      ...{ dc: NONE, ac: NONE, previous: 0 },
      plane: new Uint8Array(across * h * 8 * down * v * 8),
      stride: across * h * 8,
    }),
  );
  return { width, height, components, hMax, vMax };
}

type Frame = ReturnType<typeof readFrame>;

function decodeScan(
  bytes: Uint8Array,
  frame: Frame,
  tables: readonly (Uint16Array | undefined)[],
  restart: number,
): void {
  const { width, height, components, hMax, vMax } = frame;
  const bits = new Bits(bytes);
  const [across, down] = [Math.ceil(width / (8 * hMax)), Math.ceil(height / (8 * vMax))];
  const block = new Int32Array(64);
  for (let unit = 0; unit < across * down; unit++) {
    if (restart > 0 && unit > 0 && unit % restart === 0) {
      bits.restart();
      for (const component of components) component.previous = 0;
    }
    const [column, row] = [unit % across, Math.floor(unit / across)];
    for (const component of components) {
      const quantisation = tables[component.table] ?? missing();
      for (let v = 0; v < component.v; v++) {
        for (let h = 0; h < component.h; h++) {
          readBlock(bits, component, quantisation, block);
          const corner = (row * component.v + v) * 8 * component.stride + (column * component.h + h) * 8;
          transform(block, component.plane, corner, component.stride);
        }
      }
    }
  }
}

function readBlock(bits: Bits, component: Component, quantisation: Uint16Array, block: Int32Array): void {
  block.fill(0);
  component.previous += bits.extended(Math.min(15, bits.symbol(component.dc)));
  block[0] = component.previous * quantisation[0];
  for (let i = 1; i < 64; i++) {
    const symbol = bits.symbol(component.ac);
    const size = symbol & 15;
    if (size === 0) {
      if (symbol !== 0xf0) return;
      i += 15;
      continue;
    }
    i += symbol >> 4;
    if (i > 63) throw bad('a block has more than 64 numbers');
    block[ZIGZAG[i]] = bits.extended(size) * quantisation[ZIGZAG[i]];
  }
}

function assemble(frame: Frame): Picture {
  const { width, height, components } = frame;
  const rgba = new Uint8Array(width * height * 4).fill(255);
  const lines = components.map(() => new Uint8Array(width + 8));
  for (let y = 0; y < height; y++) {
    components.forEach((component, c) => {
      spread(component, frame, y, lines[c]);
    });
    const [luma, blue, red] = lines;
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const value = luma[x];
      if (components.length === 1) rgba.fill(value, at, at + 3);
      else {
        const [cb, cr] = [blue[x] - 128, red[x] - 128];
        rgba[at] = byte(value + ((91881 * cr + 32768) >> 16));
        rgba[at + 1] = byte(value + ((-22554 * cb - 46802 * cr + 32768) >> 16));
        rgba[at + 2] = byte(value + ((116130 * cb + 32768) >> 16));
      }
    }
  }
  return { width, height, rgba };
}

/**
 * Samples of a colour along line `y`, at full width. At half width, three parts of the nearer and one of the further sample;
 * so between lines, too, where both width and height are halved.
 */
function spread(
  { plane, stride, h, v }: Component,
  { width, height, hMax, vMax }: Frame,
  y: number,
  out: Uint8Array,
): void {
  const line = Math.floor((y * v) / vMax);
  const start = line * stride;
  if (hMax !== 2 * h) {
    for (let x = 0; x < width; x++) out[x] = plane[start + Math.floor((x * h) / hMax)];
    return;
  }
  const both = vMax === 2 * v;
  const beside = both ? Math.min(Math.max(line + (y % 2 === 0 ? -1 : 1), 0), Math.ceil(height / 2) - 1) : line;
  const other = beside * stride;
  const sample = both ? (i: number) => 3 * plane[start + i] + plane[other + i] : (i: number) => plane[start + i];
  const [shift, before, after] = both ? [4, 8, 7] : [2, 1, 2];
  const last = Math.ceil(width / 2) - 1;
  for (let i = 0; i <= last; i++) {
    const near = sample(i);
    out[2 * i] = i === 0 ? (4 * near + (both ? 8 : 0)) >> shift : (3 * near + sample(i - 1) + before) >> shift;
    out[2 * i + 1] = i === last ? (4 * near + (both ? 7 : 0)) >> shift : (3 * near + sample(i + 1) + after) >> shift;
  }
}

const byte = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value);
