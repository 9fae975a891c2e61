import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { Dataset, DatasetValues, StoredRows } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, isReal } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';
import { isTree } from '../hspy/vocabulary.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { isFlat } from '../zarr/flat-chunks.ts';
import { parseArray, parseJson, type ZarrArray } from '../zarr/index.ts';
import { damaged, notAStore } from './damage.ts';
import denseReader, { readValues, type StoredValues } from './dense-rows.ts';
import eventsReader, { readEvents, type StoredEvents } from './events-rows.ts';
import {
  CHECKSUMS_CHUNK,
  EVENTS,
  ROOT_ATTRIBUTES,
  STORE_VERSION,
  type StoreAttributes,
  storeAttributes,
} from './layout.ts';
import { type CheckedRead, checkedReader } from './sums.ts';

/**
 * The dataset of a store. Its values are read when asked for, whole or by runs of pixels, and compared with the checksums
 * they were written with.
 * @throws SpectrailError `format/not-a-store`, `format/newer-store`, `format/damaged-store`, `format/bad-json`.
 */
export async function readStore(folder: FolderSource): Promise<Dataset[]> {
  const read = await checkedReader(folder);
  const attributes = parseAttributes(await read(ROOT_ATTRIBUTES), folder);
  const { title, dtype, shape, metadata, original } = attributes;
  const axes = attributes.axes.map((axis) => restoreAxis(axis, folder));
  const agree = axes.length === shape.length && axes.every(({ size }, d) => size === shape[d]);
  if (!agree) throw damaged(`${folder.name}/${ROOT_ATTRIBUTES}`, 'the axes do not have the sizes of the shape');
  const values =
    attributes.values === 'events'
      ? await eventsValues(folder, attributes, read)
      : await denseValues(folder, attributes, read);
  return [{ kind: 'array', title, dtype, shape, axes, values, metadata, original, warnings: [] }];
}

function parseAttributes(bytes: Uint8Array, folder: FolderSource): StoreAttributes {
  const where = `${folder.name}/${ROOT_ATTRIBUTES}`;
  const tree = parseJson(bytes, where);
  const described = isTree(tree) ? tree.spectrail : undefined;
  if (!isTree(described)) throw notAStore(folder, 'its root has no attribute "spectrail"');
  const parsed = storeAttributes.safeParse(described);
  if (parsed.success) return parsed.data;
  if (typeof described.store === 'number' && described.store > STORE_VERSION) {
    throw formatError({
      code: 'newer-store',
      where: folder.name,
      what: `the store has layout ${described.store}`,
      expected: `layout ${STORE_VERSION}`,
      fix: 'read it with the version of spectrail that wrote it, or a later one',
    });
  }
  const [issue] = parsed.error.issues;
  throw damaged(where, `spectrail.${issue.path.join('.')}: ${issue.message}`);
}

function restoreAxis(stored: StoreAttributes['axes'][number], folder: FolderSource): Axis {
  const { positions, scale, offset, size, ...rest } = stored;
  try {
    if (positions === undefined) return uniformAxis({ ...rest, size, scale, offset });
    return explicitAxis({ ...rest, positions });
  } catch (cause) {
    throw damaged(`${folder.name}/${ROOT_ATTRIBUTES}`, (cause as Error).message, cause);
  }
}

async function eventsValues(
  folder: FolderSource,
  { shape, dtype, tile_pixels: tile, facts }: StoreAttributes,
  read: CheckedRead,
): Promise<DatasetValues> {
  const where = `${folder.name}/${ROOT_ATTRIBUTES}`;
  const channels = shape.at(-1) ?? 1;
  const pixels = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  if (!Number.isSafeInteger(pixels * channels)) throw damaged(where, `the shape is ${shape.join(' × ')}`);
  const list = async (path: string, dtypes: readonly Dtype[]) => {
    const array = await readList(folder, path, dtypes, read);
    return { path, length: array.shape[0], chunk: array.chunks[0], itemBytes: array.bytes, dtype: array.dtype };
  };
  const offsets = await list(EVENTS.offsets, ['uint64']);
  const channel = await list(EVENTS.channels, ['uint16', 'uint32']);
  const count = await list(EVENTS.counts, ['uint8', 'uint16', 'uint32']);
  if (offsets.length !== pixels + 1 || channel.length !== count.length) {
    throw damaged(
      where,
      `${offsets.length} offsets, ${channel.length} channels and ${count.length} counts do not agree`,
    );
  }
  if (!isReal(dtype)) throw damaged(where, `events are said to be values of ${dtype}`);
  const stored = {
    pixels,
    channels,
    tile,
    offsets,
    channel,
    count,
    checksums: await readChecksums(folder, Math.ceil(pixels / tile), 3, read),
  } as StoredEvents;
  const rows = folder.reference && eventsRows({ folder: folder.reference, events: stored }, facts);
  return { kind: 'events', load: () => readEvents(folder, stored, 0, pixels), rows };
}

