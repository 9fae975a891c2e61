import type { PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';

export const HEADER_BYTES = 1024;
/** Numbers of the modes that can be read. */
export const MODES: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 6, 12, 16]);
/** What IMOD writes at byte 152 of its files; their flags say whether bytes have a sign. */
const IMOD_STAMP = 1146047817;

/** What the first 1024 bytes tell. Three numbers are of columns, rows and sections: x, y, z. */
export interface MrcHeader {
  readonly littleEndian: boolean;
  readonly mode: number;
  readonly size: readonly number[];
  /** First column, row and section, in steps. */
  readonly start: readonly number[];
  /** Steps along the cell. */
  readonly steps: readonly number[];
  /** Edges of the cell in Å. */
  readonly cell: readonly number[];
  /** In Å. */
  readonly origin: readonly number[];
  /** 0: a stack of images; 1: a volume; 401 and above: a stack of volumes. */
  readonly spaceGroup: number;
  readonly extendedBytes: number;
  /** What kind of extended header: FEI1, FEI2, CCP4 … */
  readonly extendedType: string;
  /** Bytes of mode 0 have no sign. */
  readonly unsignedBytes: boolean;
  readonly original: PlainTree;
}

/** Byte order by what makes sense: a mode there is, and at least one column. Undefined: it is no header. */
export function byteOrder(head: Uint8Array): boolean | undefined {
  if (head.length < HEADER_BYTES) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const sensible = (little: boolean) => {
    const mode = view.getInt32(12, little);
    return (MODES.has(mode) || mode === 101) && [0, 4, 8].every((at) => view.getInt32(at, little) > 0);
  };
  // A mode of 0 reads alike in both orders: the machine stamp decides, then the smaller width.
  const [little, big] = [sensible(true), sensible(false)];
  if (little && big) return head[212] === 0x11 ? false : head[212] === 0x44 || view.getInt32(0, true) < 1 << 16;
  return little ? true : big ? false : undefined;
}

export function hasMapStamp(head: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(head.subarray(208, 211)) === 'MAP';
}

/** @throws SpectrailError `format/bad-mrc-header`. */
export function parseHeader(head: Uint8Array, where: string): MrcHeader {
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-mrc-header', where, what, expected, fix: 'copy the file again: it may be damaged' });
  const littleEndian = byteOrder(head);
  if (littleEndian === undefined) {
    throw bad(
      'the first bytes are no MRC header',
      `${HEADER_BYTES} bytes, three sizes of at least 1, and a mode of ${[...MODES].join(', ')}`,
    );
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const i32 = (at: number) => view.getInt32(at, littleEndian);
  const f32 = (at: number) => view.getFloat32(at, littleEndian);
  const three = (at: number, read: (at: number) => number) => [read(at), read(at + 4), read(at + 8)];
  const text = (at: number, length: number) => {
    const [before] = new TextDecoder('latin1').decode(head.subarray(at, at + length)).split('\0');
    return before.trim();
  };
  const extendedBytes = i32(92);
  if (extendedBytes < 0) throw bad(`the extended header has ${extendedBytes} bytes`, 'at least 0');
  const labels = Array.from({ length: Math.min(Math.max(i32(220), 0), 10) }, (_, i) => text(224 + 80 * i, 80));
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    littleEndian,
    mode: i32(12),
    size: three(0, i32),
    start: three(16, i32),
    steps: three(28, i32),
    cell: three(40, f32),
    origin: three(196, f32),
    spaceGroup: i32(88),
    extendedBytes,
    extendedType: text(104, 4),
    unsignedBytes: i32(152) === IMOD_STAMP && (i32(156) & 1) === 0,
    original: {
      mode: i32(12),
      size: three(0, i32),
      start: three(16, i32),
      steps: three(28, i32),
      cell_lengths_A: three(40, f32).map(finite),
      cell_angles: three(52, f32).map(finite),
      axis_correspondence: three(64, i32),
      minimum: finite(f32(76)),
      maximum: finite(f32(80)),
      mean: finite(f32(84)),
      space_group: i32(88),
      extended_header_bytes: extendedBytes,
      extended_header_type: text(104, 4),
      version: i32(108),
      origin_A: three(196, f32).map(finite),
      labels,
    },
  };
}
