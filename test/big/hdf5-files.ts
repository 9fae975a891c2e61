import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File, type Group, ready } from 'h5wasm/node';
import type { SparseFile } from './sparse-file.ts';

/** Shape and place of the large dataset before they are exchanged; 16 bits each. */
const SMALL = [3, 5, 7];
const LARGE = [512, 1024, 2048];
const VALUES = Uint16Array.from({ length: 3 * 5 * 7 }, () => 0xabcd);

const u64 = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * i);
  return bytes;
};

/**
 * An HDF5 file whose one unpacked dataset of 3 × 5 × 7 values has become 512 × 1024 × 2048 at its end: the library itself
 * would need the memory for it. The oldest layout has no checksums; its superblock states the end of the file at byte 40.
 */
async function enlarged(name: string, make: (file: File) => void): Promise<SparseFile> {
  await ready;
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-hdf5-'));
  const path = join(folder, name);
  const file = new File(path, 'w', { libver: ['earliest', 'v108'] });
  make(file);
  file.close();
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true });
  const bytesOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 2);
  const space = only(bytes, u64(...SMALL, ...SMALL));
  u64(...LARGE, ...LARGE).copy(bytes, space);
  const values = only(bytes, Buffer.from(VALUES.buffer));
  const layout = only(bytes, u64(values, bytesOf(SMALL)));
  u64(bytes.length, bytesOf(LARGE)).copy(bytes, layout);
  u64(bytes.length + bytesOf(LARGE)).copy(bytes, 40);
  return { name, size: bytes.length + bytesOf(LARGE), pieces: [{ at: 0, bytes }] };
}

function only(bytes: Buffer, wanted: Uint8Array): number {
  const at = bytes.indexOf(wanted);
  if (at < 0 || bytes.indexOf(wanted, at + 1) >= 0) throw new Error('the HDF5 library writes another layout now');
  return at;
}

function attributes(object: Pick<Group, 'create_attribute'>, values: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(values)) object.create_attribute(name, value);
}

function group(file: File, path: string, values: Readonly<Record<string, string | number>> = {}): Group {
  const made = file.create_group(path);
  attributes(made, values);
  return made;
}

const data = (into: Group, name: string) => into.create_dataset({ name, data: VALUES, shape: SMALL, dtype: '<H' });

function hspy(file: File): void {
  attributes(file, { file_format: 'HyperSpy', file_format_version: '3.1' });
  group(file, 'Experiments');
  const signal = group(file, 'Experiments/map');
  data(signal, 'data');
  for (const [d, size] of LARGE.entries()) {
    group(file, `Experiments/map/axis-${d}`, {
      _type: 'UniformDataAxis',
      name: 'yxE'[d],
      units: d < 2 ? 'nm' : 'eV',
      size,
      scale: 0.5,
      offset: 10,
      navigate: d < 2 ? 1 : 0,
    });
  }
  group(file, 'Experiments/map/metadata');
  group(file, 'Experiments/map/metadata/General', { title: 'map' });
  group(file, 'Experiments/map/original_metadata');
}

function emd(file: File): void {
  attributes(file, { version_major: 0, version_minor: 2 });
  const map = group(file, 'map', { emd_group_type: 1 });
  data(map, 'data');
  for (const [d, size] of LARGE.entries()) {
    const positions = Float64Array.from({ length: size }, (_, i) => i / 2);
    const dimension = map.create_dataset({ name: `dim${d + 1}`, data: positions, shape: [size], dtype: '<d' });
    attributes(dimension, { name: 'yxE'[d], units: '[n_m]' });
  }
}

function nexus(file: File): void {
  group(file, 'entry', { NX_class: 'NXentry' });
  const plot = group(file, 'entry/data', { NX_class: 'NXdata', signal: 'counts' });
  data(plot, 'counts');
}

/** HDF5 files of 2 GiB, and some, that hold their values unpacked. */
export const HDF5_FILES: readonly (() => Promise<SparseFile[]>)[] = [
  async () => [await enlarged('map.hspy', hspy)],
  async () => [await enlarged('map.emd', emd)],
  async () => [await enlarged('map.nxs', nexus)],
];
