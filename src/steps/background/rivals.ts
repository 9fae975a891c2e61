import { ramanLambda } from '../../kernels/index.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { parseInUnit } from '../../signal/units.ts';
import type { Chosen } from './chosen.ts';
import type { ContinuumParams } from './eds-continuum.ts';
import type { BackgroundMethod, Setting } from './estimator.ts';
import { backgroundMethod } from './methods.ts';

/** A background that could as well have been taken off. */
export interface Rival extends Chosen {
  readonly label: string;
}

/** A rival by its method, and its parameters beside what was chosen; undefined where they do not apply. */
interface Variant {
  readonly label: string;
  readonly id: string;
  readonly params: (chosen: Setting) => object | undefined;
}

/** The fit window moved, in the unit of the axis. */
const fitMoved =
  (start: number, end: number) =>
  ({ params, unit }: Setting) => {
    const { fit: window } = params as { fit?: readonly [string | number, string | number] };
    if (!window) return undefined;
    const [a, b] = window.map((edge) => parseInUnit(edge, unit));
    const [from, to] = [Math.min(a, b) + start, Math.max(a, b) + end];
    return from < to ? { fit: [from, to], method: 'likelihood' } : undefined;
  };

/** The region's ends moved, in the unit of the axis. */
const regionMoved =
  (low: number, high: number, more: object) =>
  ({ params, unit, positions }: Setting) => {
    const { region: chosen } = params as { region?: readonly [string | number, string | number] };
    const ends = chosen ?? [positions[0], positions[positions.length - 1]];
    const [a, b] = ends.map((edge) => parseInUnit(edge, unit));
    const [from, to] = [Math.min(a, b) + low, Math.max(a, b) + high];
    return from < to ? { region: [from, to], ...more } : undefined;
  };

/** A width as it was chosen, or a thirtieth of the axis, times a factor. */
const widthTimes =
  (factor: number, more: object) =>
  ({ params, unit, positions }: Setting) => {
    const { width: chosen } = params as { width?: string | number };
    const whole = Math.abs(positions[positions.length - 1] - positions[0]);
    return { width: factor * (chosen === undefined ? whole / 30 : parseInUnit(chosen, unit)), ...more };
  };

/** arPLS by default, times a factor of stiffness. */
const stiff =
  (factor: number) =>
  ({ positions }: Setting) => ({ stiffness: factor * ramanLambda(positions.length) });

/** A physical continuum, where that was chosen. */
const continuum =
  (more: object) =>
  ({ params }: Setting) =>
    isContinuum(params) ? { ...params, ...more } : undefined;

/** Its absorption in the specimen times a factor, where it has any. */
const absorption =
  (factor: number) =>
  ({ params }: Setting) => {
    if (!isContinuum(params) || !params.specimen) return undefined;
    const { specimen } = params;
    return { ...params, specimen: { ...specimen, massThickness: factor * specimen.massThickness } };
  };

const isContinuum = (params: unknown): params is ContinuumParams => 'beam' in (params as object);

/** What knows nothing of absorption edges is no rival of what does. */
const withoutEdges = (params: (chosen: Setting) => object | undefined) => (chosen: Setting) =>
  isContinuum(chosen.params) ? undefined : params(chosen);

const always = (params: object) => () => params;

const SNIP = { order: 2, decreasing: true, transform: true, smooth: 2 };
const SHIRLEY = { ends: 5 };

/**
 * The rivals of each modality. They are fixed here, the same for every recipe, so that the systematic error of a background
 * cannot be tuned away.
 */
