import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, decodeValues } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import rawRows from '../raw-rows.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { parseFooter } from './footer.ts';
import { type Calibration, HEADER_BYTES, type Header, looksLikeHeader, parseHeader, type Region } from './header.ts';

/** Longer footers are no descriptions of a measurement. */
const LONGEST_FOOTER = 1 << 22;

interface Part {
  readonly width: number;
  readonly height: number;
  /** Bytes from the start of the frame. */
  readonly offset: number;
  readonly axis: Axis;
}

interface Layout {
  readonly dtype: Dtype;
  readonly frames: number;
  readonly stride: number;
  readonly parts: readonly Part[];
  readonly metadata: Metadata;
  readonly original: PlainTree;
  readonly warnings: string[];
}

/**
 * One dataset for each region of the detector: its frames, its lines where it has several, and its columns, calibrated where
 * the file says how.
 *
 * @throws SpectrailError `format/not-winspec`, `format/bad-header`, `format/bad-footer`, `format/truncated`.
 */
export async function readWinSpec(file: ByteSource): Promise<Dataset[]> {
  const bytes = await file.read(0, HEADER_BYTES);
  if (bytes.length < HEADER_BYTES || looksLikeHeader(bytes) === 'no') {
    throw formatError({
      code: 'not-winspec',
      where: `${file.name}, byte ${bytes.length < HEADER_BYTES ? bytes.length : 0}`,
      what:
        bytes.length < HEADER_BYTES
          ? `the file has ${bytes.length} bytes`
          : 'the header has no version, size and type of values',
      expected: `a WinSpec or LightField header of ${HEADER_BYTES} bytes`,
      fix: 'copy the file again, or open it as what it is: other programs use the extension .spe too',
    });
  }
  const header = parseHeader(bytes);
  const layout = header.footer > 0 ? await footerLayout(file, header) : headerLayout(header, file.name);
  const frames = framesIn(file, layout);
  return layout.parts.map((part) => datasetOf(file, layout, part, frames));
}

function headerLayout(header: Header, name: string): Layout {
  const { dtype, width, height, regions, calibration, metadata, original } = header;
  const warnings: string[] = [];
  if (dtype === undefined) throw badHeader(name, 108, `values of type ${header.typeCode}`, 'a type of 0 to 8');
  const size = DTYPES[dtype].bytes;
  const area = regions.reduce((sum, region) => sum + region.width * region.height, 0);
  const apart = regions.length > 1 && area === width * height;
  if (regions.length > 1 && !apart) {
    warnings.push(
      `${regions.length} regions of ${area} pixels do not make the ${width} × ${height} of a frame: it is one`,
    );
  }
  const whole: Region = { start: 1, group: 1, ...(regions.length === 1 ? regions[0] : {}), width, height };
  let offset = 0;
  const parts = (apart ? regions : [whole]).map((region): Part => {
    const axis = columnAxis(region, calibration, warnings);
    const part = { width: region.width, height: region.height, offset, axis };
    offset += region.width * region.height * size;
    return part;
  });
  return { dtype, frames: header.frames, stride: width * height * size, parts, metadata, original, warnings };
}

/** Pixels of the detector, counted from 1, at the middle of those that were added up; or what they are calibrated to. */
function columnAxis({ start, group, width }: Region, calibration: Calibration | undefined, warnings: string[]): Axis {
  const first = start + (group - 1) / 2;
  const pixels = uniformAxis({ name: 'Pixel', role: 'spectral', size: width, scale: group, offset: first });
  if (!calibration) return pixels;
  const { name, unit, coefficients } = calibration;
  const about = { name, unit, role: 'spectral' as const };
  const highest = coefficients.findLastIndex((c) => c !== 0);
  const [c0, c1] = coefficients;
  const [scale, offset] = [c1 * group, c0 + c1 * first];
  if (highest === 1 && scale !== 0 && Number.isFinite(scale) && Number.isFinite(offset)) {
    return uniformAxis({ ...about, size: width, scale, offset });
  }
  const positions = Float64Array.from({ length: width }, (_, i) => {
    const pixel = first + i * group;
    return coefficients.reduceRight((sum, c) => sum * pixel + c, 0);
  });
  if (isMonotonic(positions)) return explicitAxis({ ...about, positions });
  warnings.push('the calibration goes back and forth over the pixels: they are counted instead');
  return pixels;
}

function isMonotonic(positions: Float64Array): boolean {
  const down = positions.length > 1 && positions[1] < positions[0];
  return positions.every(
    (x, i) => Number.isFinite(x) && (i === 0 || (down ? x < positions[i - 1] : x > positions[i - 1])),
  );
}

