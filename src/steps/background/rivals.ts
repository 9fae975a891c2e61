import { isSpectrailError } from '../../signal/errors.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { parseInUnit } from '../../signal/units.ts';
import type { Chosen } from './chosen.ts';
import type { BackgroundMethod, Setting } from './estimator.ts';
import { backgroundMethod } from './methods.ts';

/** A background that could as well have been taken off. */
export interface Rival extends Chosen {
  readonly label: string;
}

/** How a rival differs from what was chosen: another method, or the fit window moved (in the unit of the axis). */
interface Variant {
  readonly label: string;
  readonly id: string;
  readonly start?: number;
  readonly end?: number;
}

/**
 * The rivals of each modality. They are fixed here, the same for every recipe, so that the systematic error of a background
 * cannot be tuned away.
 */
const RIVALS: Readonly<Partial<Record<ModalityId, readonly Variant[]>>> = {
  eels: [
    { label: 'power law', id: 'background.power-law' },
    { label: 'power law, window from 10 eV lower', id: 'background.power-law', start: -10 },
    { label: 'power law, window from 10 eV higher', id: 'background.power-law', start: 10 },
    { label: 'power law, window to 3 eV lower', id: 'background.power-law', end: -3 },
    { label: 'power law, window to 3 eV higher', id: 'background.power-law', end: 3 },
    { label: 'exponential', id: 'background.exponential' },
  ],
};

/**
 * Those of the table that the axis allows, beside the one that was chosen.
 * @param over channels on which they must be defined; default: any.
 */
export function rivalsOf(modality: ModalityId, chosen: Chosen, over?: readonly [first: number, end: number]): Rival[] {
  const rivals: Rival[] = [];
  for (const { label, id, ...moved } of RIVALS[modality] ?? []) {
    const method = backgroundMethod(id) as BackgroundMethod;
    const setting = { ...chosen.setting, learned: undefined, params: variantParams(chosen.setting, moved) };
    if (isLegal(method, setting, over)) rivals.push({ label, id, setting });
  }
  return rivals;
}

/** Standard deviation of what may lie anywhere between two values. */
export const halfRange = (lowest: number, highest: number) => (highest - lowest) / 2 / Math.sqrt(3);

function variantParams({ params, unit }: Setting, { start = 0, end = 0 }: Pick<Variant, 'start' | 'end'>) {
  const { fit } = params as { fit: readonly [string | number, string | number] };
  const [a, b] = fit.map((edge) => parseInUnit(edge, unit));
  return { fit: [Math.min(a, b) + start, Math.max(a, b) + end], method: 'likelihood' };
}

function isLegal(method: BackgroundMethod, setting: Setting, over?: readonly [number, number]): boolean {
  try {
    const [first, end] = method.range(setting);
    return !over || (first <= over[0] && end >= over[1]);
  } catch (error) {
    if (isSpectrailError(error, 'input')) return false;
    throw error;
  }
}
