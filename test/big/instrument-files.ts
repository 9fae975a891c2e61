import { npyHead } from '../../src/formats/npy/encode.ts';
import { dmFile, group, list } from '../dm-file.ts';
import { headed, type SparseFile } from './sparse-file.ts';

const text = (value: string) => new TextEncoder().encode(value);

function filled(bytes: number, write: (view: DataView, put: (at: number, value: string) => void) => void) {
  const all = new Uint8Array(bytes);
  write(new DataView(all.buffer), (at, value) => all.set(text(value), at));
  return all;
}

/** NumPy: 512 × 1024 × 2048 values of 16 bits. */
function npy(): SparseFile[] {
  const head = npyHead('uint16', [512, 1024, 2048]);
  return [headed('map.npy', head, head.length + 2 ** 31)];
}

/** Ripple: 512 × 1024 spectra of 2048 channels of 16 bits. */
function ripple(): SparseFile[] {
  const header = {
    key: 'value',
    width: 1024,
    height: 512,
    depth: 2048,
    offset: 0,
    'data-length': 2,
    'data-type': 'unsigned',
    'byte-order': 'little-endian',
    'record-by': 'vector',
  };
  const lines = Object.entries(header).map(([key, value]) => `${key}\t${value}\n`);
  const rpl = text(lines.join(''));
  return [headed('map.rpl', rpl, rpl.length), headed('map.raw', new Uint8Array(0), 2 ** 31)];
}

/** DigitalMicrograph 4: 512 × 512 × 1024 doubles, tags before and behind them. */
function dm4(): SparseFile[] {
  const count = 2 ** 28;
  const image = group({
    ImageData: group({
      Calibrations: group({ Dimension: list() }),
      Data: { count },
      DataType: 12,
      Dimensions: list(1024, 512, 512),
    }),
    ImageTags: group({ 'Microscope Info': group({ Voltage: 200_000 }) }),
    Name: 'map',
  });
  const bytes = Buffer.from(dmFile(group({ ImageList: list(image) }), { version: 4 }));
  const counted = Buffer.alloc(8);
  counted.writeBigUInt64BE(BigInt(count));
  const end = bytes.indexOf(counted) + counted.length;
  const pieces = [
    { at: 0, bytes: bytes.subarray(0, end) },
    { at: end + 8 * count, bytes: bytes.subarray(end) },
  ];
  return [{ name: 'map.dm4', size: bytes.length + 8 * count, pieces }];
}

/** MRC: 1024 sections of 1024 × 1024 pixels of 16 bits. */
function mrc(): SparseFile[] {
  const head = filled(1024, (view, put) => {
    for (const at of [0, 4, 8]) {
      view.setInt32(at, 1024, true);
      view.setInt32(28 + at, 1024, true);
      view.setFloat32(40 + at, 20, true);
    }
    view.setInt32(12, 6, true);
    put(208, 'MAP DD');
  });
  return [headed('stack.mrc', head, 1024 + 2 ** 31)];
}

/** BigTIFF: `pages` of 1024 lines of `width` pixels of 16 bits, each behind its directory. */
function tiff(name: string, width: number, pages: number): SparseFile[] {
  const image = 1024 * width * 2;
  const tags = [
    [256, width],
    [257, 1024],
    [258, 16],
    [259, 1],
    [262, 1],
    [273, 0],
    [277, 1],
    [278, 1024],
    [279, image],
    [339, 1],
  ];
  const directory = 8 + 20 * tags.length + 8;
  const page = directory + image;
  const pieces = [{ at: 0, bytes: Uint8Array.of(0x49, 0x49, 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0) }];
  for (let p = 0; p < pages; p++) {
    const at = 16 + p * page;
    const bytes = filled(directory, (view) => {
      view.setBigUint64(0, BigInt(tags.length), true);
      for (const [i, [tag, value]] of tags.entries()) {
        view.setUint16(8 + 20 * i, tag, true);
        view.setUint16(10 + 20 * i, 16, true);
        view.setBigUint64(12 + 20 * i, 1n, true);
        view.setBigUint64(20 + 20 * i, BigInt(tag === 273 ? at + directory : value), true);
      }
      view.setBigUint64(directory - 8, BigInt(p + 1 < pages ? at + page : 0), true);
    });
    pieces.push({ at, bytes });
  }
  return [{ name, size: 16 + pages * page, pieces }];
}

