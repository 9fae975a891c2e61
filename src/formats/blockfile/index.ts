import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { oleDate } from '../ole-date.ts';
import { storedValues } from '../stored-array.ts';

const HEADER_BYTES = 240;
const MOST_NOTE = 1 << 16;
/** Before each pattern: a mark of two bytes and its number. */
const PATTERN_HEADER = 6;

/**
 * NanoMegas blockfiles: a scan of square diffraction patterns of 8 bits. The virtual bright-field image in front of them is
 * not given. Lines of the scan that are not complete are left out.
 */
export default defineFormat({
  id: 'blockfile',
  title: 'NanoMegas blockfile',
  extensions: ['.blo'],
  sniff: (head) => (isBlockfile(head) ? 'certain' : 'no'),
  read: readBlockfile,
});

function isBlockfile(head: Uint8Array): boolean {
  return head.length >= 8 && new TextDecoder('latin1').decode(head.subarray(0, 6)) === 'IMGBLO';
}

/** @throws SpectrailError `format/bad-blockfile`, `format/truncated`. */
async function readBlockfile(file: ByteSource): Promise<ArrayDataset[]> {
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-blockfile', where: file.name, what, expected, fix: 'copy the file again: it is damaged' });
  const head = await file.read(0, HEADER_BYTES);
  if (head.length < HEADER_BYTES || !isBlockfile(head)) {
    throw bad('there is no blockfile header', `"IMGBLO" and ${HEADER_BYTES} bytes in all`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [imageAt, patternsAt] = [view.getUint32(8, true), view.getUint32(12, true)];
  const [side, nx, ny] = [20, 24, 26].map((at) => view.getUint16(at, true));
  if (side === 0 || nx === 0 || ny === 0) {
    throw bad(`${nx} × ${ny} patterns of ${side} × ${side} pixels`, 'at least 1 of each');
  }
  if (patternsAt < HEADER_BYTES) throw bad(`the patterns begin at byte ${patternsAt}`, `at least ${HEADER_BYTES}`);
  const warnings: string[] = [];
  const line = nx * (PATTERN_HEADER + side * side);
  const complete = Math.floor(Math.max(0, file.size - patternsAt) / line);
  const lines = complete > 0 ? Math.min(ny, complete) : ny;
  if (lines < ny) warnings.push(`the scan was to have ${ny} lines, the file has ${lines} complete ones`);
  const shape = [lines, nx, side, side];
  const values = storedValues({
    source: file,
    offset: patternsAt,
    dtype: 'uint8',
    littleEndian: true,
    shape,
    frameHeader: PATTERN_HEADER,
  });
  const perMetre = view.getUint16(50, true);
  const axis = (name: string, role: AxisRole, size: number, unit: string, scale: number): Axis => {
    if (scale > 0 && Number.isFinite(scale)) return uniformAxis({ name, role, size, unit, scale });
    warnings.push(`axis "${name}" is not calibrated: positions are pixels`);
    return uniformAxis({ name, role, size });
  };
  const noteBytes = Math.min(Math.max(0, imageAt - HEADER_BYTES), MOST_NOTE);
  const note = new TextDecoder('latin1').decode(await file.read(HEADER_BYTES, noteBytes)).split('\0')[0];
  return [
    {
      kind: 'array',
      title: '',
      shape,
      dtype: 'uint8',
      axes: [
        axis('y', 'navigation', lines, 'nm', view.getFloat64(38, true)),
        axis('x', 'navigation', nx, 'nm', view.getFloat64(30, true)),
        axis('dy', 'signal', side, 'cm', 100 / perMetre),
        axis('dx', 'signal', side, 'cm', 100 / perMetre),
      ],
      values,
      metadata: conditions(view, note),
      original: {
        pattern_size: side,
        columns: nx,
        lines: ny,
        pattern_rotation: view.getUint16(22, true) / 100,
        scan_rotation: view.getUint16(28, true) / 100,
        pattern_pixels_per_m: perMetre,
      },
      warnings,
    },
  ];
}

/** The camera length is stored in tenths of mm, the beam energy in V, the time as an OLE date. */
function conditions(view: DataView, note: string): Metadata {
  const metadata: Metadata = { instrument: 'TEM', signal_type: 'diffraction' };
  const [volts, length] = [view.getUint32(46, true), view.getUint32(52, true)];
  if (volts > 0) metadata.beam_energy_keV = volts / 1000;
  if (length > 0) metadata.camera_length_mm = length / 10;
  const taken = oleDate(view.getFloat64(56, true));
  if (taken) {
    metadata.date = taken.date;
    metadata.time = `${taken.time}000`;
    metadata.time_zone = 'UTC';
  }
  if (note) metadata.notes = note;
  return metadata;
}
