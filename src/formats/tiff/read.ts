import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, DatasetValues } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { storedValues } from '../stored-array.ts';
import { type Calibration, type Conditions, readConditions } from './conditions.ts';
import { type Directory, readDirectories } from './ifd.ts';
import { type Page, readPage } from './page.ts';
import { loadPage, sampleBytes } from './pixels.ts';

const REDUCED = 1;
const MOST_UNLISTED = 1 << 16;

/**
 * Pages that follow each other and are alike make one array, any other page one of its own; reduced copies (thumbnails) are
 * left out where there is more.
 * @throws SpectrailError `format/bad-tiff`, `format/unsupported-tiff`.
 */
export async function readTiff(file: ByteSource): Promise<ArrayDataset[]> {
  const directories = await readDirectories(file);
  const read: { directory: Directory; page: Page }[] = [];
  const failures: SpectrailError[] = [];
  let stored = 0;
  for (const directory of directories) {
    if (((await directory.number(254)) ?? 0) & REDUCED && directories.length > 1) continue;
    try {
      const page = await readPage(directory);
      stored += page.counts.reduce((a, b) => a + b, 0);
      read.push({ directory, page });
    } catch (error) {
      if (!isSpectrailError(error, 'format')) throw error;
      failures.push(error);
    }
    if (stored > file.size) {
      throw formatError({
        code: 'bad-tiff',
        where: file.name,
        what: `the pages have ${stored} bytes of pixels, the file has ${file.size}: they overlap`,
        expected: 'pages that have their bytes for themselves',
        fix: 'copy the file again: it is damaged',
      });
    }
  }
  if (read.length === 0) {
    throw (
      failures[0] ??
      formatError({ code: 'bad-tiff', where: file.name, what: 'there are only thumbnails', expected: 'an image' })
    );
  }
  const groups: (typeof read)[] = [];
  for (const one of read) {
    const group = groups.at(-1);
    if (group && alike(group[0].page, one.page)) group.push(one);
    else groups.push([one]);
  }
  const notes = failures.map((failure) => `a page was left out: ${failure.message}`);
  return Promise.all(
    groups.map(async (group) => {
      const conditions = await readConditions(group[0].directory);
      if (read.length === 1) return describe(file, unlisted(file, read[0].page, conditions), conditions, notes);
      return describe(
        file,
        group.map(({ page }) => page),
        conditions,
        notes,
      );
    }),
  );
}

/** Beyond 4 GB ImageJ lists the first image only: the others follow it. */
function unlisted(file: ByteSource, page: Page, { stack }: Conditions): Page[] {
  const count = stack ? stack.frames * stack.slices * stack.channels : 1;
  const bytes = page.counts.reduce((a, b) => a + b, 0);
  const [first] = page.offsets;
  const plain = page.compression === 1 && !page.tiled && page.offsets.length === 1;
  if (!plain || count > MOST_UNLISTED || !(first + count * bytes <= file.size)) return [page];
  return Array.from({ length: count }, (_, i) => ({ ...page, offsets: [first + i * bytes] }));
}

const alike = (a: Page, b: Page) =>
  a.width === b.width && a.height === b.height && a.samples === b.samples && a.dtype === b.dtype && a.bits === b.bits;

function describe(
  file: ByteSource,
  pages: readonly Page[],
  conditions: Conditions,
  notes: readonly string[],
): ArrayDataset {
  const [first] = pages;
  const { width, height, samples, photometric } = first;
  const warnings = [...notes];
  const colour = first.bits === 8 && first.dtype === 'uint8' && photometric === 2 && (samples === 3 || samples === 4);
  if (photometric === 3) warnings.push('the values are numbers of colours; the palette is left out');
  if (photometric === 0) warnings.push('small values are meant to be shown white: values are as stored');
  if (photometric > 3) warnings.push(`the samples are colours of kind ${photometric}: values are as stored`);
  const dtype: Dtype = colour ? 'rgba8' : first.dtype;
  const axes = [
    ...pageAxes(pages.length, conditions, warnings),
    imageAxis('height', height, conditions.y),
    imageAxis('width', width, conditions.x),
    ...(samples > 1 && !colour ? [uniformAxis({ name: 'sample', role: 'signal', size: samples })] : []),
  ];
  const shape = axes.map((axis) => axis.size);
  const values: DatasetValues = inPlace(file, pages, shape) ?? {
    kind: 'dense',
    load: () => loadPages(file, pages, dtype),
  };
  return {
    kind: 'array',
    title: '',
    shape,
    dtype,
    axes,
    values,
    metadata: conditions.metadata,
    original: conditions.original,
    warnings,
  };
}

