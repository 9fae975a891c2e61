import type { Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { energyAxis } from '../canberra-cnf/energy-axis.ts';
import { vaxFloat } from '../canberra-cnf/vax.ts';
import type { ByteSource } from '../format.ts';

const HEADER_BYTES = 1024;
const CHANNELS = 36;
/** Three VAX numbers: offset, width of a channel, and its change. */
const CALIBRATION = 108;

/** Four bytes a channel, one spectrum, of as many channels as a converter has: a power of two. */
export function looksLikeMca(head: Uint8Array): boolean {
  if (head.length < HEADER_BYTES) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const channels = view.getUint16(CHANNELS, true);
  const power = channels >= 128 && (channels & (channels - 1)) === 0;
  return view.getUint16(0, true) === 0 && view.getUint16(34, true) === 4 && power && view.getUint16(38, true) === 1;
}

/**
 * The spectrum: counts by energy where it is calibrated, else by channel counted from 1. The header names no unit of energy.
 * Counts are kept as a PDP-11 has them: two little-endian words, the higher one first.
 *
 * @throws SpectrailError `format/not-canberra-mca`, `format/truncated`.
 */
export async function readMca(file: ByteSource): Promise<Dataset[]> {
  const head = await file.read(0, HEADER_BYTES);
  if (!looksLikeMca(head)) {
    throw formatError({
      code: 'not-canberra-mca',
      where: `${file.name}, byte 34`,
      what: 'the header does not tell channels of four bytes',
      expected: `a header of ${HEADER_BYTES} bytes of a Canberra analyser`,
      fix: 'open it as what it is: other programs use the extension .mca too',
    });
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const size = view.getUint16(CHANNELS, true);
  const end = HEADER_BYTES + 4 * size;
  if (file.size < end) {
    throw formatError({
      code: 'truncated',
      where: `${file.name}, byte ${file.size}`,
      what: 'the file ends in its spectrum',
      expected: `${end} bytes for ${size} channels`,
      fix: 'copy the file again',
    });
  }
  const warnings: string[] = [];
  if (file.size > end) warnings.push(`${file.size - end} bytes after the spectrum are not read`);
  const coefficients = [0, 1, 2].map((k) => vaxFloat(view, CALIBRATION + 4 * k));
  return [
    {
      kind: 'array',
      title: '',
      shape: [size],
      dtype: 'uint32',
      axes: [energyAxis(coefficients, size, '', warnings)],
      values: { kind: 'dense', load: async () => wordsSwapped(await file.read(HEADER_BYTES, 4 * size), size) },
      metadata: { signal_type: 'gamma' },
      original: { channels: size, calibration: coefficients.map((c) => (Number.isFinite(c) ? c : null)) },
      warnings,
    },
  ];
}

function wordsSwapped(bytes: Uint8Array, size: number): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from(
    { length: size },
    (_, i) => view.getUint16(4 * i, true) * 65536 + view.getUint16(4 * i + 2, true),
  );
}
