import type { Plain } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import type { CodecConfig } from './codecs/index.ts';
import { describeElement } from './element.ts';

const text = new TextEncoder();

/** JSON in ASCII, all that the Zarr library of Python reads. */
export function jsonBytes(value: Plain): Uint8Array<ArrayBuffer> {
  const escaped = JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.encode(escaped);
}

export const GROUP = jsonBytes({ zarr_format: 2 });

export interface ArrayDescription {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  /** `object`: Python objects, kept as JSON. */
  readonly dtype: Dtype | 'object';
  readonly compressor?: CodecConfig;
  readonly separator?: '.' | '/';
}

/** The text of a `.zarray`; numbers are little-endian and in C order, and a missing chunk is zeros. */
export function describeArray({ shape, chunks, dtype, compressor, separator = '.' }: ArrayDescription) {
  return jsonBytes({
    zarr_format: 2,
    shape: [...shape],
    chunks: [...chunks],
    dtype: dtype === 'object' ? '|O' : describeElement(dtype),
    order: 'C',
    fill_value: zero(dtype),
    compressor: (compressor as Plain | undefined) ?? null,
    filters: dtype === 'object' ? [JSON_FILTER] : null,
    dimension_separator: separator,
  });
}

function zero(dtype: Dtype | 'object'): Plain {
  if (dtype === 'bool') return false;
  if (dtype === 'rgba8') return null;
  return dtype.startsWith('complex') ? [0, 0] : 0;
}

/** As numcodecs writes the settings of its codec `json2`. */
const JSON_FILTER: Plain = {
  id: 'json2',
  encoding: 'utf-8',
  skipkeys: false,
  ensure_ascii: true,
  check_circular: true,
  allow_nan: true,
  sort_keys: true,
  indent: null,
  separators: [',', ':'],
  strict: true,
};

/** The one chunk of a list of objects: the items, their type and the shape. */
export function objectChunk(items: readonly Plain[]) {
  return jsonBytes([...items, '|O', [items.length]]);
}
