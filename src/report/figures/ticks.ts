import { portableLog10, portablePow } from '../../kernels/index.ts';
import { decimalsFor, formatFixed, formatNumber, powerOfTen } from '../numbers.ts';

/** The largest of 1, 2, 5 × 10ⁿ that is at most `limit`. */
export function roundDown(limit: number): number {
  const power = portablePow(10, Math.floor(portableLog10(limit)));
  return [5, 2, 1].map((m) => m * power).find((candidate) => candidate <= limit * (1 + 1e-9)) ?? power;
}

/** Round values from `low` to `high`, about `count` of them. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low && Number.isFinite(high - low))) return [low];
  const rough = (high - low) / count;
  const power = portablePow(10, Math.floor(portableLog10(rough)));
  const step = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= rough * (1 - 1e-9)) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Ticks of a log scale: powers of ten where there are two or more, else 1, 2, 5 × 10ⁿ; about `count` at most. */
export function logTicks(low: number, high: number, count: number): number[] {
  if (!(low > 0)) return niceTicks(low, high, count);
  const first = Math.ceil(portableLog10(low) - 1e-9);
  const last = Math.floor(portableLog10(high) + 1e-9);
  if (last > first) {
    const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(count, 1)));
    const powers: number[] = [];
    for (let power = Math.ceil(first / every) * every; power <= last; power += every) {
      powers.push(portablePow(10, power));
    }
    if (powers.length > 1) return powers;
  }
  const fine: number[] = [];
  for (let power = first - 1; power <= last; power++) {
    for (const m of [1, 2, 5]) {
      const tick = m * portablePow(10, power);
      if (tick >= low && tick <= high) fine.push(tick);
    }
  }
  return fine.length > 1
    ? fine.map((tick) => Number(tick.toPrecision(3)))
    : niceTicks(low, high, 3).filter((tick) => tick > 0);
}

/** How an axis writes its numbers: short, a common power of ten taken out where they are very large or small. */
export interface TickStyle {
  readonly format: (value: number) => string;
  /** " (×10⁻³)" for the label of the axis; '' where nothing was taken out. */
  readonly factor: string;
}

/** For ticks on a linear or root scale; decimals tell the two closest apart. */
export function tickStyle(ticks: readonly number[]): TickStyle {
  const largest = Math.max(0, ...ticks.map(Math.abs));
  const exponent = largest > 0 ? Math.floor(portableLog10(largest) + 1e-9) : 0;
  const taken = exponent >= 4 || exponent < -2 ? exponent : 0;
  const unit = portablePow(10, taken);
  const sorted = [...ticks].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((tick, i) => (tick - sorted[i]) / unit);
  const even = Math.max(...gaps) <= Math.min(...gaps) * 1.01;
  const decimals = Math.min(decimalsFor(gaps.length ? Math.min(...gaps) : largest / unit), 3);
  const text = (value: number) => (even ? formatFixed(value, decimals) : formatNumber(value));
  return {
    format: (value) => (value === 0 ? '0' : text(value / unit)),
    factor: taken === 0 ? '' : ` (×${powerOfTen(taken)})`,
  };
}