function eventsRows(args: Parameters<typeof eventsReader.read>[0], facts: StoreAttributes['facts']): StoredRows {
  const { pixels, channels, channel, count } = args.events as StoredEvents;
  const entries = channel.length;
  const bytes = (pixels + 1) * 4 + entries * (channel.itemBytes + count.itemBytes);
  return {
    source: { type: 'stored', reader: 'rows/events', args, pixels, channels, kind: 'events', entries, bytes },
    read: (start, end) => eventsReader.read(args, start, end),
    facts,
  };
}

async function denseValues(
  folder: FolderSource,
  { shape, dtype, data, tile_pixels: tile, facts }: StoreAttributes,
  read: CheckedRead,
): Promise<DatasetValues> {
  const where = `${folder.name}/${ROOT_ATTRIBUTES}`;
  if (data === undefined) throw damaged(where, 'it does not say where the values lie');
  const array = parseArray(parseJson(await read(`${data}/.zarray`), where), `${folder.name}/${data}/.zarray`);
  const inStore = shape.length === 0 ? [1] : shape;
  const { chunks, element, compressor, filters, order } = array;
  const plain = compressor === null && filters.length === 0 && order === 'C' && array.separator === '/';
  const same =
    array.shape.join() === inStore.join() && element?.dtype === dtype && element.bytes === DTYPES[dtype].bytes;
  const grid = { shape: inStore, chunks };
  if (!plain || !same || !element.littleEndian || !isFlat(grid)) {
    throw damaged(`${folder.name}/${data}/.zarray`, 'the array is not the one that was written');
  }
  const pixels = inStore.slice(0, -1).reduce((a, b) => a * b, 1);
  const stored: StoredValues = {
    path: data,
    dtype,
    grid,
    tile,
    checksums: await readChecksums(folder, Math.ceil(pixels / tile), 1, read),
  };
  const rows =
    folder.reference && fitsBlocks(dtype)
      ? denseRows('rows/dense', denseReader, { folder: folder.reference, values: stored }, dtype, inStore, facts)
      : undefined;
  return { kind: 'dense', load: () => readValues(folder, stored, 0, pixels), rows };
}

async function readList(folder: FolderSource, path: string, dtypes: readonly Dtype[], read: CheckedRead) {
  const where = `${folder.name}/${path}/.zarray`;
  const array = parseArray(parseJson(await read(`${path}/.zarray`), where), where);
  const { element, compressor, filters } = array;
  const plain = element?.littleEndian && compressor === null && filters.length === 0 && array.shape.length === 1;
  if (plain && dtypes.includes(element.dtype)) {
    return { ...(array as ZarrArray), dtype: element.dtype, bytes: element.bytes };
  }
  throw damaged(where, `it does not describe a plain list of ${dtypes.join(' or ')}`);
}

async function readChecksums(
  folder: FolderSource,
  tiles: number,
  columns: number,
  read: CheckedRead,
): Promise<Uint32Array> {
  if (tiles === 0) return new Uint32Array(0);
  const bytes = await read(CHECKSUMS_CHUNK);
  if (bytes.length === tiles * columns * 4) return new Uint32Array(bytes.buffer);
  throw damaged(`${folder.name}/${CHECKSUMS_CHUNK}`, `it holds ${bytes.length} bytes for ${tiles} tiles`);
}
