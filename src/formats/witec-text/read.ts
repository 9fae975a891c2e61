import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { TextLines } from '../text-lines.ts';
import { decodeText } from '../whole-text.ts';

const LARGEST = 2 ** 28;
const MOST_KEYS = 1000;
const LONGEST_NAMES = 2 ** 20;

interface Header {
  readonly entries: ReadonlyMap<string, string>;
  /** Columns that are named; the first is the axis. */
  readonly columns: number;
  /** Names and units of the first two. */
  readonly names: readonly string[];
  readonly units: readonly string[];
}

/**
 * The spectra of a WITec export on their common axis: one, several in a row, or a map of SizeY × SizeX.
 * @throws SpectrailError `format/bad-witec`
 */
export async function readWitec(file: ByteSource): Promise<ArrayDataset[]> {
  const bad = (line: number, what: string, expected: string) =>
    formatError({
      code: 'bad-witec',
      where: `${file.name}, line ${line}`,
      what,
      expected,
      fix: 'export it from WITec Project again',
    });
  if (file.size > LARGEST) throw bad(1, `the file has ${file.size} bytes`, `at most ${LARGEST}`);
  const lines = new TextLines(decodeText(await file.read(0, file.size)));
  const header = readHeader(lines);
  const { columns, entries, names, units } = header;
  if (columns < 2) throw bad(lines.number, 'there is no table of spectra', 'a section [Data] with names');
  const first = { number: lines.number, next: lineAfter(lines) };
  let rows = 0;
  for (const again = linesFrom(lines, first.next); again.next(); ) if (!again.isBlank) rows++;
  // Each number has a letter and a delimiter.
  if (!(rows >= 1 && rows * columns * 2 <= lines.text.length - first.next + 1)) {
    throw bad(first.number, `${rows} rows of ${columns} columns`, 'as many numbers in each row as there are names');
  }
  const positions = new Float64Array(rows);
  const values = new Float64Array(rows * (columns - 1));
  let row = 0;
  for (const again = linesFrom(lines, first.next); again.next(); ) {
    if (again.isBlank) continue;
    const cells = again.line.split(/[,;\t]/, columns + 1);
    const numbers = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    if (numbers.length !== columns || numbers.some(Number.isNaN) || !Number.isFinite(numbers[0])) {
      throw bad(
        first.number + again.number,
        `"${again.line.slice(0, 60)}" is no row of the table`,
        `${columns} numbers`,
      );
    }
    positions[row] = numbers[0];
    for (let c = 1; c < columns; c++) values[(c - 1) * rows + row] = numbers[c];
    row++;
  }
  const unit = units[0] ?? entries.get('XAxisUnit') ?? '';
  const axes = [
    ...navigation(entries, columns - 1),
    explicitAxis({ ...spectralKind(names[0], unit), role: 'spectral', positions }),
  ];
  return [
    {
      kind: 'array',
      title: entries.get('GraphName') ?? names[1],
      shape: axes.map(({ size }) => size),
      dtype: 'float64',
      axes,
      values: { kind: 'dense', load: async () => values.slice() },
      metadata: metadataOf(entries, units[1]),
      original: Object.fromEntries(entries),
      warnings: [],
    },
  ];
}

/** Letter where the next line begins. */
function lineAfter({ text, end }: TextLines): number {
  return end + (text.startsWith('\r\n', end) ? 2 : 1);
}

const linesFrom = (lines: TextLines, start: number) => new TextLines(lines.text.slice(start));

/** Leaves the lines at that of the units, the last before the numbers. */
function readHeader(lines: TextLines): Header {
  const entries = new Map<string, string>();
  while (lines.next()) {
    const line = lines.line.slice(0, LONGEST_NAMES).trim();
    if (line === '[Data]') {
      const named = lines.next() ? lines.line : undefined;
      const units = lines.next() ? firstCells(lines.line) : [];
      if (named === undefined) return { entries, columns: 0, names: [], units };
      return { entries, columns: cellCount(named), names: firstCells(named), units };
    }
    const equals = line.indexOf('=');
    if (equals > 0 && entries.size < MOST_KEYS)
      entries.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return { entries, columns: 0, names: [], units: [] };
}

const firstCells = (line: string) => line.split(/[,;\t]/, 2).map((cell) => cell.trim());

/** Without a list of them: of a line of nothing but delimiters it would have many times the size. */
function cellCount(line: string): number {
  let cells = 1;
  for (let i = 0; i < line.length; i++) if (',;\t'.includes(line[i])) cells++;
  return cells;
}

/** The unit tells what the axis is; its own name is mostly "X-Axis". */
function spectralKind(name: string, unit: string): { name: string; unit: string } {
  if (unit === 'nm' || unit === 'µm') return { name: 'Wavelength', unit };
  if (/^rel\.? ?1\/cm$/i.test(unit)) return { name: 'Raman Shift', unit: '1/cm' };
  if (unit === '1/cm') return { name: 'Wavenumber', unit };
  if (/^m?eV$/.test(unit)) return { name: 'Energy', unit };
  return { name, unit };
}

function navigation(entries: ReadonlyMap<string, string>, spectra: number): Axis[] {
  if (spectra === 1) return [];
  const role = 'navigation' as const;
  const [width, height] = ['SizeX', 'SizeY'].map((key) => Number(entries.get(key)));
  if (!(width * height === spectra && Number.isInteger(width) && Number.isInteger(height) && width > 0)) {
    return [uniformAxis({ name: 'Spectrum', role, size: spectra })];
  }
  const unit = entries.get('ScanUnit') ?? '';
  const axis = (name: string, size: number, extent: string, origin: string) => {
    const length = Number(entries.get(extent));
    const offset = Number(entries.get(origin));
    const known = length > 0 && Number.isFinite(length);
    const scale = known ? length / size : 1;
    return uniformAxis({
      name,
      unit: known ? unit : '',
      role,
      size,
      scale,
      offset: Number.isFinite(offset) ? offset : 0,
    });
  };
  const axes = [axis('Y', height, 'ScanHeight', 'ScanOriginY'), axis('X', width, 'ScanWidth', 'ScanOriginX')].filter(
    ({ size }) => size > 1,
  );
  return axes;
}

/** Laser (nm) where the export has it, and where on the stage (there in µm, here in mm) the spectrum was taken. */
function metadataOf(entries: ReadonlyMap<string, string>, unit = ''): Metadata {
  const metadata: Metadata = {};
  const laser = Number(entries.get('ExcitationWavelength'));
  if (laser > 0 && Number.isFinite(laser)) metadata.instrument_Laser = { wavelength: laser };
  const places = ['X', 'Y', 'Z'].flatMap((axis) => {
    const place = Number(entries.get(`Position${axis}`) ?? Number.NaN);
    return Number.isFinite(place) ? [[axis.toLowerCase(), place / 1000]] : [];
  });
  if (entries.get('PositionUnit') === 'µm' && places.length > 0) metadata.stage = Object.fromEntries(places);
  const quantity = unit || entries.get('DataUnit');
  if (quantity) metadata.quantity = `Intensity (${quantity})`;
  return metadata;
}