function imageAxis(name: string, size: number, calibration: Calibration | undefined): Axis {
  return uniformAxis({ name, role: 'signal', size, ...calibration });
}

function pageAxes(pages: number, { stack }: Conditions, warnings: string[]): Axis[] {
  if (pages === 1) return [];
  if (!stack) return [uniformAxis({ name: 'page', role: 'navigation', size: pages })];
  const { frames, slices, channels, spacing } = stack;
  if (frames * slices * channels !== pages) {
    warnings.push(`ImageJ speaks of ${frames} × ${slices} × ${channels} images, the file has ${pages}`);
    return [uniformAxis({ name: 'page', role: 'navigation', size: pages })];
  }
  const axes = [
    uniformAxis({ name: 'time', role: 'navigation', size: frames }),
    uniformAxis({ name: 'depth', role: 'navigation', size: slices, ...spacing }),
    uniformAxis({ name: 'channel', role: 'navigation', size: channels }),
  ];
  return axes.filter(({ size }) => size > 1);
}

/** Plain pages at equal distances are read by rows; the distance is the header of a frame. */
function inPlace(source: ByteSource, pages: readonly Page[], shape: readonly number[]): DatasetValues | undefined {
  const [first] = pages;
  const bytes = first.counts.reduce((a, b) => a + b, 0);
  const plain = pages.every(
    ({ compression, predictor, samples, bits, tiled, offsets, counts, width, height, dtype }) =>
      compression === 1 &&
      predictor === 1 &&
      samples === 1 &&
      bits >= 8 &&
      !tiled &&
      bytes === width * height * DTYPES[dtype].bytes &&
      counts.reduce((a, b) => a + b, 0) === bytes &&
      offsets.every((offset, i) => i === 0 || offset === offsets[i - 1] + counts[i - 1]),
  );
  const gap = pages.length > 1 ? pages[1].offsets[0] - first.offsets[0] - bytes : 0;
  const even = pages.every(({ offsets }, i) => offsets[0] === first.offsets[0] + i * (bytes + gap));
  if (!plain || !even || gap < 0) return undefined;
  const { dtype, littleEndian } = first;
  return storedValues({ source, offset: first.offsets[0] - gap, dtype, littleEndian, shape, frameHeader: gap });
}

async function loadPages(file: ByteSource, pages: readonly Page[], dtype: Dtype): Promise<ValueArray> {
  const [first] = pages;
  const count = first.width * first.height * (dtype === 'rgba8' ? 1 : first.samples);
  const values = allocate(file.name, pages.length * count, dtype);
  const bytes = new Uint8Array(values.buffer);
  const perPage = count * DTYPES[dtype].bytes;
  const opaque = dtype === 'rgba8' && first.samples === 3;
  if (opaque) bytes.fill(255);
  const stride = opaque ? 4 : sampleBytes(first) * first.samples;
  for (const [i, page] of pages.entries()) {
    await loadPage(file, page, bytes.subarray(i * perPage, (i + 1) * perPage), stride);
  }
  return values;
}

function allocate(where: string, count: number, dtype: Dtype): ValueArray {
  try {
    return DTYPES[dtype].make(count);
  } catch (cause) {
    throw formatError({
      code: 'too-large',
      where,
      what: `${count} values of ${dtype} do not fit in memory`,
      expected: 'an array that this machine can hold',
      cause,
    });
  }
}
