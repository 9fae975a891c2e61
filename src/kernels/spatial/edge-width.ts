/**
 * Distance from 10 to 90 % of a profile that rises from 0 to 1 across its middle, in steps of the profile; straight lines
 * between its points. A step that is sharp between two points is 0.8 wide. NaN where it does not get from one to the other.
 */
export function edgeWidth(profile: Float64Array): number {
  const middle = Math.floor(profile.length / 2);
  let low = middle;
  while (low >= 0 && !(profile[low] <= 0.1)) low--;
  let high = Math.max(0, middle - 1);
  while (high < profile.length && !(profile[high] >= 0.9)) high++;
  if (low < 0 || high >= profile.length || high === 0) return Number.NaN;
  const rise = (from: number) => profile[from + 1] - profile[from];
  const ten = low + (rise(low) > 0 ? (0.1 - profile[low]) / rise(low) : 0);
  const ninety = high - 1 + (rise(high - 1) > 0 ? (0.9 - profile[high - 1]) / rise(high - 1) : 1);
  return ninety - ten;
}
