import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Plain, PlainTree } from '../../signal/dataset.ts';
import { decodeValues } from '../../signal/dtype.ts';
import { formatError, isSpectrailError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import rawRows from '../raw-rows.ts';
import { denseRows } from '../stored-rows.ts';
import { type Chunk, listChunks } from './chunks.ts';
import { type Header, readHeader } from './header.ts';
import { readMapArea } from './map-area.ts';
import { wdfMetadata } from './metadata.ts';
import { type Navigation, navigationOf } from './navigation.ts';
import { type Origin, readOrigins } from './origins.ts';
import { readPropertySet } from './property-set.ts';
import { spectralName, unitName } from './quantities.ts';
import { readWhiteLight } from './white-light.ts';

const PROPERTIES = ['WXDA', 'WXDM', 'WXCS', 'WXIS'];
/** Property sets hold scripts of 0.3 MB. */
const LARGEST_PROPERTIES = 2 ** 24;
const SLAB_BYTES = 2 ** 24;

/**
 * The spectra of a WDF file, navigation first, and the photograph taken with them where there is one.
 * @throws SpectrailError `format/bad-wdf`, `format/truncated`
 */
export async function readWdf(file: ByteSource): Promise<ArrayDataset[]> {
  const header = await readHeader(file);
  const { list, warnings: cuts } = await listChunks(file);
  const warnings = [...cuts];
  const one = (id: string) => list.find((chunk) => chunk.id === id);
  const data = one('DATA');
  if (!data) throw bad(file, 'there is no block of spectra', 'a block "DATA"');
  const needed = header.points * header.count * 4;
  if (!(needed <= data.size)) {
    throw formatError({
      code: 'truncated',
      where: `${file.name}, byte ${data.offset}`,
      what: `${header.count} spectra of ${header.points} points need ${needed} bytes, the block has ${data.size}`,
      expected: `at least ${needed} bytes`,
      fix: 'copy the file again: it was cut short or is damaged',
    });
  }
  const spectral = await readSignalAxes(file, header, one('XLST'), one('YLST'), warnings);
  const origins = await optional('ORGN', warnings, one('ORGN'), (chunk) => readOrigins(file, chunk, header, warnings));
  const area = await optional('WMAP', warnings, one('WMAP'), (chunk) => readMapArea(file, chunk, warnings));
  const navigation = navigationOf(header, origins ?? [], area, warnings);
  const properties = await readProperties(file, list, warnings);
  const axes = [...navigation.axes, ...spectral];
  const shape = axes.map(({ size }) => size);
  const reference = navigation.places ? undefined : referenceTo(file);
  const args = reference && {
    file: reference,
    offset: data.offset,
    dtype: 'float32' as const,
    littleEndian: true,
    channels: shape[shape.length - 1],
  };
  const spectra: ArrayDataset = {
    kind: 'array',
    title: header.title,
    shape,
    dtype: 'float32',
    axes,
    values: {
      kind: 'dense',
      load: () => loadSpectra(file, data, header, navigation),
      rows: args && denseRows('rows/raw', rawRows, args, 'float32', shape),
    },
    metadata: wdfMetadata(header, properties),
    original: Object.fromEntries<Plain>([
      ['header', headerTree(header)],
      ['origins', originsTree(origins ?? [])],
      ...Object.entries(properties),
    ]),
    warnings,
  };
  const photo = await optional('WHTL', warnings, one('WHTL'), (chunk) => readWhiteLight(file, chunk));
  return photo ? [spectra, photo] : [spectra];
}

/** What only adds to the spectra must not keep them from being read. */
async function optional<T>(
  id: string,
  warnings: string[],
  chunk: Chunk | undefined,
  read: (chunk: Chunk) => Promise<T>,
): Promise<T | undefined> {
  if (!chunk) return undefined;
  try {
    return await read(chunk);
  } catch (error) {
    if (!isSpectrailError(error, 'format')) throw error;
    warnings.push(`the block ${id} was left out: ${error.what}`);
    return undefined;
  }
}

async function readSignalAxes(
  file: ByteSource,
  header: Header,
  xList: Chunk | undefined,
  yList: Chunk | undefined,
  warnings: string[],
): Promise<Axis[]> {
  const rows = header.yListCount > 1 && header.yListCount * header.xListCount === header.points;
  const channels = rows ? header.xListCount : header.points;
  if (header.ownAxes) warnings.push('each spectrum has an x axis of its own: that of the first is given');
  if (!xList) throw bad(file, 'there is no block with the positions of the channels', 'a block "XLST"');
  const needed = 8 + 4 * channels;
  const bytes = await file.read(xList.offset, Math.min(needed, xList.size));
  if (bytes.length < needed) {
    throw bad(
      file,
      `byte ${xList.offset}: the positions of ${channels} channels have ${bytes.length} bytes`,
      `${needed} bytes in "XLST"`,
    );
  }
  const unit = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);
  const positions = decodeValues(bytes.subarray(8), 'float32', channels, true) as Float32Array;
  const wrong = positions.findIndex((position) => !Number.isFinite(position));
  if (wrong >= 0) {
    throw bad(file, `byte ${xList.offset + 8 + 4 * wrong}: position ${wrong} is ${positions[wrong]}`, 'finite numbers');
  }
  const role = rows ? 'signal' : 'spectral';
  const x = explicitAxis({ name: spectralName(unit), unit: unitName(unit), role, positions });
  return rows ? [await rowAxis(file, header.yListCount, yList), x] : [x];
}

