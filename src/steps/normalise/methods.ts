import { internalError } from '../../signal/errors.ts';
import area from './area.ts';
import emsc from './emsc.ts';
import maximum from './maximum.ts';
import type { NormalisationMethod } from './method.ts';
import msc from './msc.ts';
import pqn from './pqn.ts';
import reference from './reference.ts';
import snv from './snv.ts';
import total from './total.ts';
import vector from './vector.ts';

/** Every normalisation, by the id of its step: what measures behind one asks. */
const METHODS: readonly NormalisationMethod<never>[] = [total, area, maximum, vector, reference, snv, msc, emsc, pqn];

export function normalisationMethod(id: string): NormalisationMethod {
  const method = METHODS.find((each) => each.id === id);
  if (!method) throw internalError({ code: 'no-normalisation', what: `there is no normalisation "${id}"` });
  return method as NormalisationMethod;
}
