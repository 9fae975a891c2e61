import { type Axis, type AxisRole, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import { compactUnit } from '../compact-unit.ts';
import { finitePlain } from '../finite-plain.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5File, type Hdf5Member, hdf5Kind, hdf5Values, openHdf5, singleValue } from '../hdf5/index.ts';

const MOST_ACQUISITIONS = 512;
/** Of the dimensions, where the file does not label them. */
const LABELS = ['C', 'T', 'Z', 'Y', 'X'];
const QUANTITIES = new Map([
  ['C', { name: 'Wavelength', unit: 'nm' }],
  ['A', { name: 'Angle', unit: 'rad' }],
  ['T', { name: 'Time', unit: 's' }],
]);
/** Images by which the place of the measurement is found and kept. */
const BESIDE = /secondary electron|survey|anchor/i;

const acquisitionsIn = (root: readonly Hdf5Member[]) =>
  root
    .filter(({ name, kind }) => kind === 'group' && /^Acquisition\d{1,6}$/.test(name))
    .map(({ name }) => `/${name}`)
    .sort((a, b) => Number(a.slice(12)) - Number(b.slice(12)));

export async function isDelmicFile(source: ByteSource): Promise<boolean> {
  const file = await openHdf5(source);
  try {
    const [first] = acquisitionsIn(await file.list('/'));
    return first !== undefined && (await file.list(first)).some(({ name }) => name === 'ImageData');
  } finally {
    await file.close();
  }
}

/**
 * Every acquisition of the file: light first, then the electron images taken with it. One that cannot be read is left out with
 * a warning.
 * @throws SpectrailError `format/not-delmic`, `format/bad-delmic`, and those of {@link openHdf5}
 */
export async function readDelmic(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    const datasets: ArrayDataset[] = [];
    const failures: { path: string; error: SpectrailError }[] = [];
    for (const path of acquisitionsIn(await file.list('/')).slice(0, MOST_ACQUISITIONS)) {
      try {
        datasets.push(await readAcquisition(file, source, path));
      } catch (error) {
        if (!isSpectrailError(error)) throw error;
        failures.push({ path, error });
      }
    }
    if (datasets.length === 0) throw failures[0]?.error ?? (await notDelmic(file, source));
    const notes = failures.map(({ path, error }) => `"${path}" is left out: ${error.what}`);
    const sorted = [...datasets].sort((a, b) => Number(BESIDE.test(a.title)) - Number(BESIDE.test(b.title)));
    return sorted.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, ...notes] }));
  } finally {
    await file.close();
  }
}

async function readAcquisition(file: Hdf5File, source: ByteSource, path: string): Promise<ArrayDataset> {
  const place = `${path}/ImageData`;
  const fields = await numbersIn(file, place);
  const info = await file.dataset(`${place}/Image`);
  const { shape, dtype } = info;
  if (dtype === undefined || shape.length === 0 || shape.length > LABELS.length || shape.includes(0)) {
    throw formatError({
      code: 'bad-delmic',
      where: `${source.name}:${info.path}`,
      what: `the values are ${dtype ?? 'no numbers'} of shape ${shape.join(' × ')}`,
      expected: 'numbers of up to five dimensions: C, T, Z, Y, X',
    });
  }
  const about = await physicalData(file, path);
  const title = String(about.ChannelDescription ?? about.Title ?? path.slice(1));
  const { value } = (await file.attributes(info.path)).DIMENSION_LABELS ?? {};
  const labels =
    Array.isArray(value) && value.length === shape.length ? value.map(String) : LABELS.slice(-shape.length);
  const warnings: string[] = [];
  const kept = shape.map((_, d) => d).filter((d) => shape[d] > 1);
  if (kept.length === 0) kept.push(shape.length - 1);
  const plane = kept.filter((d) => /^[XYZ]$/.test(labels[d]));
  const light = kept.filter((d) => !plane.includes(d)).sort((a, b) => lightRank(labels[a]) - lightRank(labels[b]));
  const image = light.length === 0 && BESIDE.test(title);
  const order = [...plane, ...light];
  const role = (d: number): AxisRole => {
    if (!light.includes(d)) return image ? 'signal' : 'navigation';
    return light.length === 1 ? 'spectral' : 'signal';
  };
  const axes: Axis[] = [];
  for (const d of order) {
    const positions = fields.get(`DimensionScale${labels[d]}`);
    axes.push(
      plane.includes(d)
        ? planeAxis(labels[d], shape[d], role(d), positions?.[0], fields.get(`${labels[d]}Offset`)?.[0])
        : lightAxis(labels[d], shape[d], role(d), positions, warnings),
    );
  }
  return {
    kind: 'array',
    title,
    shape: order.map((d) => shape[d]),
    dtype,
    axes,
    values: hdf5Values(source, { path: info.path, shape, dtype, order }),
    metadata: metadataOf(
      about,
      fields.get('TOffset')?.[0],
      light.map((d) => labels[d]),
    ),
    original: about,
    warnings,
  };
}

