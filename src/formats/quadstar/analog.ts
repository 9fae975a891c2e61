import { uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, DatasetValues } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { storedValues } from '../stored-array.ts';
import { cycleAxis } from './cycle-axis.ts';
import { badQuadstar, HEADER_BYTES, type Header, secondsAt, textAt } from './header.ts';

const ENTRY_BYTES = 9;
const CLOCK = 0x0f;
const TRACE = 0x11;
const INFO_BYTES = 137;
const TRACE_HEAD = 6;
/** Below this a file is read at once for the times of its cycles. */
const AT_ONCE = 1 << 26;

interface Entry {
  readonly type: number;
  readonly infoAt: number;
  readonly dataAt: number;
}

/**
 * Scans of analog data: intensity over mass, a spectrum a cycle; one dataset for each trace.
 * @throws SpectrailError `format/bad-quadstar`, `format/truncated`
 */
export async function readAnalog(file: ByteSource, header: Header): Promise<ArrayDataset[]> {
  const list = await file.read(HEADER_BYTES, header.traces * ENTRY_BYTES);
  if (header.traces === 0 || list.length < header.traces * ENTRY_BYTES) {
    throw badQuadstar(file.name, `the list of ${header.traces} traces is not complete`, 'at least one trace');
  }
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  const entries = Array.from({ length: header.traces }, (_, i): Entry => {
    const at = i * ENTRY_BYTES;
    return { type: list[at], infoAt: view.getUint32(at + 1, true), dataAt: view.getUint32(at + 5, true) };
  });
  const traces = entries.filter(({ type }) => type === TRACE);
  if (traces.length === 0)
    throw badQuadstar(file.name, 'none of its traces is one of analog data', 'a trace of type 17');
  const clockAt = entries.find(({ type }) => type === CLOCK)?.dataAt;
  const bytes = file.size <= AT_ONCE ? await file.read(0, file.size) : undefined;
  const piece = async (at: number, length: number) =>
    bytes ? bytes.subarray(at, at + length) : await file.read(at, length);
  const datasets: ArrayDataset[] = [];
  for (const [i, trace] of traces.entries()) {
    const place = traces.length > 1 ? `trace ${i + 1}` : '';
    datasets.push(await readTrace(file, header, trace, clockAt, place, piece));
  }
  return datasets;
}

type Piece = (at: number, length: number) => Promise<Uint8Array>;

async function readTrace(
  file: ByteSource,
  { cycles: declared, cycleBytes, author, version, moment }: Header,
  { infoAt, dataAt }: Entry,
  clockAt: number | undefined,
  /** Tells one of several traces. */
  place: string,
  piece: Piece,
): Promise<ArrayDataset> {
  const bad = (at: number, what: string, expected: string) => badQuadstar(`${file.name}, byte ${at}`, what, expected);
  const info = await piece(infoAt, INFO_BYTES);
  const head = await piece(dataAt, TRACE_HEAD);
  if (info.length < INFO_BYTES) throw bad(infoAt, 'the description of a trace is not complete', `${INFO_BYTES} bytes`);
  if (head.length < TRACE_HEAD) throw bad(dataAt, 'the data are not there', `${TRACE_HEAD} bytes before the values`);
  const view = viewOf(info);
  const [first, width, perMass] = [view.getFloat32(0x7a, true), view.getUint16(0x7e, true), info[0x80]];
  const size = viewOf(head).getUint32(0, true);
  if (!Number.isFinite(first) || perMass === 0) {
    throw bad(infoAt, `the masses begin at ${first}, ${perMass} values each`, 'a finite mass and at least one value');
  }
  const need = TRACE_HEAD + size * 4;
  if (size === 0 || (declared > 1 && need > cycleBytes) || dataAt + need > file.size) {
    throw bad(
      dataAt,
      `${size} values in a cycle of ${cycleBytes} bytes`,
      'at least one, and no more than a cycle holds',
    );
  }
  const warnings: string[] = [];
  if (size !== width * perMass)
    warnings.push(`the header announces ${width * perMass} values, the cycles have ${size}`);
  const complete = cycleBytes > 0 ? Math.floor((file.size - dataAt - need) / cycleBytes) + 1 : 1;
  const cycles = Math.min(declared, complete);
  if (cycles === 0) throw bad(0x64, 'there are no cycles', 'at least one');
  if (cycles < declared) warnings.push(`the file was to have ${declared} cycles, it has ${cycles} complete ones`);
  const times = new Float64Array(cycles);
  for (let cycle = 0; clockAt !== undefined && cycle < cycles; cycle++) {
    const clock = await piece(clockAt + cycle * cycleBytes, 6);
    times[cycle] = clock.length < 6 ? Number.NaN : secondsAt(viewOf(clock), 0);
  }
  const [quantity, unit] = [textAt(info, 2, 13), textAt(info, 15, 14)];
  const [name, massUnit] = [textAt(info, 0x1d, 13), textAt(info, 0x2a, 14)];
  const comment = textAt(info, 0x38, 66);
  return {
    kind: 'array',
    title: place && quantity ? `${quantity}, ${place}` : place,
    shape: [cycles, size],
    dtype: 'float32',
    axes: [
      cycleAxis(times, warnings),
      uniformAxis({ name, unit: massUnit, role: 'spectral', size, scale: 1 / perMass, offset: first }),
    ],
    values: cycleValues(file, dataAt + TRACE_HEAD, cycles, size, cycleBytes),
    metadata: { ...moment, signal_type: 'MS', quantity: unit ? `${quantity} (${unit})` : quantity },
    original: { author, version, comment, data_range: viewOf(head).getInt16(4, true), scan_width: width },
    warnings,
  };
}

function cycleValues(source: ByteSource, at: number, cycles: number, size: number, cycleBytes: number): DatasetValues {
  const stored = { source, dtype: 'float32', littleEndian: true } as const;
  const frameHeader = cycleBytes - size * 4;
  if (cycles === 1 || frameHeader === 0) return storedValues({ ...stored, offset: at, shape: [cycles, size] });
  // What lies between the values of two cycles, counted as if it stood before each.
  return storedValues({ ...stored, offset: at - frameHeader, shape: [cycles, 1, size], frameHeader });
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
