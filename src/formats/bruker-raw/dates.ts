const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Two digits of a year before this mean this century: Siemens wrote no such files earlier. */
const CENTURY = 70;

/**
 * `03/04/10` (month, day, year) and `04-Mar-2010` as `2010-03-04`; undefined for anything else. That the month comes first
 * is told by files that were exported as UXD, too, where it has a name.
 */
export function diffracDate(text: string): string | undefined {
  const numeric = /^(\d\d)\/(\d\d)\/(\d\d|\d{4})$/.exec(text.trim());
  const named = /^(\d{1,2})[-\s]([a-z]{3})[-\s](\d\d|\d{4})\b/i.exec(text.trim());
  const month = numeric ? Number(numeric[1]) : MONTHS.indexOf((named?.[2] ?? '').toLowerCase()) + 1;
  const day = Number(numeric?.[2] ?? named?.[1]);
  const year = Number(numeric?.[3] ?? named?.[3]);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return undefined;
  const whole = year >= 100 ? year : year + (year < CENTURY ? 2000 : 1900);
  return `${whole}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** `20:59:14`, or such a time at the end of a date, as it is; undefined for anything else. */
export function diffracTime(text: string): string | undefined {
  const match = /(?:^|\s)([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text.trim().slice(-40));
  return match ? `${match[1]}:${match[2]}:${match[3] ?? '00'}` : undefined;
}

/** Both where they are said. */
export function measuredAt(date: string, time: string): { date?: string; time?: string } {
  const [day, clock] = [diffracDate(date), diffracTime(time)];
  return { ...(day && { date: day }), ...(clock && { time: clock }) };
}