/** Angles, then times, then wavelengths: the spectrum is the last. */
const lightRank = (label: string) => ['A', 'T', 'C'].indexOf(label);

/** Positions, offsets and steps: every short list of numbers beside the image. */
async function numbersIn(file: Hdf5File, place: string): Promise<Map<string, Float64Array>> {
  const found = new Map<string, Float64Array>();
  for (const { name, kind } of await file.list(place)) {
    if (kind !== 'dataset' || !/^(?:DimensionScale[A-Z]|[XYZT]Offset)$/.test(name)) continue;
    const { shape, dtype } = await file.dataset(`${place}/${name}`);
    if (dtype === undefined || shape.length > 1) continue;
    const values = (await file.read(`${place}/${name}`)) as ArrayLike<number | bigint>;
    found.set(name, Float64Array.from(values, Number));
  }
  return found;
}

/** Offsets are those of the middle of the plane; y points up, the first row is the uppermost. */
function planeAxis(name: string, size: number, role: AxisRole, step = Number.NaN, middle = 0): Axis {
  if (!(step > 0) || !Number.isFinite(step) || !Number.isFinite(middle)) return uniformAxis({ name, role, size });
  const { unit, convert } = compactUnit('m', step);
  const scale = convert(name === 'Y' ? -step : step);
  return uniformAxis({ name, unit, role, size, scale, offset: convert(middle) - (scale * (size - 1)) / 2 });
}

/** Wavelengths from m to nm, times in s and angles in rad as they are. */
function lightAxis(
  label: string,
  size: number,
  role: AxisRole,
  positions: Float64Array | undefined,
  warnings: string[],
): Axis {
  const { name, unit } = QUANTITIES.get(label) ?? { name: label, unit: '' };
  const usable = positions?.length === size && positions.every(Number.isFinite);
  if (!usable) {
    warnings.push(`the file has no positions along "${name}": channels are counted`);
    return uniformAxis({ name, role, size });
  }
  const wavelength = label === 'C';
  return explicitAxis({ name, unit, role, positions: wavelength ? positions.map((value) => value * 1e9) : positions });
}

async function physicalData(file: Hdf5File, path: string): Promise<PlainTree> {
  const tree: PlainTree = Object.create(null);
  if (!(await file.list(path)).some(({ name, kind }) => name === 'PhysicalData' && kind === 'group')) return tree;
  for (const { name, kind } of await file.list(`${path}/PhysicalData`)) {
    if (kind !== 'dataset') continue;
    const value = await singleValue(file, `${path}/PhysicalData/${name}`).catch((error) => {
      if (!isSpectrailError(error)) throw error;
      return undefined;
    });
    if (value !== undefined) tree[name] = finitePlain(value);
  }
  return tree;
}

function metadataOf(about: PlainTree, start: number | undefined, light: readonly string[]): Metadata {
  const metadata: Metadata = Object.create(null);
  const { IntegrationTime: dwell } = about;
  if (typeof dwell === 'number' && dwell > 0) metadata.dwell_time_s = dwell;
  // Seconds since 1970; dates that a calendar of four digits has.
  if (start !== undefined && start > 0 && start < 2 ** 37) {
    const second = Math.floor(start);
    const [date, time] = new Date(second * 1000).toISOString().split('T');
    metadata.date = date;
    metadata.time = `${time.slice(0, 8)}.${String(Math.floor((start - second) * 1e6 + 0.5)).padStart(6, '0')}`;
  }
  if (light.join() === 'C') metadata.signal_type = 'CL_SEM';
  metadata.quantity = 'Counts';
  return metadata;
}

async function notDelmic(file: Hdf5File, source: ByteSource): Promise<SpectrailError> {
  const kind = await hdf5Kind(file);
  return formatError({
    code: 'not-delmic',
    where: source.name,
    what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: it holds no acquisition`,
    expected: 'groups "Acquisition0" … with "ImageData"',
    fix: 'save it in Odemis as HDF5',
  });
}
