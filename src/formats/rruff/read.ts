import type { Dataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { evenStep } from '../../signal/even-positions.ts';
import { diffractionDataset, knownValues } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { NumberList } from '../number-list.ts';
import { plainNumber } from '../plain-number.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';
import { metadataOf, techniqueOf, UNKNOWN } from './metadata.ts';

const MOST_LABELS = 1000;
const LONGEST_LABEL = 64;
const LONGEST_TEXT = 4096;
const LONGEST_ROW = 400;

/**
 * One spectrum or pattern; a table where its positions do not go one way.
 * @throws SpectrailError `format/bad-rruff`, `input/too-large`
 */
export async function readRruff(file: ByteSource): Promise<Dataset[]> {
  const lines = new TextLines(await readWholeText(file));
  const bad = (what: string, expected: string) =>
    formatError({
      code: 'bad-rruff',
      where: `${file.name}, line ${lines.number}`,
      what,
      expected,
      fix: 'take the file from the database again',
    });
  const labels = new Map<string, string>();
  const positions = new NumberList();
  const values = new NumberList();
  while (lines.next()) {
    if (lines.isBlank) continue;
    const line = lines.text.slice(lines.start, Math.min(lines.end, lines.start + LONGEST_TEXT)).trim();
    if (line.startsWith('##')) {
      // Some write the end of the header so, others that of the file.
      if (/^##\s*END\b/i.test(line) && positions.length > 0) break;
      keepLabel(line, labels);
      continue;
    }
    const words = lines.end - lines.start > LONGEST_ROW ? [] : line.split(/[\s,;]+/).filter((word) => word !== '');
    const [position, value] = words.map(plainNumber);
    if (words.length !== 2 || position === undefined || value === undefined) {
      throw bad(`"${line.slice(0, 40)}" is no row`, 'a position and a value, or a label after ##');
    }
    positions.push(position);
    values.push(value);
  }
  if (positions.length === 0) throw bad('there are no rows', 'rows of a position and a value');
  if (!labels.has('NAMES') && !labels.has('RRUFFID')) throw bad('there is no header', '##NAMES= or ##RRUFFID=');
  return [await dataset(file.name, labels, positions.toArray(), values.toArray())];
}

function keepLabel(line: string, labels: Map<string, string>): void {
  const equals = line.indexOf('=');
  if (equals < 0 || equals > LONGEST_LABEL || labels.size >= MOST_LABELS) return;
  const label = line.slice(2, equals).trim().toUpperCase().replace(/\s+/g, ' ');
  if (!labels.has(label)) labels.set(label, line.slice(equals + 1).trim());
}

async function dataset(
  fileName: string,
  labels: ReadonlyMap<string, string>,
  listed: Float64Array,
  values: Float64Array,
): Promise<Dataset> {
  const technique = techniqueOf(labels, fileName);
  const { axisName, unit } = technique;
  const step = evenStep(listed);
  const original: PlainTree = Object.create(null);
  for (const [label, text] of labels) original[label] = text;
  return diffractionDataset({
    title: labels.get('NAMES') || labels.get('RRUFFID') || fileName,
    axisName,
    unit,
    positions: step ? { start: listed[0], step } : { listed },
    size: listed.length,
    dtype: 'float64',
    values: knownValues(values),
    metadata: metadataOf(labels, technique),
    original,
    warnings: technique === UNKNOWN ? ['neither header nor name of the file say what was measured'] : [],
  });
}
