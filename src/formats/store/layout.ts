import { z } from 'zod';
import type { Axis } from '../../signal/axis.ts';
import type { ArrayDataset, Plain, PlainTree, ValueFacts } from '../../signal/dataset.ts';
import { DTYPES, type Dtype } from '../../signal/dtype.ts';

/** Version of the layout below: raised when a reader of this one would misread what is written. */
export const STORE_VERSION = 1;
/** Pixels that share a checksum and can be read without their neighbours. */
export const STORE_TILE = 4096;

export const ROOT_ATTRIBUTES = '.zattrs';
/** SHA-256 of every file that describes, as `sha256sum -c` reads it; chunks have checksums of their own. */
export const SUMS = 'SHA256SUMS';
/** One row for each tile, a column for each array: CRC-32 of what of the array belongs to the tile. */
export const CHECKSUMS = 'checksums';
export const CHECKSUMS_CHUNK = 'checksums/0.0';
export const EVENTS = { offsets: 'events/offsets', channels: 'events/channels', counts: 'events/counts' } as const;
/** A tile's events can be read with a few chunks, and a chunk in one breath. */
export const ENTRIES_PER_CHUNK = 2 ** 22;
/** One more than a power of two: so are the offsets of a map of 1024 × 1024 pixels. */
export const OFFSETS_PER_CHUNK = 2 ** 20 + 1;
export const DENSE_CHUNK_BYTES = 2 ** 24;

const tree = z.custom<PlainTree>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

const axis = z.object({
  name: z.string(),
  unit: z.string(),
  role: z.enum(['navigation', 'spectral', 'signal']),
  size: z.int().min(0),
  scale: z.number().optional(),
  offset: z.number().optional(),
  positions: z.array(z.number()).optional(),
  calibration: z.object({ origin: z.string(), uncertainty: z.number().optional() }).optional(),
});

const facts = z.object({ whole: z.boolean(), min: z.number(), nonZero: z.int().min(0), values: z.int().min(0) });

/** The attribute `spectrail` of the root group. */
export const storeAttributes = z.object({
  store: z.literal(STORE_VERSION),
  values: z.enum(['dense', 'events']),
  title: z.string(),
  dtype: z.enum(Object.keys(DTYPES) as [Dtype, ...Dtype[]]),
  shape: z.array(z.int().min(0)),
  axes: z.array(axis),
  metadata: tree,
  original: tree,
  tile_pixels: z
    .int()
    .min(1)
    .max(2 ** 24),
  /** Where the values of a dense store lie. */
  data: z.string().optional(),
  /** Absent where a value is not finite, or is not a real number. */
  facts: facts.optional(),
});

export type StoreAttributes = z.infer<typeof storeAttributes>;
type StoredAxis = z.infer<typeof axis>;

/** What the store says of a dataset beside its values. */
export function describeDataset(
  { title, dtype, shape, axes, metadata, original }: ArrayDataset,
  values: StoreAttributes['values'],
  known: ValueFacts | undefined,
  data?: string,
): Plain {
  const described: StoreAttributes = {
    store: STORE_VERSION,
    values,
    title,
    dtype,
    shape: [...shape],
    axes: axes.map(describeAxis),
    metadata,
    original,
    tile_pixels: STORE_TILE,
    data,
    facts: known,
  };
  return described as unknown as Plain;
}

function describeAxis(given: Axis): StoredAxis {
  const { name, unit, role, size, calibration } = given;
  const base = { name, unit, role, size, calibration };
  return given.kind === 'uniform'
    ? { ...base, scale: given.scale, offset: given.offset }
    : { ...base, positions: [...given.positions] };
}
