import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { type Dtype, decodeValues } from '../../signal/dtype.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import rawRows from '../raw-rows.ts';
import { denseRows } from '../stored-rows.ts';
import { damaged, energyAxis, readHeader, type SpectrumHeader } from './spectrum.ts';

const HEAD = { points: 24, lines: 28, channels: 32, countBytes: 36, data: 40, bytes: 48 };
const DTYPE: Readonly<Record<number, Dtype>> = { 1: 'uint8', 2: 'uint16', 4: 'uint32' };
/** Of the image beside a map: width and height of a pixel in µm. */
const IMAGE = { pixelWidth: 64, pixelHeight: 68, bytes: 72 };

/**
 * A map (`.spd`): lines of points of spectra. Its energies stand in a spectrum (`.spc`), its pixel size with an image
 * (`.ipr`, `_Img.ipr`) of the same stem beside it; what is not there leaves channels and pixels, and a warning.
 */
export async function readMap(file: ByteSource): Promise<ArrayDataset> {
  const head = await file.read(0, HEAD.bytes);
  if (head.length < HEAD.bytes) {
    throw damaged(file.name, head.length, `a header of ${head.length} bytes`, `${HEAD.bytes} bytes`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const field = (at: number) => view.getUint32(at, true);
  const [points, lines, channels, width, offset] = [
    field(HEAD.points),
    field(HEAD.lines),
    field(HEAD.channels),
    field(HEAD.countBytes),
    field(HEAD.data),
  ];
  const dtype = DTYPE[width];
  if (dtype === undefined) throw damaged(file.name, HEAD.countBytes, `counts of ${width} bytes`, '1, 2 or 4 bytes');
  const values = points * lines * channels;
  if (values < 1 || !(offset + values * width <= file.size) || offset < HEAD.bytes) {
    const found = `${lines} × ${points} spectra of ${channels} channels from byte ${offset}`;
    throw damaged(file.name, HEAD.points, found, `at least one, in the ${file.size} bytes of the file`);
  }
  const warnings: string[] = [];
  const stem = file.name.replace(/\.[^.]*$/, '');
  const spectrum = await headerBeside(file, `${stem}.spc`, warnings);
  const energy = spectrum
    ? energyAxis(channels, spectrum.scale, spectrum.offset)
    : uniformAxis({ name: 'Energy', role: 'spectral', size: channels });
  const shape = [lines, points, channels];
  const reference = referenceTo(file);
  const args = reference && { file: reference, offset, dtype, littleEndian: true, channels };
  return {
    kind: 'array',
    title: 'EDS Spectrum Image',
    shape,
    dtype,
    axes: [...(await scanAxes(file, stem, lines, points, warnings)), energy],
    values: {
      kind: 'dense',
      load: async () => decodeValues(await file.read(offset, values * width), dtype, values),
      rows: args && denseRows('rows/raw', rawRows, args, dtype, shape),
    },
    metadata: spectrum?.metadata ?? { signal_type: 'EDS' },
    original: spectrum?.label ? { label: spectrum.label } : {},
    warnings,
  };
}

async function headerBeside(file: ByteSource, name: string, warnings: string[]): Promise<SpectrumHeader | undefined> {
  const companion = await file.sibling(name);
  if (!companion) {
    warnings.push(`${name} is not beside it: the energies of the channels are not known`);
    return undefined;
  }
  try {
    return await readHeader(companion);
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    warnings.push(`${name} could not be read: ${error.what}; the energies of the channels are not known`);
    return undefined;
  }
}

async function scanAxes(
  file: ByteSource,
  stem: string,
  lines: number,
  points: number,
  warnings: string[],
): Promise<Axis[]> {
  const image = (await file.sibling(`${stem}.ipr`)) ?? (await file.sibling(`${stem}_Img.ipr`));
  const bytes = await image?.read(0, IMAGE.bytes);
  const view = bytes && bytes.length === IMAGE.bytes ? new DataView(bytes.buffer, bytes.byteOffset) : undefined;
  const axis = (name: string, size: number, at: number): Axis => {
    const scale = view?.getFloat32(at, true) ?? 0;
    if (!(scale > 0) || !Number.isFinite(scale)) return uniformAxis({ name, role: 'navigation', size });
    return uniformAxis({ name, unit: 'µm', role: 'navigation', size, scale, calibration: { origin: 'file' } });
  };
  if (!view) warnings.push(`${stem}.ipr is not beside it: the size of a pixel is not known`);
  return [axis('y', lines, IMAGE.pixelHeight), axis('x', points, IMAGE.pixelWidth)];
}
