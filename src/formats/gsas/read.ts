import type { Dataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { diffractionDataset, knownValues, type ScanPositions } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { TextLines } from '../text-lines.ts';
import { readWhole } from '../whole-text.ts';
import { type BankHeader, type BankPoints, readPoints } from './bank.ts';

const MOST_BANKS = 1 << 12;
const LONGEST_HEADER = 1 << 9;
/** BANK, its number, points, records, and a word for how the points are spaced. */
export const BANK_LINE = /^BANK\s+\d+\s+\d+\s+\d+\s+[A-Z]/;

/**
 * Reads GSAS raw data: each bank is a spectrum of its own, and its standard uncertainties, where they are written, another
 * one over the same axis. Angles come in degrees, times of flight in µs.
 * @throws SpectrailError `input/too-large`, `format/no-bank`, `format/bad-bank`, `format/truncated`, `format/bad-data`,
 * `format/unknown-type`.
 */
export async function readGsas(file: ByteSource): Promise<Dataset[]> {
  const text = new TextDecoder('windows-1252').decode(await readWhole(file));
  const { header, banks } = splitBanks(text, file.name);
  const title = (header.find((line) => !line.startsWith('#')) ?? '').trim();
  const datasets = banks.map(({ bank, records }) => {
    const points = readPoints(bank, records, file.name);
    const named = banks.length === 1 ? title : `${title} bank ${bank.bank}`.trim();
    return bankDatasets(bank, points, named, header, file.name);
  });
  return (await Promise.all(datasets)).flat();
}

function splitBanks(text: string, name: string) {
  const lines = new TextLines(text);
  const header: string[] = [];
  const found: { bank: BankHeader; from: number; to: number }[] = [];
  while (lines.next()) {
    const { start, end } = lines;
    const line = text.slice(start, Math.min(end, start + LONGEST_HEADER));
    if (!BANK_LINE.test(line)) {
      if (found.length === 0 && header.length < 100) header.push(line.trimEnd());
      continue;
    }
    const before = found.at(-1);
    if (before) before.to = start;
    if (found.length === MOST_BANKS) throw badBank(name, lines.number, `more than ${MOST_BANKS} banks`);
    found.push({
      bank: parseBank(line, lines.number, name),
      from: Math.min(end + lineEnd(text, end), text.length),
      to: text.length,
    });
  }
  if (found.length === 0) {
    throw formatError({
      code: 'no-bank',
      where: name,
      what: 'the file has no line BANK',
      expected: 'a title, a line such as "BANK 1 5000 5000 CONST 1000.0 2.0 0 0 FXYE", and records',
      fix: 'export the data again',
    });
  }
  return { header, banks: found.map(({ bank, from, to }) => ({ bank, records: text.slice(from, to) })) };
}

/** Letters of the line end at `at`. */
function lineEnd(text: string, at: number): number {
  return text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
}

function parseBank(line: string, number: number, name: string): BankHeader {
  const words = line.trim().split(/\s+/).slice(1);
  const [bank, size] = words.slice(0, 2).map(Number);
  const rest = words.slice(4);
  const coefficients = rest.map(Number).filter(Number.isFinite);
  const type = rest.find((word) => /^[A-Z]/i.test(word))?.toUpperCase() ?? 'STD';
  if (!Number.isSafeInteger(bank)) throw badBank(name, number, `the bank has the number ${words[0].slice(0, 40)}`);
  if (!Number.isSafeInteger(size) || size < 1) throw badBank(name, number, `bank ${bank} has ${size} points`);
  return { bank, size, binning: words[3].toUpperCase(), coefficients, type, line: number };
}

function badBank(name: string, line: number, what: string) {
  return formatError({
    code: 'bad-bank',
    where: `${name}, line ${line}`,
    what,
    expected: 'a line such as "BANK 1 5000 5000 CONST 1000.0 2.0 0 0 FXYE"',
    fix: 'correct the line in a text editor, or export the file again',
  });
}

const isConstant = ({ binning }: BankHeader) => /^CONST?$/.test(binning);
/** Of 2θ; above it the constant steps are those of a time of flight. */
const LARGEST_ANGLE = 18_000;

async function bankDatasets(bank: BankHeader, points: BankPoints, title: string, header: string[], name: string) {
  const { size } = bank;
  const [start, step] = bank.coefficients;
  const last = points.positions?.at(-1) ?? start + step * (size - 1);
  const angles = isConstant(bank) && last <= LARGEST_ANGLE;
  const positions = bankPositions(bank, points, angles ? 100 : 1, name);
  const metadata: PlainTree = { quantity: 'Intensity' };
  const scan = {
    title,
    axisName: angles ? '2θ' : 'Time of flight',
    unit: angles ? '°' : 'µs',
    positions,
    size,
    dtype: 'float64' as const,
    values: knownValues(points.values.slice(0, size)),
    metadata,
    original: { header, bank: bank.bank, binning: bank.binning, type: bank.type, coefficients: [...bank.coefficients] },
    warnings: [],
  };
  const datasets = [await diffractionDataset(scan)];
  if (points.esds) {
    const said = { ...metadata, quantity: 'Standard uncertainty of the intensity' };
    const esds = { ...scan, title: `${title} esd`.trim(), values: knownValues(points.esds), metadata: said };
    datasets.push(await diffractionDataset(esds));
  }
  return datasets;
}

/** GSAS writes angles in hundredths of a degree. */
function bankPositions(bank: BankHeader, { positions }: BankPoints, divisor: number, name: string): ScanPositions {
  if (positions) return { listed: positions.map((position) => position / divisor) };
  const [start, step] = bank.coefficients;
  if (isConstant(bank) && Number.isFinite(start) && Number.isFinite(step) && step !== 0) {
    return { start: start / divisor, step: step / divisor };
  }
  throw badBank(
    name,
    bank.line,
    `the points of bank ${bank.bank} are spaced by ${bank.binning} ${bank.coefficients.join(' ')}`,
  );
}
