const DAY_MS = 86_400_000;
/** Day 0. */
const EPOCH = Date.UTC(1899, 11, 30);

/** Days since 30 December 1899, as Windows programs count them, as date and time to the ms; undefined where it is none. */
export function oleDate(days: number): { date: string; time: string } | undefined {
  if (!(days > 0 && days < 1e6)) return undefined;
  const [date, time] = new Date(EPOCH + Math.round(days * DAY_MS)).toISOString().split('T');
  return { date, time: time.replace('Z', '') };
}
