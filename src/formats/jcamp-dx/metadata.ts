import type { Metadata, Plain } from '../../signal/dataset.ts';
import type { Block } from './block.ts';
import { numberOf, type Variable } from './variables.ts';

/** Beginnings of `##DATA TYPE=` and the signal type they mean; the first is the one written. */
export const SIGNAL_TYPES: readonly (readonly [string, string])[] = [
  ['RAMAN SPECTRUM', 'Raman'],
  ['INFRARED SPECTRUM', 'IR'],
  ['NMR SPECTRUM', 'NMR'],
  ['MASS SPECTRUM', 'MS'],
  ['UV/VIS SPECTRUM', 'UV-VIS'],
];

const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^RAMAN/, 'Raman'],
  [/^INFRARED/, 'IR'],
  [/^NMR ?SPECTRUM/, 'NMR'],
  [/^MASS/, 'MS'],
  [/^UV/, 'UV-VIS'],
];

/** Label of the writer for what JCAMP-DX has no label for, as JSON. */
export const OWN_LABEL = 'SPECTRAIL METADATA';

/** Conditions in the common vocabulary. What is not said, or makes no sense, is left out. */
export function metadataOf(block: Block, ordinate: Variable, page: string | undefined): Metadata {
  const metadata: Metadata = Object.create(null);
  const type = block.value('DATATYPE')?.toUpperCase() ?? '';
  const known = BEGINNINGS.find(([beginning]) => beginning.test(type));
  if (known) metadata['signal_type'] = known[1];
  const quantity = block.ntuples || page !== undefined ? quantityOf(ordinate) : (block.value('YUNITS') ?? '');
  if (quantity) metadata['quantity'] = quantity;
  const [date, time] = momentOf(block);
  if (date) metadata['date'] = date;
  if (time) metadata['time'] = time;
  const frequency = numberOf(block.value('.OBSERVEFREQUENCY'));
  if (frequency !== undefined) metadata['observe_frequency_MHz'] = frequency;
  Object.assign(metadata, ownTree(block.value(`$${OWN_LABEL.replace(' ', '')}`)));
  return metadata;
}

function quantityOf({ name, unit }: Variable): string {
  return unit ? `${name} (${unit})` : name;
}

/** `##LONG DATE= 2004/03/15 15:29:12.000`, `##DATE= 04/03/15` (year first) with `##TIME= 15:29:12`. */
function momentOf(block: Block): [string | undefined, string | undefined] {
  const long = /^(\d{4})[/-](\d{2})[/-](\d{2})(?:[ T]+(\d{2}):(\d{2}):(\d{2}))?/.exec(block.value('LONGDATE') ?? '');
  if (long) return [isDate(long[2], long[3]) ? `${long[1]}-${long[2]}-${long[3]}` : undefined, timeOf(long.slice(4))];
  const short = /^(\d{4}|\d{2})[/-](\d{2})[/-](\d{2})\s*$/.exec(block.value('DATE') ?? '');
  const time = timeOf(/^(\d{2}):(\d{2}):(\d{2})\s*$/.exec(block.value('TIME') ?? '')?.slice(1) ?? []);
  if (!short || !isDate(short[2], short[3])) return [undefined, time];
  // Two digits are a year of the century around the first edition.
  const year = short[1].length === 4 ? short[1] : `${Number(short[1]) < 70 ? '20' : '19'}${short[1]}`;
  return [`${year}-${short[2]}-${short[3]}`, time];
}

const isDate = (month: string, day: string) =>
  Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;

function timeOf([hour, minute, second]: readonly (string | undefined)[]): string | undefined {
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return `${hour}:${minute}:${second}`;
}

function ownTree(text: string | undefined): { [key: string]: Plain } | undefined {
  if (!text) return undefined;
  try {
    const tree: unknown = JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value));
    return typeof tree === 'object' && tree !== null && !Array.isArray(tree)
      ? (tree as { [key: string]: Plain })
      : undefined;
  } catch {
    // Edited by hand or cut: the spectrum stands without it.
    return undefined;
  }
}
