/** A time such as "3:32:41 PM" or "20:54:33" as "15:32:41"; undefined when it is none. */
export function isoTime(text: string): string | undefined {
  const match = /^\s*(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?[\s\u202f]*([AaPp]\.?[Mm]\.?)?/.exec(text);
  if (!match) return undefined;
  const half = match[4]?.[0].toUpperCase();
  let hour = Number(match[1]);
  if (half === 'P' && hour < 12) hour += 12;
  if (half === 'A' && hour === 12) hour = 0;
  const [minute, second] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  return [hour, minute, second].map(twoDigits).join(':');
}

export interface IsoDate {
  readonly date: string;
  /** Day and month could be the other way round. */
  readonly ambiguous: boolean;
}

/**
 * A date written in the unknown locale of the acquisition computer, as YYYY-MM-DD. A number above 12 must be the day;
 * dots mean day first; a time with AM or PM beside it means month first; otherwise month first is assumed and said to be
 * ambiguous. Undefined when it is no date.
 */
export function isoDate(text: string, time = ''): IsoDate | undefined {
  const yearFirst = /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})/.exec(text);
  if (yearFirst) return assemble(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]), false);
  const match = /^\s*(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}|\d{2})(?!\d)/.exec(text);
  if (!match) return undefined;
  const [first, second] = [Number(match[1]), Number(match[3])];
  const short = Number(match[4]);
  const year = match[4].length === 4 ? short : short + (short < 70 ? 2000 : 1900);
  const known = first > 12 || second > 12 || first === second || match[2] === '.' || /[ap]\.?m/i.test(time);
  const dayFirst = first > 12 || (match[2] === '.' && second <= 12);
  return dayFirst ? assemble(year, second, first, !known) : assemble(year, first, second, !known);
}

function assemble(year: number, month: number, day: number, ambiguous: boolean): IsoDate | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  return { date: `${year}-${twoDigits(month)}-${twoDigits(day)}`, ambiguous };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
