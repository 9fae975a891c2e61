import type { Metadata } from '../signal/dataset.ts';

/** `YYYY-MM-DD`; undefined for a day that is in no calendar. */
export function calendarDay(year: string, month: string, day: string): string | undefined {
  const iso = `${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}

/**
 * A day as the language of the machine writes it: `2018-08-29`, `29.08.2018`, `29/08/2018`, `08-29-2018`. Undefined where day
 * and month could be either: only between points the day is known to come first.
 */
export function localDay(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})[-/.](\d\d)[-/.](\d\d)$/.exec(text) ?? [];
  if (year !== undefined) return calendarDay(year, month, day);
  const [, first, mark, second, last] = /^(\d\d)([-/.])(\d\d)\2(\d{4})$/.exec(text) ?? [];
  if (last === undefined) return undefined;
  if (mark === '.' || Number(first) > 12) return calendarDay(last, second, first);
  return Number(second) > 12 || first === second ? calendarDay(last, first, second) : undefined;
}

/** `06/29/2018 11:28:55.083`, the invariant culture of .NET: month first, whatever the language of the machine. */
export function invariantMoment(text: string): Metadata {
  const [, month, day, year, time] =
    /^(\d\d)\/(\d\d)\/(\d{4}) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d{1,9})?$/.exec(text) ?? [];
  const date = time === undefined ? undefined : calendarDay(year, month, day);
  return date === undefined ? {} : { date, time };
}
