import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { finiteTree } from '../finite-plain.ts';
import type { ByteSource } from '../format.ts';
import { entry, isTree, numberAt, summarised, textAt } from '../json-tree.ts';
import { readNpy } from '../npy/read.ts';
import { openZip } from '../zip/folder.ts';

/** Descriptions seen have 5,000 bytes. */
const LONGEST_TEXT = 2 ** 22;
const NPY_HEADER = 10;

/**
 * The array of a `.prz` file with the conditions that its JSON tells. Files of old versions have those only as Python objects:
 * their axes are counted.
 * @throws SpectrailError `format/bad-prz`, `format/bad-npy`, `format/bad-zip`
 */
export async function readPrz(source: ByteSource): Promise<Dataset[]> {
  const folder = await openZip(source);
  const data = await folder.file('data.npy');
  if (!data) {
    throw formatError({
      code: 'bad-prz',
      where: source.name,
      what: 'the archive holds no "data.npy"',
      expected: 'a file saved by Panta Rhei',
    });
  }
  const [array] = (await readNpy(data)) as ArrayDataset[];
  const text = await readText(await folder.file('meta_data_json.npy'));
  const about = describedBy(text);
  const warnings = about ? [] : ['what was recorded with the data cannot be read: axes are counted'];
  const tree: PlainTree = about ?? Object.create(null);
  return [
    {
      ...array,
      title: textAt(tree, 'repo_id')?.replace(/\.\d+$/, '') ?? '',
      axes: axesOf(array.shape, tree),
      values: { kind: 'dense', load: array.values.load as () => Promise<never> },
      metadata: metadataOf(tree),
      original: tree,
      warnings,
    },
  ];
}

/** The text in a NumPy array of one string; undefined where there is none such. */
async function readText(file: ByteSource | undefined): Promise<string | undefined> {
  if (!file || file.size > LONGEST_TEXT) return undefined;
  const bytes = await file.read(0, file.size);
  if (bytes.length < NPY_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = NPY_HEADER + view.getUint16(8, true);
  const type = /'descr': '([<>])U(\d{1,8})'/.exec(new TextDecoder('latin1').decode(bytes.subarray(0, start)));
  if (!type) return undefined;
  const letters: string[] = [];
  const end = Math.min(start + 4 * Number(type[2]), bytes.length - 3);
  for (let at = start; at < end; at += 4) {
    const point = view.getUint32(at, type[1] === '<');
    if (point === 0 || point > 0x10ffff) break;
    letters.push(String.fromCodePoint(point));
  }
  return letters.join('');
}

/** The tree in a JSON text, alone or the first of a list; undefined where it is none. */
function describedBy(text: string | undefined): PlainTree | undefined {
  try {
    const value = summarised(JSON.parse(text ?? '') as Plain);
    const first = Array.isArray(value) ? value[0] : value;
    return isTree(first) ? finiteTree(first) : undefined;
  } catch {
    return undefined;
  }
}

/** Calibrations are listed x first; steps are those of the sensor, binned by `pixel_factor`. */
function axesOf(shape: readonly number[], tree: PlainTree): Axis[] {
  const listed = entry(tree, 'device.calib');
  const calibrations = shape.map((_, d) => (Array.isArray(listed) ? listed[shape.length - 1 - d] : undefined));
  const energy = calibrations.map((calibration) => /^[mk]?eV$/.test(textAt(calibration, 'unit') ?? ''));
  const signal = energy.includes(true) || shape.length < 2 ? 1 : 2;
  const spectral = energy.includes(true) ? energy.lastIndexOf(true) : shape.length - 1;
  return shape.map((size, d) => {
    const own = signal === 1 ? d === spectral : d >= shape.length - 2;
    const role: AxisRole = !own ? 'navigation' : signal === 1 ? 'spectral' : 'signal';
    const name = energy[d] ? 'Energy' : shape.length === 1 ? '' : ('XYZ'[shape.length - 1 - d] ?? '');
    const step = (numberAt(calibrations[d], 'value') ?? 0) * (numberAt(calibrations[d], 'pixel_factor') ?? 1);
    if (step === 0 || !Number.isFinite(step)) return uniformAxis({ name, role, size });
    const unit = textAt(calibrations[d], 'unit') ?? '';
    return uniformAxis({ name, unit, role, size, scale: step, offset: numberAt(calibrations[d], 'offset') ?? 0 });
  });
}

/** Everything in the file is in SI units. */
function metadataOf(tree: PlainTree): Metadata {
  const metadata: Metadata = Object.create(null);
  const put = (key: string, value: Plain | undefined) => {
    if (value !== undefined) metadata[key] = value;
  };
  const positive = (key: string, factor = 1) => {
    const value = numberAt(tree, key);
    return value !== undefined && value > 0 ? value * factor : undefined;
  };
  const voltage = positive('electron_gun.voltage', 1e-3);
  put('instrument', voltage === undefined ? undefined : 'TEM');
  put('beam_energy_keV', voltage);
  put(
    'acquisition_mode',
    textAt(tree, 'condenser.mode') === 'STEM' ? 'STEM' : voltage === undefined ? undefined : 'TEM',
  );
  put('magnification', positive('scan_driver.magnification'));
  put('camera_length_mm', positive('projector.camera_length', 1e3));
  put('dwell_time_s', positive('scan_generator.dwell_time'));
  return metadata;
}
