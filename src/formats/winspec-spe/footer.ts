import type { Metadata } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import { numberOf, parseXml, textOf } from '../bruker-bcf/xml-node.ts';
import { child, type Element } from '../xml-tree.ts';

/** Where LightField says that values are, and what they are. */
export interface Footer {
  readonly dtype: Dtype | undefined;
  readonly pixelFormat: string;
  readonly frames: number;
  /** Bytes from frame to frame: its values, and what was noted about it. */
  readonly stride: number;
  readonly regions: readonly FooterRegion[];
  readonly metadata: Metadata;
}

export interface FooterRegion {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  /** Wavelength of each column in nm, where the file has them. */
  readonly wavelengths?: Float64Array;
}

const PIXEL_FORMATS: Readonly<Record<string, Dtype>> = {
  MonochromeUnsigned16: 'uint16',
  MonochromeUnsigned32: 'uint32',
  MonochromeFloating32: 'float32',
};

function all(node: Element | undefined, name: string): Element[] {
  const value = node?.[name];
  const list = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is Element => typeof entry === 'object' && entry !== null);
}

/** @throws Error for text that is not XML. */
export function parseFooter(bytes: Uint8Array): Footer | undefined {
  const root = child(parseXml(bytes).root, 'SpeFormat');
  const frame = all(child(root, 'DataFormat'), 'DataBlock').find((block) => block['@_type'] === 'Frame');
  if (!root || !frame) return undefined;
  const calibrations = child(root, 'Calibrations');
  const pixelFormat = textOf(frame, '@_pixelFormat') ?? '';
  const regions = all(frame, 'DataBlock').filter((block) => block['@_type'] === 'Region');
  return {
    dtype: Object.hasOwn(PIXEL_FORMATS, pixelFormat) ? PIXEL_FORMATS[pixelFormat] : undefined,
    pixelFormat,
    frames: numberOf(frame, '@_count') ?? 1,
    stride: numberOf(frame, '@_stride') ?? 0,
    regions: regions.map((region, index) => {
      const width = numberOf(region, '@_width') ?? 0;
      const wavelengths = wavelengthsOf(calibrations, region, index, width);
      return {
        width,
        height: numberOf(region, '@_height') ?? 0,
        stride: numberOf(region, '@_stride') ?? 0,
        wavelengths,
      };
    }),
    metadata: metadataOf(root, frame),
  };
}

/** The list is that of the columns of the region, or of the whole sensor, of which the region has a part, or sums. */
function wavelengthsOf(
  calibrations: Element | undefined,
  region: Element,
  index: number,
  width: number,
): Float64Array | undefined {
  const mapping = child(calibrations, 'WavelengthMapping');
  const listed = elementText(mapping, 'Wavelength')?.split(',');
  // Pairs of wavelength and error, parted by blanks.
  const list =
    listed ??
    elementText(mapping, 'WavelengthError')
      ?.trim()
      .split(/\s+/)
      .map((pair) => pair.split(',')[0]);
  if (!list) return undefined;
  const whole = Float64Array.from(list, Number);
  if (whole.length === width) return whole;
  const ids = (textOf(region, '@_calibrations') ?? '').split(',').map((id) => id.trim());
  const sensors = all(calibrations, 'SensorMapping');
  const sensor = sensors.find((entry) => ids.includes(textOf(entry, '@_id') ?? '')) ?? sensors[index];
  const [start, bin] = [numberOf(sensor, '@_x') ?? -1, numberOf(sensor, '@_xBinning') ?? 1];
  const fits =
    Number.isInteger(start) && Number.isInteger(bin) && start >= 0 && bin >= 1 && start + width * bin <= whole.length;
  if (!fits) return undefined;
  return Float64Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < bin; k++) sum += whole[start + i * bin + k];
    return sum / bin;
  });
}

function elementText(node: Element | undefined, name: string): string | undefined {
  return textOf(node, name) ?? textOf(child(node, name), '#text');
}

function metadataOf(root: Element, frame: Element): Metadata {
  const history = child(child(root, 'DataHistories'), 'DataHistory');
  const camera = child(child(child(child(history, 'Origin'), 'Experiment'), 'Devices'), 'Cameras');
  const exposure = elementText(child(child(camera, 'Camera'), 'ShutterTiming'), 'ExposureTime');
  const milliseconds = exposure === undefined ? Number.NaN : Number(exposure);
  const created = textOf(child(history, 'Origin'), '@_created') ?? textOf(frame, '@_created') ?? '';
  const moment = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/.exec(created);
  return {
    ...(milliseconds > 0 ? { instrument_Detector: { exposure_per_frame: milliseconds / 1000 } } : {}),
    ...(moment ? { date: moment[1], time: moment[2] } : {}),
  };
}
