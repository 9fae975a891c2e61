import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { groupAt, groupsOf, numberAt, plainTags, tagAt, textAt } from './lookup.ts';
import { readMetadata, type SignalType, signalType } from './metadata.ts';
import type { TagGroup } from './tags.ts';
import { DATA_TYPES, loadValues, PACKED_COMPLEX, rowsOf } from './values.ts';

/**
 * One entry of the image list as a dataset, energy last. Values are read when loaded.
 *
 * @throws SpectrailError `format/no-data`, `format/bad-dimensions`, `format/bad-data-type`, `format/packed-complex`.
 */
export function readImage(source: ByteSource, image: TagGroup, littleEndian: boolean): ArrayDataset {
  const title = textAt(image, 'Name') ?? source.name.replace(/\.[^.]*$/, '');
  const where = `${source.name}, image "${title}"`;
  const data = groupAt(image, 'ImageData');
  const array = tagAt(data, 'Data');
  if (typeof array !== 'object' || array.kind !== 'array') {
    throw formatError({ code: 'no-data', where, what: 'the image has no data', expected: 'a tag ImageData.Data' });
  }
  const dtype = readDataType(data, where);
  const stored = readDimensions(data, where);
  const size = stored.reduce((product, n) => product * n, 1);
  const bytes = size * DTYPES[dtype].bytes;
  if (!(bytes <= array.bytes)) {
    throw formatError({
      code: 'bad-dimensions',
      where,
      what: `${stored.join(' × ')} values of ${dtype} need ${bytes} bytes, the data tag holds ${array.bytes}`,
      expected: `at most ${array.bytes} bytes of values from byte ${array.offset}`,
      fix: 'copy the file again from the microscope computer: it is damaged',
    });
  }
  const warnings: string[] = [];
  const tags = imageTags(image);
  const type = signalType(tags);
  const layout = arrange(stored, tags, type);
  const axes = readAxes(data, stored, layout, type, warnings);
  const slowChannels = layout.energyFirst ? stored[0] : 0;
  const intensityUnit = textAt(data, 'Calibrations', 'Brightness', 'Units') ?? '';
  const gain = numberAt(data, 'Calibrations', 'Brightness', 'Scale');
  if (gain !== undefined && gain !== 1 && gain !== 0 && intensityUnit) {
    warnings.push(`one stored count is ${gain} ${intensityUnit}: values are as stored`);
  }
  const held = { source, offset: array.offset, dtype, littleEndian, size, slowChannels };
  const shape = axes.map((axis) => axis.size);
  return {
    kind: 'array',
    title,
    shape,
    dtype,
    axes,
    values: { kind: 'dense', load: () => loadValues(held), rows: rowsOf(held, shape) },
    metadata: readMetadata(tags, type, intensityUnit, warnings),
    original: originalTags(image),
    warnings,
  };
}

function readDataType(data: TagGroup | undefined, where: string) {
  const code = numberAt(data, 'DataType') ?? -1;
  if (PACKED_COMPLEX.has(code)) {
    throw formatError({
      code: 'packed-complex',
      where,
      what: `data type ${code} is a packed Fourier transform (half of the plane)`,
      expected: 'a type that lists every value',
      fix: 'convert it to complex in DigitalMicrograph (Edit > Change Data Type) and save it again',
    });
  }
  const dtype = DATA_TYPES[code];
  if (dtype === undefined) {
    throw formatError({
      code: 'bad-data-type',
      where,
      what: `the data type ${code} is unknown`,
      expected: `one of ${Object.keys(DATA_TYPES).join(', ')}`,
      fix: 'change the data type in DigitalMicrograph (Edit > Change Data Type) and save it again',
    });
  }
  return dtype;
}

/** Slowest first, as in memory. */
function readDimensions(data: TagGroup | undefined, where: string): number[] {
  const listed = [...(groupAt(data, 'Dimensions')?.tags.values() ?? [])].map(Number).reverse();
  if (listed.length === 0 || listed.length > 8 || listed.some((n) => !Number.isSafeInteger(n) || n < 1)) {
    throw formatError({
      code: 'bad-dimensions',
      where,
      what: `the dimensions are ${listed.join(' × ') || 'missing'}`,
      expected: '1 to 8 whole numbers of at least 1',
    });
  }
  return listed;
}