async function footerLayout(file: ByteSource, { footer: at, ...header }: Header): Promise<Layout> {
  const length = file.size - at;
  if (at < HEADER_BYTES || length <= 0 || length > LONGEST_FOOTER) {
    throw badHeader(file.name, 678, `a footer at byte ${at} of ${file.size}`, 'a place behind the values');
  }
  const bad = (what: string, cause?: unknown) =>
    formatError({
      code: 'bad-footer',
      where: `${file.name}, byte ${at}`,
      what,
      expected: 'the description of frames and regions that LightField writes',
      fix: 'copy or export the file again',
      cause,
    });
  let footer: ReturnType<typeof parseFooter>;
  try {
    footer = parseFooter(await file.read(at, length));
  } catch (cause) {
    throw bad('the footer is not XML that can be read', cause);
  }
  if (!footer || footer.regions.length === 0) throw bad('the footer describes no frames');
  const { dtype, frames, pixelFormat } = footer;
  if (!dtype) throw bad(`pixels of format "${pixelFormat.slice(0, 40)}"`);
  const warnings: string[] = [];
  let offset = 0;
  const parts = footer.regions.map(({ width, height, stride, wavelengths }): Part => {
    const bytes = width * height * DTYPES[dtype].bytes;
    if (!isCount(width) || !isCount(height) || !(Math.max(stride, bytes) <= at)) {
      throw bad(`a region of ${width} × ${height} pixels`);
    }
    const usable = wavelengths && isMonotonic(wavelengths);
    if (wavelengths && !usable) warnings.push('the wavelengths go back and forth: pixels are counted instead');
    const axis = usable
      ? explicitAxis({ name: 'Wavelength', unit: 'nm', role: 'spectral', positions: wavelengths })
      : uniformAxis({ name: 'Pixel', role: 'spectral', size: width, offset: 1 });
    const part = { width, height, offset, axis };
    offset += Math.max(stride, bytes);
    return part;
  });
  const stride = Math.max(footer.stride, offset);
  if (!Number.isSafeInteger(stride)) throw bad(`frames ${footer.stride} bytes apart`);
  const metadata: Metadata = Object.assign(Object.create(null), header.metadata, footer.metadata);
  return { dtype, frames, stride, parts, metadata, original: header.original, warnings };
}

const isCount = (n: number) => Number.isSafeInteger(n) && n > 0;

/** Frames that are all there: a stopped measurement claims more. */
function framesIn(file: ByteSource, { frames, stride, parts, dtype, warnings }: Layout): number {
  const last = parts[parts.length - 1];
  const needed = last.offset + last.width * last.height * DTYPES[dtype].bytes;
  const room = file.size - HEADER_BYTES - needed;
  const there = room < 0 ? 0 : Math.floor(room / stride) + 1;
  if (there === 0) {
    throw formatError({
      code: 'truncated',
      where: `${file.name}, byte ${file.size}`,
      what: 'the file ends in its first frame',
      expected: `at least ${HEADER_BYTES + needed} bytes`,
      fix: 'copy the file again',
    });
  }
  if (isCount(frames) && frames <= there) return frames;
  warnings.push(`the header says ${frames} frames, the file has ${there}`);
  return there;
}

function datasetOf(file: ByteSource, layout: Layout, part: Part, frames: number): ArrayDataset {
  const { dtype, stride, metadata, original, warnings } = layout;
  const { width, height, axis } = part;
  const bytes = width * height * DTYPES[dtype].bytes;
  const offset = HEADER_BYTES + part.offset;
  // Lines of an image are no spectra unless their columns are calibrated.
  const image = height > 1 && axis.name === 'Pixel';
  const columns: Axis = image ? { ...axis, role: 'signal' } : axis;
  const lines = uniformAxis({ name: 'Line', role: image ? 'signal' : 'navigation', size: height, offset: 1 });
  const series = uniformAxis({ name: 'Frame', role: 'navigation', size: frames, offset: 1 });
  const axes = [...(frames > 1 ? [series] : []), ...(height > 1 ? [lines] : []), columns];
  const shape = axes.map(({ size }) => size);
  const contiguous = stride === bytes || frames === 1;
  const reference = contiguous && fitsBlocks(dtype) ? referenceTo(file) : undefined;
  const args = reference && { file: reference, offset, dtype, littleEndian: true, channels: width };
  const load = async () => {
    if (contiguous) return decodeValues(await file.read(offset, frames * bytes), dtype, frames * width * height);
    const all = new Uint8Array(frames * bytes);
    for (let i = 0; i < frames; i++) all.set(await file.read(offset + i * stride, bytes), i * bytes);
    return decodeValues(all, dtype, frames * width * height);
  };
  return {
    kind: 'array',
    title: '',
    shape,
    dtype,
    axes,
    values: { kind: 'dense', load, rows: args && denseRows('rows/raw', rawRows, args, dtype, shape) },
    metadata,
    original,
    warnings,
  };
}

function badHeader(name: string, byte: number, what: string, expected: string) {
  return formatError({
    code: 'bad-header',
    where: `${name}, byte ${byte}`,
    what: `the header says ${what}`,
    expected,
    fix: 'copy the file again',
  });
}
