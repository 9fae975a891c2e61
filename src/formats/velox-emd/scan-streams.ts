import type { EventsBlock } from '../../signal/block.ts';
import type { PlainTree } from '../../signal/dataset.ts';
import type { ValueArray } from '../../signal/dtype.ts';
import { formatError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5File, openHdf5 } from '../hdf5/index.ts';
import { readJsonColumn, readJsonText } from '../hdf5/json-text.ts';
import { numberAt, textAt } from '../json-tree.ts';
import type { Contents } from './contents.ts';
import { membersOf } from './groups.ts';
import { NEXT_PIXEL, ScanPhotons, type StreamFacts } from './stream.ts';

/** Velox does not compress streams. Where somebody else did, this much is believed of what they unpack to. */
const FREE_VALUES = 1 << 24;
const VALUES_PER_BYTE = 16;

/** Bytes of a stream that are looked at in one go: they stay in a fast cache. */
const SLAB = 1 << 20;

/** Bytes read at once in search of the first end of a pixel: most streams have one among the first few values. */
const PEEK = 1 << 14;

/** The stream of one detector, as the file declares it. */
export interface Stream {
  readonly path: string;
  readonly metadata: PlainTree;
  readonly settings: PlainTree;
  readonly channels: number;
  /** Ends of pixels included. */
  readonly values: number;
  /** Frames begun, where the file tells. */
  readonly frames?: number;
}

/** @throws SpectrailError `format/bad-stream` for a declaration that makes no sense */
export async function describeStreams({ file, source }: Contents, paths: readonly string[]): Promise<Stream[]> {
  const streams: Stream[] = [];
  let room = FREE_VALUES + VALUES_PER_BYTE * source.size;
  for (const path of paths) {
    const stream = await describeStream(file, `${source.name}:${path}`, path);
    if (stream.values > room) {
      throw badStream(
        `${source.name}:${path}`,
        `a stream of ${stream.values} values is declared`,
        `at most ${room} in a file of ${source.size} bytes`,
      );
    }
    room -= stream.values;
    streams.push(stream);
  }
  return streams;
}

async function describeStream(file: Hdf5File, where: string, path: string): Promise<Stream> {
  const settings = await readJsonText(file, `${path}/AcquisitionSettings`);
  const encoding = textAt(settings, 'StreamEncoding') ?? textAt(settings, 'encoding') ?? 'uint16';
  const { shape, dtype } = await file.dataset(`${path}/Data`);
  if (encoding !== 'uint16' || dtype !== 'uint16') {
    throw badStream(where, `the stream is of ${encoding}, stored as ${dtype ?? 'records'}`, 'uint16');
  }
  if (shape.length === 0 || shape.slice(1).some((n) => n !== 1)) {
    throw badStream(where, `the stream has the shape ${shape.join(' × ')}`, 'one column');
  }
  const channels = numberAt(settings, 'bincount') ?? 0;
  if (!Number.isInteger(channels) || channels < 1 || channels >= NEXT_PIXEL) {
    throw badStream(where, `the stream declares ${channels} channels`, `1 to ${NEXT_PIXEL - 1}`);
  }
  const metadata = await readJsonColumn(file, `${path}/Metadata`);
  return { path, metadata, settings, channels, values: shape[0], frames: await framesBegun(file, path) };
}

/** `FrameLocationTable` lists where in the stream each frame begins. */
async function framesBegun(file: Hdf5File, path: string): Promise<number | undefined> {
  const members = await membersOf(file, path);
  if (!members.some(({ name, kind }) => name === 'FrameLocationTable' && kind === 'dataset')) return undefined;
  const { shape } = await file.dataset(`${path}/FrameLocationTable`);
  return shape.length > 0 && shape[0] > 0 ? shape[0] : undefined;
}

/** Does any of the streams tell pixels apart? Those of a spectrum taken at one point do not. Reads up to the first end. */
export async function haveEnds(file: Hdf5File, streams: readonly Stream[]): Promise<boolean> {
  let found = false;
  const look = (slab: ValueArray) => {
    found = (slab as Uint16Array).includes(NEXT_PIXEL);
  };
  for (const { path } of streams) {
    for await (const _ of file.slabs(`${path}/Data`, PEEK, look)) if (found) return true;
  }
  return false;
}

/** Pixels in the fullest stream; reads all. */
export async function countPixels(file: Hdf5File, streams: readonly Stream[]): Promise<number> {
  let most = 0;
  for (const { path } of streams) {
    let ends = 0;
    let last = NEXT_PIXEL;
    const look = (slab: ValueArray) => {
      for (const value of slab as Uint16Array) if (value === NEXT_PIXEL) ends++;
      last = (slab as Uint16Array).at(-1) ?? last;
    };
    for await (const _ of file.slabs(`${path}/Data`, SLAB, look));
    most = Math.max(most, ends + (last === NEXT_PIXEL ? 0 : 1));
  }
  return most;
}

/**
 * The spectra of all pixels of a frame, summed over streams and over frames `first` to `last`, the last excluded. Streams
 * are read side by side, the one that is behind next, so that as little as possible waits for the others.
 */
export async function sumStreams(
  source: ByteSource,
  streams: readonly Stream[],
  pixels: number,
  first: number,
  last: number,
): Promise<{ readonly block: EventsBlock; readonly facts: readonly StreamFacts[] }> {
  const values = streams.reduce((sum, stream) => sum + stream.values, 0);
  const photons = new ScanPhotons({ pixels, channels: streams[0].channels, first, last }, values, streams.length);
  const file = await openHdf5(source);
  try {
    const read = streams.map(({ path }, detector) => {
      const add = (slab: ValueArray) => photons.add(detector, slab as Uint16Array);
      return file.slabs(`${path}/Data`, SLAB, add)[Symbol.asyncIterator]();
    });
    for (let behind = photons.behind(); behind !== undefined; behind = photons.behind()) {
      if ((await read[behind].next()).done) photons.end(behind);
      photons.sumPassed();
    }
  } finally {
    await file.close();
  }
  return photons.finish();
}

export function badStream(where: string, what: string, expected: string): SpectrailError {
  return formatError({
    code: 'bad-stream',
    where,
    what,
    expected,
    fix: 'the file is damaged: copy it again from the microscope',
  });
}
