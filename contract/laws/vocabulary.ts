import { ELEMENTS } from '../../src/reference/elements.ts';
import type { Dataset, Metadata, Plain } from '../../src/signal/dataset.ts';
import { isKnownUnit } from '../../src/signal/units.ts';
import { conditionsOf, numberOf, type Term, type TermKind, termOf, VOCABULARY } from '../../src/signal/vocabulary.ts';

const isText = (value: Plain) => typeof value === 'string' && value.trim() !== '';
const isSymbol = (value: Plain) => ELEMENTS.some(({ symbol }) => symbol === value);
const isListOf = (of: (value: Plain) => boolean) => (value: Plain) => Array.isArray(value) && value.every(of);

function isDate(value: Plain): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

const KINDS: Readonly<Record<TermKind, (value: Plain) => boolean>> = {
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  text: isText,
  texts: isListOf((value) => typeof value === 'string'),
  element: isSymbol,
  elements: isListOf(isSymbol),
  lines: isListOf((value) => typeof value === 'string' && /^[A-Z][a-z]?_[KLMN][a-z]?[0-9]?$/.test(value)),
  date: isDate,
  time: (value) => typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?$/.test(value),
  zone: (value) => typeof value === 'string' && /^(UTC|[+-][01]\d:[0-5]\d|[A-Z][\w/+-]*)$/.test(value),
  flag: (value) => typeof value === 'boolean',
  noted: () => true,
};

/** Live time is part of the real time, to the last figure of either. */
const ROUNDING = 1e-3;

/** What the metadata of a dataset say that is not in the vocabulary, of another kind than it has there, or impossible. */
export function offences({ metadata }: Pick<Dataset, 'metadata'>): string[] {
  const found = conditionsOf(metadata).flatMap(({ path, value, unit }) => {
    const term = termOf(path);
    return term ? offencesOf(term, path, value, unit) : [`${path}: no word of the vocabulary`];
  });
  const [live, real] = ['live_time', 'real_time'].map((key) => numberOf(metadata, `detector_*.${key}`));
  if (live !== undefined && real !== undefined && live > real * (1 + ROUNDING)) {
    found.push(`live time ${live} above the real time ${real}`);
  }
  return found;
}

function offencesOf(term: Term, path: string, value: Plain, unit?: string): string[] {
  const said = `${path}: ${JSON.stringify(value)}`;
  if (!KINDS[term.kind](value)) return [`${said} is no ${term.kind}`];
  if (term.kind !== 'number') return [];
  const known = numberOf(metadataWith(path, value as number, unit), term.key);
  if (known === undefined) return [`${said} is in "${unit}", which cannot be brought to ${term.unit}`];
  const { min = -Infinity, max = Infinity } = term;
  return known < min || known > max ? [`${said} is not between ${min} and ${max} ${term.unit ?? ''}`.trimEnd()] : [];
}

function metadataWith(path: string, value: number, unit?: string): Metadata {
  const steps = path.split('.');
  const last = steps.pop() as string;
  const leaf: Metadata = { [last]: value, ...(unit ? { [`${last}_units`]: unit } : {}) };
  return steps.reduceRight<Metadata>((tree, step) => ({ [step]: tree }), leaf);
}

/** What is wrong with the table itself. */
export function offencesOfTable(): string[] {
  const terms = VOCABULARY.flatMap((group) => group.terms);
  const keys = terms.map(({ key }) => key);
  const twice = keys.filter((key, i) => keys.indexOf(key) !== i).map((key) => `${key} is there twice`);
  const unitless = terms.filter(({ kind, unit }) => unit !== undefined && kind !== 'number').map(({ key }) => key);
  const named = terms.flatMap(({ key, unit = '' }) => {
    const written = /_(keV|eV|kV|mA|nA|mm|nm|s|K|MHz|mrad)$/.exec(key)?.[1];
    return written && written !== unit ? [`${key} is in "${unit}"`] : [];
  });
  const convertible = terms.filter(({ key, unit }) => key.startsWith('stage.') && unit && !isKnownUnit(unit));
  return [...twice, ...unitless, ...named, ...convertible.map(({ key }) => key)];
}

/** The vocabulary as it stands in docs/metadata.md. */
export function tableOfVocabulary(): string {
  const cell = ({ key, kind, unit, meaning, min, max }: Term) => {
    const between = min !== undefined && max !== undefined ? `, ${plain(min)} to ${plain(max)}` : '';
    const what = kind === 'number' ? `${unit ?? 'number'}${between}` : KIND_WORDS[kind];
    return `| \`${key}\` | ${what} | ${meaning} |`;
  };
  return VOCABULARY.map(
    ({ title, terms }) =>
      `### ${title}\n\n| key | unit, or what it is | meaning |\n| --- | --- | --- |\n${terms.map(cell).join('\n')}\n`,
  ).join('\n');
}

const plain = (value: number) => (value < 0 ? `−${-value}` : String(Number(value.toPrecision(3))));

const KIND_WORDS: Readonly<Record<Exclude<TermKind, 'number'>, string>> = {
  text: 'text',
  texts: 'list of texts',
  element: 'symbol of an element',
  elements: 'list of symbols',
  lines: 'list of lines, `Fe_Ka`',
  date: '`YYYY-MM-DD`',
  time: '`hh:mm:ss`',
  zone: '`UTC` or `+02:00`',
  flag: 'yes or no',
  noted: 'as the program noted it',
};
