import { createHdf5, type Hdf5Writer } from '../src/formats/hdf5/write.ts';
import { DTYPES, type Dtype } from '../src/signal/dtype.ts';

type Entry = number | string;

export const COMMON: Readonly<Record<string, Entry>> = {
  'Acquisition Date': '2021-03-04T05:06:07',
  'Specimen Label': 'steel',
  Magnification: 500,
  'Beam Voltage': 20,
  'Working Distance': 8.5,
  'X Cells': 3,
  'Y Cells': 2,
  'X Step': 0.5,
  'Y Step': 0.25,
};
export const EDS: Readonly<Record<string, Entry>> = {
  ...COMMON,
  'Channel Width': 10,
  'Start Channel': -200,
  'Number Channels': 4,
  'Process Time': 4,
  'Number Frames': 7,
  'Detector Elevation': Math.PI / 6,
  'Detector Azimuth': Math.PI / 2,
  'Window Type': 'SATW',
};
/** Of 6 pixels × 4 channels. */
export const COUNTS = Array.from({ length: 24 }, (_, i) => (i * 5) % 7);

export const column = (size: number) => Array.from({ length: size }, (_, i) => i + 0.5);

export function put(
  file: Hdf5Writer,
  path: string,
  shape: number[],
  values: readonly number[],
  dtype: Dtype = 'float32',
) {
  const stored = DTYPES[dtype].make(values.length);
  values.forEach((value, i) => {
    (stored as Float64Array)[i] = value;
  });
  file.dataset(path, shape, dtype, [stored]);
}

export function technique(file: Hdf5Writer, path: string, header: Readonly<Record<string, Entry>>): void {
  for (const group of [path, `${path}/Header`, `${path}/Data`]) file.group(group);
  for (const [name, value] of Object.entries(header)) {
    if (typeof value === 'string') file.strings(`${path}/Header/${name}`, [value]);
    else put(file, `${path}/Header/${name}`, [1, 1], [value], 'float64');
  }
}

/** A complete file; the groups of the acquisitions are there, `make` fills them. */
export async function madeH5oina(make: (file: Hdf5Writer) => void, slices = ['1']): Promise<Uint8Array> {
  const file = await createHdf5();
  file.strings('/Format Version', ['5.0']);
  file.strings('/Index', slices);
  file.strings('/Manufacturer', ['Oxford Instruments']);
  for (const slice of slices) file.group(`/${slice}`);
  make(file);
  return file.finish();
}

export function spectrum(file: Hdf5Writer, header = EDS, path = '/1/EDS', counts = COUNTS): void {
  technique(file, path, header);
  put(file, `${path}/Data/Spectrum`, [counts.length / 4, 4], counts, 'int32');
}
