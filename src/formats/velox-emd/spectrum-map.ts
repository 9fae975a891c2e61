import type { ArrayDataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { energyAxis, scanAxes } from './axes.ts';
import type { Contents } from './contents.ts';
import { edsMetadata } from './eds-metadata.ts';
import { groupsIn } from './groups.ts';
import { numberAt, readJsonColumn, readJsonText, summarised, textAt } from './json.ts';
import { detectorsOf } from './microscope.ts';
import { declaredSizes, fittingSize, type ScanSize } from './scan-size.ts';
import { readFrameRange } from './settings.ts';
import { NEXT_PIXEL, PhotonReader, type Photons, sumStreams } from './stream.ts';

/** Velox does not compress streams. Where somebody else did, this much is believed of what they unpack to. */
const FREE_VALUES = 1 << 24;
const VALUES_PER_BYTE = 16;

/** Bytes of a stream that are looked at in one go: they stay in a fast cache. */
const SLAB = 1 << 20;

interface Detector {
  readonly metadata: PlainTree;
  readonly settings: PlainTree;
  readonly channels: number;
  /** In the stream, ends of pixels included. */
  readonly values: number;
  readonly photons: Photons;
}

/**
 * The EDS map of a file: the streams of all detectors and frames, summed. Undefined where there are no streams of a scan:
 * streams of a spectrum taken at one point hold what the spectra hold.
 */
export async function readSpectrumMap(
  contents: Contents,
  images: readonly ScanSize[],
): Promise<ArrayDataset | undefined> {
  const { file, source } = contents;
  const detectors: Detector[] = [];
  let room = FREE_VALUES + VALUES_PER_BYTE * source.size;
  for (const path of await groupsIn(file, '/Data/SpectrumStream')) {
    const detector = await readStream(contents, path, room);
    detectors.push(detector);
    room -= detector.values;
  }
  if (detectors.every(({ photons }) => photons.ends === 0)) return undefined;
  const [{ metadata, settings, channels }] = detectors;
  const where = `${source.name}:/Data/SpectrumStream`;
  if (detectors.some((detector) => detector.channels !== channels)) {
    const found = detectors.map((detector) => detector.channels).join(', ');
    throw bad(where, `the detectors have ${found} channels`, 'the same number for all');
  }
  const held = Math.max(...detectors.map(({ photons }) => photons.visits));
  const range = await readFrameRange(file);
  const declared = wholeFrom(range, 'endFramePosition');
  const sizes = declaredSizes(metadata, settings, images);
  const size = fittingSize(sizes, held, declared);
  if (!size) {
    const found = sizes.map(({ height, width }) => `${height} × ${width}`).join(' or ') || 'no size';
    throw bad(where, `the scan declares ${found}, the streams hold ${held} pixels`, 'a size that the streams can fill');
  }
  const frames = framesOf(held, size, wholeFrom(range, 'startFramePosition'), declared);
  const { width, height } = frames;
  const streams = detectors.map(({ photons }) => photons);
  const block = sumStreams(streams, height * width, channels, frames.first, frames.last);
  const beyondAxis = streams.reduce((sum, photons) => sum + photons.beyondAxis, 0);
  const segments = detectors
    .flatMap((detector) => detectorsOf(detector.metadata).slice(0, 1))
    .sort((a, b) => (textAt(a, 'DetectorName') ?? '').localeCompare(textAt(b, 'DetectorName') ?? '', 'en'));
  const energy = energyAxis('X-ray energy', detectorsOf(metadata)[0], channels);
  return {
    kind: 'array',
    title: 'EDS',
    shape: [height, width, channels],
    dtype: block.count instanceof Uint32Array ? 'uint32' : 'uint16',
    axes: [...scanAxes(metadata, frames, 'navigation'), energy],
    values: { kind: 'events', load: async () => block },
    metadata: edsMetadata(metadata, segments, contents.elements, frames.last - frames.first),
    original: summarised(metadata) as PlainTree,
    warnings: [
      ...frames.warnings,
      ...shortStreams(streams, height * width, frames.last),
      ...(beyondAxis > 0
        ? [`${beyondAxis} counts lie beyond channel ${channels - 1}, the end of the energy axis`]
        : []),
    ],
  };
}

async function readStream({ file, source }: Contents, path: string, room: number): Promise<Detector> {
  const settings = await readJsonText(file, `${path}/AcquisitionSettings`);
  const where = `${source.name}:${path}`;
  const encoding = textAt(settings, 'StreamEncoding') ?? textAt(settings, 'encoding') ?? 'uint16';
  const { shape, dtype } = await file.dataset(`${path}/Data`);
  if (encoding !== 'uint16' || dtype !== 'uint16') {
    throw bad(where, `the stream is of ${encoding}, stored as ${dtype ?? 'records'}`, 'uint16');
  }
  if (shape.length === 0 || shape.slice(1).some((n) => n !== 1)) {
    throw bad(where, `the stream has the shape ${shape.join(' × ')}`, 'one column');
  }
  const channels = numberAt(settings, 'bincount') ?? 0;
  if (!Number.isInteger(channels) || channels < 1 || channels >= NEXT_PIXEL) {
    throw bad(where, `the stream declares ${channels} channels`, `1 to ${NEXT_PIXEL - 1}`);
  }
  const metadata = await readJsonColumn(file, `${path}/Metadata`);
  const [values] = shape;
  if (values > room) {
    throw bad(where, `a stream of ${values} values is declared`, `at most ${room} in a file of ${source.size} bytes`);
  }
  const photons = new PhotonReader(values, channels);
  await file.scan(`${path}/Data`, SLAB, (slab) => photons.add(slab as Uint16Array));
  return { metadata, settings, channels, values, photons: photons.finish() };
}

function wholeFrom(tree: PlainTree | undefined, key: string): number | undefined {
  const value = numberAt(tree, key);
  return value !== undefined && Number.isInteger(value) && value > 0 ? value : undefined;
}

interface Frames extends ScanSize {
  readonly first: number;
  /** Excluded. */
  readonly last: number;
  readonly warnings: readonly string[];
}

/** The frames to sum: those of the spectrum image in the file, as far as they are there. */
function framesOf(held: number, size: ScanSize, start: number | undefined, end: number | undefined): Frames {
  const { height, width } = size;
  const pixels = height * width;
  const all = Math.ceil(held / pixels);
  const missing = all * pixels - held;
  const warnings: string[] = [];
  if (all === 1 && missing > 1) {
    const lines = Math.ceil(held / width);
    warnings.push(
      `the scan of ${height} × ${width} pixels stopped after ${held}: the map has the ${lines} lines begun`,
    );
    return { height: lines, width, first: 0, last: 1, warnings };
  }
  const last = Math.min(end ?? all, all);
  const first = start !== undefined && start <= last ? start - 1 : 0;
  if (first > 0 || last < all) {
    warnings.push(`the streams hold ${all} frames; as the file asks, ${first + 1} to ${last} are summed`);
  }
  if (end !== undefined && end > all) warnings.push(`${end} frames are declared, the streams hold ${all}`);
  if (last === all && missing > 1) {
    warnings.push(
      `the last frame stopped after ${pixels - missing} of ${pixels} pixels: the others have one exposure less`,
    );
  }
  return { height, width, first, last, warnings };
}

function shortStreams(streams: readonly Photons[], pixels: number, last: number): string[] {
  const most = Math.min(last * pixels, Math.max(...streams.map((stream) => stream.visits)));
  return streams.flatMap((stream, i) =>
    stream.visits + 1 < most
      ? [`the stream of detector ${i + 1} of ${streams.length} stops after ${stream.visits} of ${most} pixels`]
      : [],
  );
}

function bad(where: string, what: string, expected: string) {
  return formatError({
    code: 'bad-stream',
    where,
    what,
    expected,
    fix: 'the file is damaged: copy it again from the microscope',
  });
}