/** NanoMegas: 181 × 181 patterns of 256 × 256 bytes. */
function blockfile(): SparseFile[] {
  const side = 181;
  const [first, pattern] = [4096, 6 + 256 * 256];
  const head = filled(first, (view, put) => {
    put(0, 'IMGBLO');
    view.setUint32(8, 1024, true);
    view.setUint32(12, first, true);
    view.setUint16(20, 256, true);
    view.setUint16(24, side, true);
    view.setUint16(26, side, true);
    view.setFloat64(30, 5, true);
    view.setFloat64(38, 5, true);
  });
  const pieces = [{ at: 0, bytes: head }];
  for (const p of [0, side * side - 1]) {
    const bytes = filled(6, (view) => {
      view.setUint16(0, 0xaa55);
      view.setUint32(2, p, true);
    });
    pieces.push({ at: first + p * pattern, bytes });
  }
  return [{ name: 'scan.blo', size: first + side * side * pattern, pieces }];
}

/** Merlin: 16 384 frames of 256 × 256 counts of 16 bits. */
function merlin(): SparseFile[] {
  const [frames, header, image] = [16_384, 384, 256 * 256 * 2];
  const pieces = [0, frames - 1].map((frame) => {
    const number = String(frame + 1).padStart(6, '0');
    const note = 'MQ1A,2024-07-02T11:46:44.035393175Z,2000000ns,12,';
    const line = `MQ1,${number},00384,01,0256,0256,U16,   1x1,01,2024-07-02 13:46:44.035393,0.001,0,0,0,1.2E+1,${note}`;
    return { at: frame * (header + image), bytes: text(line) };
  });
  const hdr = text('HDR,\t\r\nScanX:\t128\r\nScanY:\t128\r\nEnd\t   ');
  return [{ name: 'scan.mib', size: frames * (header + image), pieces }, headed('scan.hdr', hdr, hdr.length)];
}

/** TIA: 512 × 512 spectra of 2048 channels of 32 bits. */
function ser(): SparseFile[] {
  const [side, channels, header] = [512, 2048, 34 + 2 * 32];
  const elements = side * side;
  const [elementBytes, tagBytes] = [26 + 4 * channels, 24];
  const first = header + 16 * elements;
  const place = (e: number) => first + e * (elementBytes + tagBytes);
  const head = filled(first, (view) => {
    view.setUint16(0, 0x4949, true);
    view.setUint16(2, 0x0197, true);
    view.setUint16(4, 0x0220, true);
    view.setUint32(6, 0x4120, true);
    view.setUint32(10, 0x4142, true);
    view.setUint32(14, elements, true);
    view.setUint32(18, elements, true);
    view.setBigUint64(22, BigInt(header), true);
    view.setUint32(30, 2, true);
    for (const at of [34, 66]) {
      view.setUint32(at, side, true);
      view.setFloat64(at + 12, 1e-9, true);
    }
    for (let e = 0; e < elements; e++) {
      view.setBigUint64(header + 8 * e, BigInt(place(e)), true);
      view.setBigUint64(header + 8 * (elements + e), BigInt(place(e) + elementBytes), true);
    }
  });
  const pieces = [{ at: 0, bytes: head }];
  for (const e of [0, 1, elements - 1]) {
    const element = filled(26, (view) => {
      view.setFloat64(8, 0.5, true);
      view.setUint16(20, 6, true);
      view.setUint32(22, channels, true);
    });
    const tag = filled(24, (view) => view.setUint16(0, 0x4142, true));
    pieces.push({ at: place(e), bytes: element }, { at: place(e) + elementBytes, bytes: tag });
  }
  return [{ name: 'map.ser', size: place(elements), pieces }];
}

