import { type Axis, type AxisRole, axisValue, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { numberOf, OWN, textOf } from './names.ts';
import type { Plot, PlotAxis } from './plot.ts';

/** Of one step: positions that differ from even ones by no more are even. */
const EVEN = 1e-6;

const SPECTRAL_NAME = /energy|wave_?length|wave_?number|raman|two_?theta|2theta|binding|kinetic|mass|frequency|^mz$/i;
const SPECTRAL_UNIT = /^(?:[mkM]?eV|1\/cm|cm-1|cm\^-1)$/;

/** Axes of the signal in terms of the dimensions stored, navigation first. */
export interface NexusAxes {
  readonly order: readonly number[];
  readonly axes: readonly Axis[];
}

/**
 * `interpretation` says how many of the last dimensions are the signal. Without it the dimension of an energy, wavelength …
 * is; else the only one, both of two, the last of more.
 */
export function nexusAxes({ axes, group, attributes, signals }: Plot, warnings: string[]): NexusAxes {
  const all = axes.map((_, d) => d);
  const own = axes.map((axis) => (axis ? textOf(axis.attributes, OWN.role) : ''));
  const interpretation = textOf(group.attributes, 'interpretation') || textOf(attributes, 'interpretation');
  const signal = own.every((role) => role !== '')
    ? new Set(all.filter((d) => own[d] !== 'navigation'))
    : signalOf(axes, interpretation, warnings);
  const order = [...all.filter((d) => !signal.has(d)), ...all.filter((d) => signal.has(d))];
  const role = (d: number): AxisRole => {
    if (!signal.has(d)) return 'navigation';
    return own[d] === 'signal' || signal.size > 1 ? 'signal' : 'spectral';
  };
  const [{ shape }] = signals;
  return { order, axes: order.map((d) => nexusAxis(axes[d], shape[d], role(d), warnings)) };
}

function signalOf(axes: Plot['axes'], interpretation: string, warnings: string[]): Set<number> {
  const all = axes.map((_, d) => d);
  if (interpretation === 'spectrum') return new Set(all.slice(-1));
  if (interpretation === 'image') return new Set(all.slice(-2));
  const spectral = all.filter((d) => {
    const axis = axes[d];
    return axis && (SPECTRAL_NAME.test(axis.name) || SPECTRAL_UNIT.test(textOf(axis.attributes, 'units')));
  });
  if (spectral.length === 1) return new Set(spectral);
  if (all.length > 2) warnings.push('nothing says which dimensions are the signal: the last one is taken');
  return new Set(all.length > 2 ? all.slice(-1) : all);
}

function nexusAxis(axis: PlotAxis | undefined, size: number, role: AxisRole, warnings: string[]): Axis {
  if (!axis) return uniformAxis({ role, size });
  const { attributes, positions, uncertainty } = axis;
  const origin = textOf(attributes, OWN.origin);
  const options = {
    name: OWN.name in attributes ? rawText(attributes[OWN.name].value) : axis.name,
    unit: textOf(attributes, 'units'),
    role,
    calibration: origin === '' ? undefined : uncertainty === undefined ? { origin } : { origin, uncertainty },
  };
  if (!positions.every(Number.isFinite)) {
    warnings.push(`the positions along "${axis.name}" are not all numbers: they are only counted`);
    return uniformAxis({ name: options.name, role, size });
  }
  const exact = exactAxis(axis, options, size);
  if (exact) return exact;
  const [first] = positions;
  const step = size > 1 ? (positions[size - 1] - first) / (size - 1) : 1;
  const even = positions.every((value, i) => Math.abs(value - first - i * step) <= EVEN * Math.abs(step));
  if (step === 0 && even) {
    warnings.push(`the positions along "${axis.name}" do not differ: they are only counted`);
    return uniformAxis({ name: options.name, role, size });
  }
  const written = OWN.role in attributes;
  return even && !written
    ? uniformAxis({ ...options, size, scale: step, offset: first })
    : explicitAxis({ ...options, positions });
}

const rawText = (value: unknown) => (typeof value === 'string' ? value : '');

/** The axis that we wrote, where its positions still are what its scale and offset say. */
function exactAxis(
  { attributes, positions }: PlotAxis,
  options: Omit<Parameters<typeof uniformAxis>[0], 'size'>,
  size: number,
): Axis | undefined {
  const [scale, offset] = [numberOf(attributes, OWN.scale), numberOf(attributes, OWN.offset)];
  if (scale === undefined || offset === undefined) return undefined;
  if (scale === 0 && options.role === 'spectral' && size > 1) return undefined;
  const axis = uniformAxis({ ...options, size, scale, offset });
  return [0, size - 1].every((i) => axisValue(axis, i) === positions[i]) ? axis : undefined;
}