/** Positions of the rows of the detector, in its pixels where the file does not say. */
async function rowAxis(file: ByteSource, size: number, chunk: Chunk | undefined): Promise<Axis> {
  const needed = 8 + 4 * size;
  const bytes = chunk && chunk.size >= needed ? await file.read(chunk.offset, needed) : new Uint8Array(0);
  const counted = uniformAxis({ name: 'Row', role: 'signal', size });
  if (bytes.length < needed) return counted;
  const unit = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);
  const positions = decodeValues(bytes.subarray(8), 'float32', size, true) as Float32Array;
  if (!positions.every(Number.isFinite)) return counted;
  return explicitAxis({ name: 'Row', unit: unitName(unit), role: 'signal', positions });
}

async function readProperties(file: ByteSource, list: readonly Chunk[], warnings: string[]) {
  const found: [string, PlainTree][] = [];
  for (const id of PROPERTIES) {
    const chunk = list.find((known) => known.id === id);
    if (!chunk) continue;
    if (chunk.size > LARGEST_PROPERTIES) {
      warnings.push(`the properties ${id} have ${chunk.size} bytes: they are passed over`);
      continue;
    }
    const { tree, stopped } = readPropertySet(await file.read(chunk.offset, chunk.size));
    if (stopped !== undefined) warnings.push(`the properties ${id} are not complete: ${stopped}`);
    found.push([id, tree]);
  }
  return Object.fromEntries(found);
}

async function loadSpectra(
  file: ByteSource,
  data: Chunk,
  { points, count }: Header,
  { axes, places }: Navigation,
): Promise<Float32Array> {
  const pixels = axes.reduce((product, { size }) => product * size, 1);
  const out = new Float32Array(pixels * points);
  if (places && places.length < pixels) out.fill(Number.NaN);
  const step = Math.max(1, Math.floor(SLAB_BYTES / (points * 4)));
  for (let start = 0; start < count; start += step) {
    const spectra = Math.min(step, count - start);
    const bytes = await file.read(data.offset + start * points * 4, spectra * points * 4);
    const values = decodeValues(bytes, 'float32', spectra * points, true) as Float32Array;
    if (!places) out.set(values, start * points);
    else {
      for (let s = 0; s < spectra; s++) {
        out.set(values.subarray(s * points, (s + 1) * points), places[start + s] * points);
      }
    }
  }
  return out;
}

function headerTree({ started, ...header }: Header): PlainTree {
  return { ...header, laserWavenumber: Number.isFinite(header.laserWavenumber) ? header.laserWavenumber : null };
}

function originsTree(origins: readonly Origin[]): Plain {
  return origins.map(({ kind, unit, primary, values }) => ({
    kind,
    unit,
    primary,
    first: Number.isFinite(values[0]) ? values[0] : null,
    last: Number.isFinite(values[values.length - 1]) ? values[values.length - 1] : null,
  }));
}

function bad(file: ByteSource, what: string, expected: string) {
  return formatError({ code: 'bad-wdf', where: file.name, what, expected, fix: 'copy the file again: it is damaged' });
}