/** Acquisition tags; an image from the stack builder keeps those of its source one level down. */
function imageTags(image: TagGroup): TagGroup | undefined {
  const tags = groupAt(image, 'ImageTags');
  const atCreation = groupAt(tags, 'source', 'Tags at creation');
  const own = tagAt(tags, 'Microscope Info') ?? tagAt(tags, 'Meta Data');
  return own === undefined && atCreation ? atCreation : tags;
}

interface Layout {
  /** The slowest stored axis is energy and moves last. */
  readonly energyFirst: boolean;
  readonly signalAxes: 1 | 2;
}

function arrange(stored: readonly number[], tags: TagGroup | undefined, type: SignalType): Layout {
  const format = textAt(tags, 'Meta Data', 'Format');
  const spectrumImage = format === 'Spectrum image' || tagAt(tags, 'spim') !== undefined;
  if (stored.length === 1) return { energyFirst: false, signalAxes: 1 };
  if (stored.length >= 3) return { energyFirst: spectrumImage, signalAxes: spectrumImage ? 1 : 2 };
  const spectra = spectrumImage || (format === 'Spectrum' && type !== '');
  return { energyFirst: false, signalAxes: spectra ? 1 : 2 };
}

const NAMES = ['x', 'y', 'z'];

function readAxes(
  data: TagGroup | undefined,
  stored: readonly number[],
  layout: Layout,
  type: SignalType,
  warnings: string[],
): Axis[] {
  const calibrations = groupsOf(groupAt(data, 'Calibrations', 'Dimension')).reverse();
  const missing = stored.length - calibrations.length;
  const count = stored.length;
  const spectral = layout.energyFirst ? 0 : count - 1;
  const order = stored.map((_, i) => (layout.energyFirst ? (i + 1) % count : i));
  return order.map((i, position) => {
    const isSignal = position >= count - layout.signalAxes;
    const role: AxisRole = !isSignal ? 'navigation' : layout.signalAxes === 1 ? 'spectral' : 'signal';
    const isSpectral = role === 'spectral';
    const fromFastest = count - 1 - i - (layout.signalAxes === 1 && !layout.energyFirst && !isSpectral ? 1 : 0);
    const plainName = NAMES[fromFastest] ?? `axis ${fromFastest}`;
    const name = isSpectral && i === spectral ? spectralName(type, plainName, count) : plainName;
    return calibrated(calibrations[i - Math.max(0, missing)], { name, role, size: stored[i] }, warnings);
  });
}

function spectralName(type: SignalType, plainName: string, dimensions: number): string {
  if (type === 'EELS') return 'Energy loss';
  if (type === 'CL') return 'Wavelength';
  return type !== '' && dimensions > 1 ? 'Energy' : plainName;
}

/** DM's origin is in channels: the offset is −origin × scale. */
function calibrated(
  calibration: TagGroup | undefined,
  axis: { name: string; role: AxisRole; size: number },
  warnings: string[],
): Axis {
  const scale = tagAt(calibration, 'Scale') ?? 1;
  const origin = tagAt(calibration, 'Origin') ?? 0;
  const offset = -Number(origin) * Number(scale);
  if (!Number.isFinite(offset) || !Number.isFinite(scale) || scale === 0) {
    warnings.push(`axis "${axis.name}" is not calibrated (scale ${scale}, origin ${origin}): positions are channels`);
    return uniformAxis(axis);
  }
  return uniformAxis({ ...axis, unit: textAt(calibration, 'Units') ?? '', scale: Number(scale), offset });
}

function originalTags(image: TagGroup): ReturnType<typeof plainTags> {
  const tree = plainTags(image);
  const data = tree['ImageData'];
  if (data && typeof data === 'object' && !Array.isArray(data)) delete data['Data'];
  return tree;
}