/** Igor: 511 × 1024 × 2048 values of 16 bits, as large as a wave can be. */
function ibw(): SparseFile[] {
  const sizes = [2048, 1024, 511];
  const points = sizes.reduce((a, b) => a * b, 1);
  const head = filled(384, (view, put) => {
    view.setInt16(0, 5, true);
    view.setInt32(4, 320 + 2 * points, true);
    view.setInt32(76, points, true);
    view.setInt16(80, 80, true);
    put(92, 'map');
    for (const [d, size] of sizes.entries()) {
      view.setInt32(132 + 4 * d, size, true);
      view.setFloat64(148 + 8 * d, 0.5, true);
    }
    let sum = 0;
    for (let at = 0; at < 384; at += 2) sum += view.getInt16(at, true);
    view.setInt16(2, -sum, true);
  });
  return [headed('map.ibw', head, 384 + 2 * points)];
}

/** Renishaw: 512 × 512 spectra of 2048 channels. */
function wdf(): SparseFile[] {
  const [side, channels] = [512, 2048];
  const spectra = side * side;
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  let size = 0;
  const add = (bytes: Uint8Array, more = 0) => {
    pieces.push({ at: size, bytes });
    size += bytes.length + more;
  };
  const block = (id: string, bytes: number, write: (view: DataView) => void, more = 0) =>
    add(
      filled(16 + bytes, (view, put) => {
        put(0, id);
        view.setBigUint64(8, BigInt(16 + bytes + more), true);
        write(new DataView(view.buffer, 16));
      }),
      more,
    );
  add(
    filled(512, (view, put) => {
      put(0, 'WDF1');
      view.setBigUint64(8, 512n, true);
      view.setUint32(0x3c, channels, true);
      view.setBigUint64(0x40, BigInt(spectra), true);
      view.setBigUint64(0x48, BigInt(spectra), true);
      view.setUint32(0x54, 1, true);
      view.setUint32(0x58, channels, true);
      view.setUint32(0x5c, 2, true);
      view.setUint32(0x84, 3, true);
      view.setUint32(0x98, 6, true);
      view.setFloat32(0x9c, 20000, true);
      put(0xf0, 'map');
    }),
  );
  block('DATA', 0, () => {}, 4 * spectra * channels);
  block('YLST', 12, (view) => view.setUint32(0, 4, true));
  block('XLST', 8 + 4 * channels, (view) => {
    view.setUint32(0, 1, true);
    view.setUint32(4, 1, true);
    for (let c = 0; c < channels; c++) view.setFloat32(8 + 4 * c, 3000 - c, true);
  });
  const origins = 24 + 8 * spectra;
  block('ORGN', 4 + 2 * origins, (view) => {
    view.setUint32(0, 2, true);
    for (const i of [0, 1]) {
      const at = 4 + i * origins;
      view.setUint32(at, 2 ** 31 + 3 + i, true);
      view.setUint32(at + 4, 5, true);
      for (let s = 0; s < spectra; s++) {
        view.setFloat64(at + 24 + 8 * s, i === 0 ? s % side : Math.floor(s / side), true);
      }
    }
  });
  block('WMAP', 48, (view) => {
    for (const at of [20, 24, 28]) view.setFloat32(at, 1, true);
    for (const at of [32, 36, 40]) view.setUint32(at, at === 40 ? 1 : side, true);
  });
  return [{ name: 'map.wdf', size, pieces }];
}

/** Files of 2 GB and more in layouts that hold their values unpacked, the one to open first. */
export const INSTRUMENT_FILES: readonly (() => SparseFile[])[] = [
  npy,
  ripple,
  dm4,
  mrc,
  () => tiff('image.tif', 2 ** 20, 1),
  () => tiff('stack.tif', 1024, 1024),
  blockfile,
  merlin,
  ser,
  ibw,
  wdf,
];
