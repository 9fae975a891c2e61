import type { Dataset, Metadata } from '../../signal/dataset.ts';
import { decodeValues } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { energyAxis } from './energy-axis.ts';
import { vaxFloat } from './vax.ts';

const FIRST_ENTRY = 112;
const ENTRY_BYTES = 48;
const DIRECTORY_END = 2048;
/** What every kind of section has in its upper 24 bits. */
const SECTION = 0x000120;
const ACQUISITION = 0x00012000;
const SAMPLE = 0x00012001;
const SPECTRUM = 0x00012005;
/** Counts begin this far into their section, behind its header. */
const COUNTS = 512;
/** Bytes of the acquisition section that are looked at. */
const ACQUISITION_BYTES = 4096;
const MOST_CHANNELS = 1 << 17;

interface Section {
  readonly type: number;
  readonly offset: number;
}

/** The sections that the directory at the start of a file lists; none where there is no directory. */
export function sectionsOf(head: Uint8Array): Section[] {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const found: Section[] = [];
  for (let at = FIRST_ENTRY; at + ENTRY_BYTES <= Math.min(head.length, DIRECTORY_END); at += ENTRY_BYTES) {
    const [type, offset] = [view.getUint32(at, true), view.getUint32(at + 10, true)];
    if (type >>> 8 !== SECTION || offset === 0 || offset % 512 !== 0) break;
    found.push({ type, offset });
  }
  return found;
}

/**
 * The spectrum of a Genie file: counts by energy where it is calibrated, else by channel counted from 1.
 * @throws SpectrailError `format/not-cnf`, `format/no-spectrum`, `format/truncated`, `format/bad-header`.
 */
export async function readCnf(file: ByteSource): Promise<Dataset[]> {
  const sections = sectionsOf(await file.read(0, DIRECTORY_END));
  if (sections.length === 0) {
    throw formatError({
      code: 'not-cnf',
      where: `${file.name}, byte ${FIRST_ENTRY}`,
      what: 'there is no list of sections',
      expected: 'a configuration file of Genie',
      fix: 'copy the file again, or open it as what it is',
    });
  }
  const place = (type: number) => sections.find((section) => section.type === type)?.offset;
  const [acquisition, spectrum, sample] = [ACQUISITION, SPECTRUM, SAMPLE].map(place);
  if (acquisition === undefined || spectrum === undefined) {
    throw formatError({
      code: 'no-spectrum',
      where: `${file.name}, byte ${FIRST_ENTRY}`,
      what: `the file lists no section of ${spectrum === undefined ? 'counts' : 'acquisition parameters'}`,
      expected: 'a configuration file saved with its spectrum',
      fix: 'save the spectrum from Genie',
    });
  }
  const parameters = new Parameters(await file.read(acquisition, ACQUISITION_BYTES), acquisition, file.name);
  const size = parameters.channels;
  const offset = spectrum + COUNTS;
  if (offset + 4 * size > file.size) throw truncated(file.name, file.size, offset + 4 * size);
  const warnings: string[] = [];
  const axis = energyAxis(parameters.coefficients, size, parameters.unit, warnings);
  const metadata = parameters.metadata;
  const [title, id] = sample === undefined ? ['', ''] : sampleTexts(await file.read(sample, 128));
  if (id) metadata['sample'] = id;
  return [
    {
      kind: 'array',
      title,
      shape: [size],
      dtype: 'uint32',
      axes: [axis],
      values: { kind: 'dense', load: async () => decodeValues(await file.read(offset, 4 * size), 'uint32', size) },
      metadata,
      original: { sections: sections.map(({ type }) => `0x${type.toString(16)}`) },
      warnings,
    },
  ];
}

/** Title of 64 letters and identification of 16, behind the header of the section. */
function sampleTexts(bytes: Uint8Array): [string, string] {
  return [textOf(bytes.subarray(ENTRY_BYTES, 112)), textOf(bytes.subarray(112, 128))];
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes).replace(/\0.*$/s, '').trim();
}

/** Fields of the acquisition section, some at places that the section itself tells. */
class Parameters {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #name: string;

  constructor(bytes: Uint8Array, start: number, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#start = start;
    this.#name = name;
    if (bytes.length < 256) throw truncated(name, start + bytes.length, start + 256);
  }

  get channels(): number {
    const channels = this.#view.getUint32(185, true);
    if (channels > 0 && channels <= MOST_CHANNELS) return channels;
    throw formatError({
      code: 'bad-header',
      where: `${this.#name}, byte ${this.#start + 185}`,
      what: `the spectrum has ${channels} channels`,
      expected: `1 to ${MOST_CHANNELS}`,
      fix: 'copy the file again',
    });
  }

  get coefficients(): number[] {
    const at = this.#calibration + 68;
    return [0, 1, 2, 3].map((k) => (at + 4 * k + 4 <= this.#bytes.length ? vaxFloat(this.#view, at + 4 * k) : 0));
  }

  get unit(): string {
    return textOf(this.#bytes.subarray(this.#calibration + 92, this.#calibration + 108));
  }

  get #calibration(): number {
    return ENTRY_BYTES + this.#view.getUint16(34, true);
  }

  /** Start as the clock of the recording computer showed it, real and live time. */
  get metadata(): Metadata {
    const metadata: Metadata = Object.assign(Object.create(null), { signal_type: 'gamma' });
    const at = ENTRY_BYTES + this.#view.getUint16(36, true) + 1;
    if (at + 24 > this.#bytes.length) return metadata;
    const moment = vmsDate(this.#view.getBigUint64(at, true));
    if (moment) [metadata['date'], metadata['time']] = moment;
    const [real, live] = [duration(this.#view, at + 8), duration(this.#view, at + 16)];
    const times = { ...(real > 0 ? { real_time: real } : {}), ...(live > 0 ? { live_time: live } : {}) };
    if (Object.keys(times).length > 0) metadata['detector_MCA'] = times;
    return metadata;
  }
}

/** Ten millionths of a second, negative, as VMS has durations. */
function duration(view: DataView, offset: number): number {
  return -Number(view.getBigInt64(offset, true)) / 1e7;
}

/** Days from 17 November 1858 to 1 January 1970. */
const VMS_EPOCH_DAYS = 40_587;

/** Ten millionths of a second since 17 November 1858, as date and time; undefined outside 1970 to 2100. */
function vmsDate(ticks: bigint): [string, string] | undefined {
  const milliseconds = Number(ticks / 10_000n) - VMS_EPOCH_DAYS * 86_400_000;
  if (!(milliseconds > 0 && milliseconds < 4.1e12)) return undefined;
  const text = new Date(milliseconds).toISOString();
  return [text.slice(0, 10), text.slice(11, 19)];
}

function truncated(name: string, size: number, expected: number) {
  return formatError({
    code: 'truncated',
    where: `${name}, byte ${size}`,
    what: 'the file ends too early',
    expected: `at least ${expected} bytes`,
    fix: 'copy the file again',
  });
}
