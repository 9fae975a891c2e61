import type { EventsBlock } from '../../signal/block.ts';
import type { ArrayDataset, PlainTree } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import type { ByteSource } from '../format.ts';
import { numberAt, summarised, textAt } from '../json-tree.ts';
import { energyAxis, scanAxes } from './axes.ts';
import type { Contents } from './contents.ts';
import { edsMetadata } from './eds-metadata.ts';
import { groupsIn } from './groups.ts';
import { detectorsOf } from './microscope.ts';
import { declaredSize, declaredSizes, fittingSize, type ScanSize } from './scan-size.ts';
import { badStream, countPixels, describeStreams, haveEnds, type Stream, sumStreams } from './scan-streams.ts';
import { readFrameRange } from './settings.ts';
import type { StreamFacts } from './stream.ts';

/** What the file declares of a scan: its size as far as the values of its streams can reach. */
interface Scan extends ScanSize {
  readonly declared: ScanSize;
  readonly source: ByteSource;
  readonly streams: readonly Stream[];
  readonly elements?: readonly string[];
  /** First frame and last that Velox summed, counted from 1. */
  readonly start?: number;
  readonly end?: number;
}

/**
 * The EDS map of a file: the streams of all detectors and frames, summed. Undefined where there are no streams of a scan:
 * streams of a spectrum taken at one point hold what the spectra hold. Reads what the file declares; the streams, which
 * are nearly all of it, when values are asked for.
 */
export async function readSpectrumMap(
  contents: Contents,
  images: readonly ScanSize[],
): Promise<ArrayDataset | undefined> {
  const { file, source, elements } = contents;
  const streams = await describeStreams(contents, await groupsIn(file, '/Data/SpectrumStream'));
  if (!(await haveEnds(file, streams))) return undefined;
  const where = `${source.name}:/Data/SpectrumStream`;
  if (streams.some(({ channels }) => channels !== streams[0].channels)) {
    const found = streams.map(({ channels }) => channels).join(', ');
    throw badStream(where, `the detectors have ${found} channels`, 'the same number for all');
  }
  const range = await readFrameRange(file);
  const [start, end] = [wholeFrom(range, 'startFramePosition'), wholeFrom(range, 'endFramePosition')];
  const frames = framesBegun(streams) ?? end;
  const declared = declaredSizes(streams[0].metadata, streams[0].settings, images);
  const values = Math.max(...streams.map((stream) => stream.values));
  const whole =
    declaredSize(declared, values, frames) ?? fittingSize(declared.sizes, await countPixels(file, streams), frames);
  if (!whole) {
    const found = declared.sizes.map(({ height, width }) => `${height} × ${width}`).join(' or ') || 'no size';
    throw badStream(
      where,
      `the scan declares ${found}, the streams hold ${values} values`,
      'a size that they can fill',
    );
  }
  const size = { width: whole.width, height: Math.min(whole.height, Math.ceil((values + 1) / whole.width)) };
  const scan: Scan = { ...size, declared: whole, source, streams, elements, start, end };
  const summed = once(() => sumScan(scan));
  const total = streams.reduce((sum, stream) => sum + stream.values, 0);
  return {
    ...mapOf(scan, size, framesSummed(scan, frames), total < 0x10000 ? 'uint16' : 'uint32', []),
    values: {
      kind: 'events',
      load: async () => (await summed()).block,
      settle: async () => settledMap(scan, await summed()),
    },
  };
}

/** The frames to sum as far as the file declares them, undefined where it does not. */
function framesSummed({ start = 1, end }: Scan, begun: number | undefined): number | undefined {
  if (begun === undefined) return undefined;
  const last = Math.min(end ?? begun, begun);
  return start <= last ? last - start + 1 : last;
}

function framesBegun(streams: readonly Stream[]): number | undefined {
  const told = streams.flatMap(({ frames }) => frames ?? []);
  return told.length > 0 ? Math.max(...told) : undefined;
}

function mapOf(
  { streams, elements }: Scan,
  size: ScanSize,
  frames: number | undefined,
  dtype: Dtype,
  warnings: readonly string[],
): Omit<ArrayDataset, 'values'> {
  const [{ metadata, channels }] = streams;
  const segments = streams
    .flatMap((stream) => detectorsOf(stream.metadata).slice(0, 1))
    .sort((a, b) => (textAt(a, 'DetectorName') ?? '').localeCompare(textAt(b, 'DetectorName') ?? '', 'en'));
  return {
    kind: 'array',
    title: 'EDS',
    shape: [size.height, size.width, channels],
    dtype,
    axes: [...scanAxes(metadata, size, 'navigation'), energyAxis('X-ray energy', detectorsOf(metadata)[0], channels)],
    metadata: edsMetadata(metadata, segments, elements, frames),
    original: summarised(metadata) as PlainTree,
    warnings,
  };
}

interface SummedScan {
  /** Of all pixels that the scan was to have. */
  readonly block: EventsBlock;
  readonly facts: readonly StreamFacts[];
  readonly frames: Frames;
}

async function sumScan(scan: Scan): Promise<SummedScan> {
  const { source, streams, height, width, start = 1, end } = scan;
  const pixels = height * width;
  const asked = { first: start - 1, last: end ?? Number.POSITIVE_INFINITY };
  const { block, facts } = await sumStreams(source, streams, pixels, asked.first, asked.last);
  const frames = framesOf(Math.max(...facts.map(({ visits }) => visits)), scan.declared, scan.start, end);
  if (frames.first === asked.first) return { block, facts, frames };
  return { ...(await sumStreams(source, streams, pixels, frames.first, frames.last)), frames };
}

function settledMap(scan: Scan, { block, facts, frames }: SummedScan): ArrayDataset {
  const { channels } = block;
  const { height, width, first, last } = frames;
  const pixels = height * width;
  const reached: EventsBlock = { ...block, pixels, offsets: block.offsets.subarray(0, pixels + 1) };
  const beyondAxis = facts.reduce((sum, stream) => sum + stream.beyondAxis, 0);
  const warnings = [
    ...frames.warnings,
    ...shortStreams(facts, height * width, last),
    ...(beyondAxis > 0 ? [`${beyondAxis} counts lie beyond channel ${channels - 1}, the end of the energy axis`] : []),
  ];
  const dtype = block.count instanceof Uint32Array ? 'uint32' : 'uint16';
  return {
    ...mapOf(scan, frames, last - first, dtype, warnings),
    values: { kind: 'events', load: async () => reached },
  };
}

/** Once it has failed, it is tried again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let working: Promise<T> | undefined;
  return () => {
    working ??= work().catch((error) => {
      working = undefined;
      throw error;
    });
    return working;
  };
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

function shortStreams(streams: readonly StreamFacts[], pixels: number, last: number): string[] {
  const most = Math.min(last * pixels, Math.max(...streams.map((stream) => stream.visits)));
  return streams.flatMap((stream, i) =>
    stream.visits + 1 < most
      ? [`the stream of detector ${i + 1} of ${streams.length} stops after ${stream.visits} of ${most} pixels`]
      : [],
  );
}
