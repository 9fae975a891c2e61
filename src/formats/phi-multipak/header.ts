import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { plainNumber } from '../plain-number.ts';
import { TextLines } from '../text-lines.ts';

/** The text at the beginning of a file of MultiPak. */
export interface PhiHeader {
  /** By name; of entries with several lines, one for each region or area, all lines. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
  readonly regions: readonly SpectralRegion[];
  /** Where the binary part begins. */
  readonly end: number;
}

/** A range of energies that was measured: a line `SpectralRegDef`. */
export interface SpectralRegion {
  readonly name: string;
  readonly points: number;
  readonly step: number;
  readonly start: number;
  readonly timePerStep?: number;
  readonly passEnergy?: number;
}

const LONGEST_HEADER = 1 << 22;
const MOST_LINES = 1 << 15;
const LONGEST_ENTRY = 1024;

/** @throws SpectrailError `format/not-phi`, `format/truncated` where the header does not end, `format/bad-region`. */
export async function readHeader(file: ByteSource): Promise<PhiHeader> {
  const text = new TextDecoder('windows-1252').decode(await file.read(0, LONGEST_HEADER));
  const lines = new TextLines(text);
  if (!lines.next() || lines.line.trim() !== 'SOFH') {
    throw formatError({
      code: 'not-phi',
      where: `${file.name}, line 1`,
      what: 'the file does not begin with the line SOFH',
      expected: 'a header from SOFH to EOFH',
    });
  }
  const entries = new Map<string, string[]>();
  const regions: SpectralRegion[] = [];
  while (lines.next() && lines.number <= MOST_LINES) {
    const line = lines.line.trim();
    if (line === 'EOFH') return { entries, regions, end: afterLine(text, lines.end) };
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const [key, value] = [
      line.slice(0, colon),
      line
        .slice(colon + 1)
        .trim()
        .slice(0, LONGEST_ENTRY),
    ];
    if (key === 'SpectralRegDef') regions.push(parseRegion(value, `${file.name}, line ${lines.number}`));
    const before = entries.get(key);
    if (before) before.push(value);
    else entries.set(key, [value]);
  }
  throw formatError({
    code: 'truncated',
    where: `${file.name}, line ${lines.number}`,
    what: 'the header does not end',
    expected: `the line EOFH within ${MOST_LINES} lines and ${LONGEST_HEADER} bytes`,
    fix: 'copy the file again',
  });
}

/** Each character of the text was one byte of the file. */
function afterLine(text: string, end: number): number {
  return end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1);
}

/** `number active name element points step start end innerStart innerEnd timePerStep passEnergy area`. */
function parseRegion(text: string, where: string): SpectralRegion {
  const words = text.split(/\s+/, 16);
  const [points, step, start] = words.slice(4, 7).map((word) => plainNumber(word));
  if (points === undefined || step === undefined || start === undefined || step === 0) {
    throw formatError({
      code: 'bad-region',
      where,
      what: `the spectral region is "${text.slice(0, 80)}"`,
      expected: 'number, flag, name, element, points, step other than 0, and start',
      fix: 'export the file again',
    });
  }
  return {
    name: words[2],
    points,
    step,
    start,
    timePerStep: plainNumber(words[10] ?? ''),
    passEnergy: plainNumber(words[11] ?? ''),
  };
}
