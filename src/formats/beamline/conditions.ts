import type { Metadata } from '../../signal/dataset.ts';

/** Si 111 is 3.13 Å; anything far from a crystal's is a placeholder (0) or in another unit. */
const [SMALLEST_SPACING, LARGEST_SPACING] = [0.3, 100];

/** What an X-ray absorption file may say of the edge and the beamline, as text; empty or senseless entries are left out. */
export interface BeamlineWords {
  readonly element?: string;
  readonly edge?: string;
  /** Of the monochromator crystal, in Å. */
  readonly spacing?: string;
  readonly mono?: string;
  readonly facility?: string;
  readonly beamline?: string;
  readonly sample?: string;
  /** When the scan began. */
  readonly start?: string;
}

/**
 * In the common vocabulary: `element`, `edge`, `mono`, `mono_d_spacing_angstrom`, `facility`, `beamline`, `sample`, `date`, `time`.
 */
export function beamlineMetadata(words: BeamlineWords): Metadata {
  const metadata: Metadata = Object.create(null);
  const element = /^[A-Za-z]{1,2}$/.exec(words.element?.trim() ?? '')?.[0];
  if (element) metadata['element'] = element[0].toUpperCase() + element.slice(1).toLowerCase();
  const edge = /^(?:K|L[123]?|M[1-5]?|N[1-7]?|O[1-7]?)$/i.exec(words.edge?.trim() ?? '')?.[0];
  if (edge) metadata['edge'] = edge.toUpperCase();
  const spacing = /^\s*(\d{0,3}(?:\.\d{0,12})?)(?:\s|$)/.exec(words.spacing ?? '')?.[1];
  if (spacing && Number(spacing) > SMALLEST_SPACING && Number(spacing) < LARGEST_SPACING) {
    metadata['mono_d_spacing_angstrom'] = Number(spacing);
  }
  for (const key of ['mono', 'facility', 'beamline', 'sample'] as const) {
    const text = words[key]?.trim();
    if (text) metadata[key] = text;
  }
  return Object.assign(metadata, momentOf(words.start ?? ''));
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LONGEST_MOMENT = 80;

/**
 * `2001-06-26T22:27:31` and `Wed Feb 24 14:49:05 2021` as `date` and `time`, in the zone of the file. Dates that are written
 * with the day or the month first, or with two figures for the year, are not guessed at: the answer is empty.
 */
export function momentOf(text: string): { date?: string; time?: string } {
  const words = text.slice(0, LONGEST_MOMENT);
  const iso = /(?<!\d)(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d:\d\d(?::\d\d)?))?/.exec(words);
  if (iso) return moment(iso[1], Number(iso[2]), Number(iso[3]), iso[4]);
  const spelled = /\b([A-Za-z]{3}) +(\d{1,2}) +(\d\d:\d\d:\d\d) +(\d{4})\b/.exec(words);
  if (spelled) return moment(spelled[4], MONTHS.indexOf(spelled[1].toLowerCase()) + 1, Number(spelled[2]), spelled[3]);
  return {};
}

function moment(year: string, month: number, day: number, clock?: string): { date?: string; time?: string } {
  if (month < 1 || month > 12 || day < 1 || day > 31) return {};
  const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  const [hour, minute, second = '00'] = clock?.split(':') ?? [];
  if (!clock || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return { date };
  return { date, time: `${hour}:${minute}:${second}` };
}
