import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';

/** Bytes of a frame's header that are looked at. */
export const LOOKED_AT = 1024;
const TYPES: Readonly<Record<string, Dtype>> = { U08: 'uint8', U8: 'uint8', U16: 'uint16', U32: 'uint32' };

/** What the text before a frame says: fields between commas. */
export interface FrameHeader {
  /** Bytes before the counts. */
  readonly bytes: number;
  readonly columns: number;
  readonly rows: number;
  readonly dtype: Dtype;
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

export const isFrame = (head: Uint8Array) =>
  /^MQ\d,\d{6},\d{5},/.test(new TextDecoder('latin1').decode(head.subarray(0, 32)));

/** @throws SpectrailError `format/bad-mib-header`, `format/raw-mib`. */
export function parseFrame(head: Uint8Array, where: string): FrameHeader {
  if (!isFrame(head)) {
    throw formatError({
      code: 'bad-mib-header',
      where,
      what: 'no frame begins here',
      expected: '"MQ1," and the number of the frame',
      fix: 'copy the file again: it is damaged',
    });
  }
  const text = new TextDecoder('latin1').decode(head.subarray(0, LOOKED_AT)).split('\0')[0];
  const fields = text.split(',').map((field) => field.trim());
  const [bytes, columns, rows] = [2, 4, 5].map((i) => Number(fields[i]));
  const dtype = Object.hasOwn(TYPES, fields[6] ?? '') ? TYPES[fields[6]] : undefined;
  if (!dtype) {
    throw formatError({
      code: 'raw-mib',
      where,
      what: `the counts are of type "${fields[6] ?? ''}"`,
      expected: `one of ${Object.keys(TYPES).join(', ')}; R64 is the raw order of the chips`,
      fix: 'save the frames processed, not raw',
    });
  }
  if (![bytes, columns, rows].every((value) => Number.isSafeInteger(value) && value > 0)) {
    throw formatError({
      code: 'bad-mib-header',
      where,
      what: `frames of ${fields[4]} × ${fields[5]} behind ${fields[2]} bytes`,
      expected: 'whole numbers of at least 1',
    });
  }
  return {
    bytes,
    columns,
    rows,
    dtype,
    metadata: conditions(fields),
    original: { chips: fields[3], layout: fields[7] ?? '', header: text.slice(0, LOOKED_AT) },
  };
}

/** Newer headers repeat the time in UTC and the exposure in ns behind `MQ1A`. */
function conditions(fields: readonly string[]): Metadata {
  const metadata: Metadata = { signal_type: 'electron_diffraction' };
  const newer = fields.indexOf('MQ1A');
  const exact = newer < 0 ? undefined : /^(\d+)ns$/.exec(fields[newer + 2] ?? '');
  const exposure = exact ? Number(exact[1]) / 1e9 : Number(fields[10] || Number.NaN);
  if (Number.isFinite(exposure) && exposure > 0) metadata.dwell_time_s = exposure;
  const stamp = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z?)$/.exec(
    fields[newer < 0 ? 9 : newer + 1] ?? '',
  );
  if (stamp) {
    metadata.date = stamp[1];
    metadata.time = stamp[2];
    if (stamp[3]) metadata.time_zone = 'UTC';
  }
  return metadata;
}

/** Lines `key:⇥value` of the `.hdr` beside the frames. */
export function parseHdr(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const tab = line.indexOf('\t');
    if (tab > 0) settings.set(line.slice(0, tab).replace(/:\s*$/, ''), line.slice(tab + 1).trim());
  }
  return settings;
}
