import { isSpectrailError } from '../../signal/errors.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { parseInUnit } from '../../signal/units.ts';
import type { BackgroundMethod, Setting } from './estimator.ts';
import { backgroundMethod } from './methods.ts';

/** A background that could as well have been taken off. */
export interface Rival {
  readonly label: string;
  readonly id: string;
  readonly setting: Setting;
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

/** Those of the table that the axis allows, beside the one that was chosen. */
export function rivalsOf(modality: ModalityId, chosen: Omit<Rival, 'label'>): Rival[] {
  const rivals: Rival[] = [];
  for (const { label, id, ...moved } of RIVALS[modality] ?? []) {
    const method = backgroundMethod(id) as BackgroundMethod;
    const setting = { ...chosen.setting, learned: undefined, params: variantParams(chosen.setting, moved) };
    if (isLegal(method, setting)) rivals.push({ label, id, setting });
  }
  return rivals;
}

function variantParams({ params, unit }: Setting, { start = 0, end = 0 }: Pick<Variant, 'start' | 'end'>) {
  const { fit } = params as { fit: readonly [string | number, string | number] };
  const [a, b] = fit.map((edge) => parseInUnit(edge, unit));
  return { fit: [Math.min(a, b) + start, Math.max(a, b) + end], method: 'likelihood' };
}

function isLegal(method: BackgroundMethod, setting: Setting): boolean {
  try {
    method.range(setting);
    return true;
  } catch (error) {
    if (isSpectrailError(error, 'input')) return false;
    throw error;
  }
}