const RIVALS: Readonly<Partial<Record<ModalityId, readonly Variant[]>>> = {
  eels: [
    { label: 'power law', id: 'background.power-law', params: fitMoved(0, 0) },
    { label: 'power law, window from 10 eV lower', id: 'background.power-law', params: fitMoved(-10, 0) },
    { label: 'power law, window from 10 eV higher', id: 'background.power-law', params: fitMoved(10, 0) },
    { label: 'power law, window to 3 eV lower', id: 'background.power-law', params: fitMoved(0, -3) },
    { label: 'power law, window to 3 eV higher', id: 'background.power-law', params: fitMoved(0, 3) },
    { label: 'exponential', id: 'background.exponential', params: fitMoved(0, 0) },
  ],
  raman: [
    { label: 'arPLS', id: 'background.arpls', params: stiff(1) },
    { label: 'arPLS, ten times stiffer', id: 'background.arpls', params: stiff(10) },
    { label: 'arPLS, ten times softer', id: 'background.arpls', params: stiff(0.1) },
    { label: 'ISREA, 8 knots', id: 'background.isrea', params: always({ knots: 8 }) },
    { label: 'ISREA, 15 knots', id: 'background.isrea', params: always({ knots: 15 }) },
    { label: 'polynomial, degree 5', id: 'background.polynomial', params: always({ degree: 5, method: 'improved' }) },
    { label: 'polynomial, degree 7', id: 'background.polynomial', params: always({ degree: 7, method: 'improved' }) },
  ],
  xrd: [
    { label: 'SNIP', id: 'background.snip', params: widthTimes(1, SNIP) },
    { label: 'SNIP, width less 30 %', id: 'background.snip', params: widthTimes(0.7, SNIP) },
    { label: 'SNIP, width and 30 %', id: 'background.snip', params: widthTimes(1.3, SNIP) },
    { label: 'polynomial, degree 6', id: 'background.polynomial', params: always({ degree: 6, method: 'improved' }) },
  ],
  eds: [
    { label: 'continuum of a thin foil', id: 'background.bremsstrahlung', params: continuum({ model: 'thin' }) },
    { label: 'continuum of a thick target', id: 'background.bremsstrahlung', params: continuum({ model: 'thick' }) },
    { label: 'continuum of Chapman’s form', id: 'background.bremsstrahlung', params: continuum({ model: 'chapman' }) },
    { label: 'absorption less 30 %', id: 'background.bremsstrahlung', params: absorption(0.7) },
    { label: 'absorption and 30 %', id: 'background.bremsstrahlung', params: absorption(1.3) },
    { label: 'SNIP', id: 'background.snip', params: withoutEdges(widthTimes(1, SNIP)) },
    { label: 'SNIP, width less 30 %', id: 'background.snip', params: withoutEdges(widthTimes(0.7, SNIP)) },
    { label: 'SNIP, width and 30 %', id: 'background.snip', params: withoutEdges(widthTimes(1.3, SNIP)) },
  ],
  xps: [
    { label: 'Shirley', id: 'background.shirley', params: regionMoved(0, 0, SHIRLEY) },
    { label: 'Shirley, lower end 0.2 eV lower', id: 'background.shirley', params: regionMoved(-0.2, 0, SHIRLEY) },
    { label: 'Shirley, lower end 0.2 eV higher', id: 'background.shirley', params: regionMoved(0.2, 0, SHIRLEY) },
    { label: 'Shirley, upper end 0.2 eV lower', id: 'background.shirley', params: regionMoved(0, -0.2, SHIRLEY) },
    { label: 'Shirley, upper end 0.2 eV higher', id: 'background.shirley', params: regionMoved(0, 0.2, SHIRLEY) },
    {
      label: 'Tougaard, universal',
      id: 'background.tougaard',
      params: regionMoved(0, 0, { loss: 'universal', scale: 'auto' }),
    },
  ],
};

/**
 * Those of the table that the axis allows, beside the one that was chosen.
 * @param over channels on which they must be defined; default: any.
 */
export function rivalsOf(modality: ModalityId, chosen: Chosen, over?: readonly [first: number, end: number]): Rival[] {
  const rivals: Rival[] = [];
  for (const { label, id, params } of RIVALS[modality] ?? []) {
    const method = backgroundMethod(id) as BackgroundMethod;
    const given = params(chosen.setting);
    if (!given) continue;
    const setting = { ...chosen.setting, learned: undefined, params: given };
    if (isLegal(method, setting, over)) rivals.push({ label, id, setting });
  }
  return rivals;
}

/** Standard deviation of what may lie anywhere between two values. */
export const halfRange = (lowest: number, highest: number) => (highest - lowest) / 2 / Math.sqrt(3);

function isLegal(method: BackgroundMethod, setting: Setting, over?: readonly [number, number]): boolean {
  try {
    const [first, end] = method.range(setting);
    return !over || (first <= over[0] && end >= over[1]);
  } catch (error) {
    if (isSpectrailError(error, 'input')) return false;
    throw error;
  }
}
