import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { Dataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError, inputError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { NumberList } from '../number-list.ts';
import { TextLines } from '../text-lines.ts';

const MOST_BYTES = 2 ** 26;
/** Detectors of a spectrum; the largest arrays have some hundred. */
const MOST_ELEMENTS = 2048;
const MOST_KEYWORDS = 100_000;
/** Numbers of all elements stand in one line. */
const LONGEST_VALUE = 2 ** 16;

interface Contents {
  /** Values by keyword; of a repeated one the last. */
  readonly keywords: ReadonlyMap<string, string>;
  readonly environment: readonly string[];
  readonly numbers: Float64Array;
  /** Values of the keywords that list a number for each element. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/**
 * One spectrum for each element of the detector, on the energy axis of its own calibration, in keV; channels count from 0.
 * @throws SpectrailError `format/not-gsecars`, `format/bad-keyword`, `format/bad-data`, `format/truncated`,
 * `format/too-many-keywords`, `input/too-large`.
 */
export async function readGsecars(file: ByteSource): Promise<Dataset[]> {
  const { name } = file;
  if (file.size > MOST_BYTES) {
    throw inputError({
      code: 'too-large',
      where: name,
      what: `${file.size} bytes are too many for spectra as text`,
      expected: `at most ${MOST_BYTES} bytes`,
    });
  }
  const text = new TextDecoder('windows-1252').decode(await file.read(0, file.size));
  const lines = new TextLines(text);
  const header = readHeader(lines, name);
  const elements = countOf(header.keywords, 'ELEMENTS', MOST_ELEMENTS, name) ?? 1;
  const lists = new Map(LISTED.map((keyword) => [keyword, header.keywords.get(keyword)?.split(/\s+/) ?? []]));
  const contents = { ...header, numbers: readRows(lines, elements, name), lists };
  const size = contents.numbers.length / elements;
  const channels = countOf(header.keywords, 'CHANNELS', MOST_BYTES, name);
  if (size === 0 || size < (channels ?? 0)) {
    throw formatError({
      code: 'truncated',
      where: name,
      what: `the file has ${size} channels after DATA:`,
      expected: `${channels ?? 'at least one'}`,
      fix: 'copy the file again',
    });
  }
  const warnings = channels !== undefined && size > channels ? [`CHANNELS says ${channels}, the file has ${size}`] : [];
  const about = { original: originalOf(header), warnings };
  return Array.from({ length: elements }, (_, element) => datasetOf(contents, element, elements, size, about));
}

function readHeader(lines: TextLines, name: string): Pick<Contents, 'keywords' | 'environment'> {
  const keywords = new Map<string, string>();
  const environment: string[] = [];
  while (lines.next()) {
    const colon = lines.text.indexOf(':', lines.start);
    if (colon < 0 || colon >= lines.end || colon - lines.start > 100) {
      if (lines.isBlank) continue;
      break;
    }
    const keyword = lines.text.slice(lines.start, colon).trim();
    const value = lines.text.slice(colon + 1, Math.min(lines.end, colon + LONGEST_VALUE)).trim();
    if (keyword === 'DATA') {
      if (!keywords.has('VERSION') && !keywords.has('ELEMENTS')) break;
      return { keywords, environment };
    }
    if (keyword === 'ENVIRONMENT') environment.push(value);
    else keywords.set(keyword, value);
    if (keywords.size + environment.length > MOST_KEYWORDS) {
      throw formatError({
        code: 'too-many-keywords',
        where: `${name}, line ${lines.number}`,
        what: `the header has more than ${MOST_KEYWORDS} lines`,
        expected: 'DATA: and a row for each channel',
      });
    }
  }
  throw formatError({
    code: 'not-gsecars',
    where: `${name}, line ${lines.number}`,
    what: keywords.size === 0 ? 'the file has no header' : 'the header has no line DATA:',
    expected: 'VERSION:, ELEMENTS: and other keywords, then DATA:',
    fix: keywords.size === 0 ? 'open it as columns of text' : 'copy the file again: it was cut short',
  });
}

function readRows(lines: TextLines, elements: number, name: string): Float64Array {
  const numbers = new NumberList();
  while (lines.next()) {
    if (lines.isBlank) continue;
    const before = numbers.length;
    for (const [token] of lines.line.matchAll(/[^\s,]+/g)) {
      const value = token.length < 60 && /^[+-]?(?:\d|\.\d)/.test(token) ? Number(token) : Number.NaN;
      if (!Number.isFinite(value)) throw badRow(name, lines.number, `"${token.slice(0, 20)}" is no number`, elements);
      numbers.push(value);
    }
    const found = numbers.length - before;
    if (found !== elements) throw badRow(name, lines.number, `the row has ${found} numbers`, elements);
  }
  return numbers.toArray();
}

function badRow(name: string, line: number, what: string, elements: number) {
  return formatError({
    code: 'bad-data',
    where: `${name}, line ${line}`,
    what,
    expected: `the counts of ${elements} elements`,
    fix: 'correct the line in a text editor, or copy the file again',
  });
}

function countOf(keywords: Contents['keywords'], keyword: string, most: number, name: string): number | undefined {
  const text = keywords.get(keyword);
  if (text === undefined) return undefined;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw formatError({
    code: 'bad-keyword',
    where: name,
    what: `${keyword}: is "${text.slice(0, 40)}"`,
    expected: `a whole number of 1 to ${most}`,
    fix: `correct ${keyword}: in a text editor`,
  });
}

/** Keywords that have a number for each element. */
const LISTED = ['CAL_OFFSET', 'CAL_SLOPE', 'CAL_QUAD', 'REAL_TIME', 'LIVE_TIME', 'TWO_THETA'];

/** The number of one element in a list; undefined when it is not there. */
function listed({ lists }: Contents, keyword: string, element: number): number | undefined {
  const token = lists.get(keyword)?.[element];
  const value = token ? Number(token) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function datasetOf(
  contents: Contents,
  element: number,
  elements: number,
  size: number,
  { original, warnings: known }: { original: PlainTree; warnings: readonly string[] },
): Dataset {
  const warnings = [...known];
  const axis = energyAxis(contents, element, size, warnings);
  const counts = Float64Array.from({ length: size }, (_, i) => contents.numbers[i * elements + element]);
  const whole = counts.every((count) => count >= 0 && count <= 0xffffffff && Number.isInteger(count));
  return {
    kind: 'array',
    title: elements > 1 ? `Element ${element + 1}` : '',
    shape: [size],
    dtype: whole ? 'uint32' : 'float64',
    axes: [axis],
    values: { kind: 'dense', load: async () => (whole ? Uint32Array.from(counts) : counts.slice()) },
    metadata: metadataOf(contents, element),
    original,
    warnings,
  };
}

function energyAxis(contents: Contents, element: number, size: number, warnings: string[]): Axis {
  const [offset, slope, square] = ['CAL_OFFSET', 'CAL_SLOPE', 'CAL_QUAD'].map(
    (key) => listed(contents, key, element) ?? 0,
  );
  const channels = uniformAxis({ name: 'Channel', role: 'spectral', size });
  if (slope === 0) {
    warnings.push('the file has no energy calibration: channels are counted');
    return channels;
  }
  const about = { name: 'Energy', unit: 'keV', role: 'spectral' as const };
  if (square === 0) return uniformAxis({ ...about, size, scale: slope, offset });
  const positions = Float64Array.from({ length: size }, (_, i) => offset + i * (slope + i * square));
  if (
    positions.every(
      (x, i) => Number.isFinite(x) && (i === 0 || (slope < 0 ? x < positions[i - 1] : x > positions[i - 1])),
    )
  ) {
    return explicitAxis({ ...about, positions });
  }
  warnings.push('the energy calibration goes back and forth over the channels: they are counted instead');
  return channels;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function metadataOf(contents: Contents, element: number): Metadata {
  const metadata: Metadata = Object.create(null);
  const detector: PlainTree = {};
  for (const [keyword, key] of [
    ['REAL_TIME', 'real_time'],
    ['LIVE_TIME', 'live_time'],
    ['TWO_THETA', 'two_theta'],
  ]) {
    const value = listed(contents, keyword, element);
    if (value !== undefined && value > 0) detector[key] = value;
  }
  if (Object.keys(detector).length > 0) metadata['detector_MCA'] = detector;
  // "Jan 30, 2013 15:25:17.766"
  const date = /^([A-Z][a-z]{2}) +(\d{1,2}), (\d{4}) (\d{2}:\d{2}:\d{2})/.exec(contents.keywords.get('DATE') ?? '');
  const month = MONTHS.indexOf(date?.[1] ?? '') + 1;
  if (date && month > 0) {
    metadata['date'] = `${date[3]}-${String(month).padStart(2, '0')}-${date[2].padStart(2, '0')}`;
    metadata['time'] = date[4];
  }
  return metadata;
}

/** The header as it is; one tree for all elements. */
function originalOf({ keywords, environment }: Pick<Contents, 'keywords' | 'environment'>): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [keyword, value] of keywords) tree[keyword] = value;
  if (environment.length > 0) tree['ENVIRONMENT'] = [...environment];
  return tree;
}
