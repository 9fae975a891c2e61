import { inputError } from './errors.ts';

/** One named, independent random contribution: standard deviation in the unit of the value. */
export interface RandomTerm {
  readonly name: string;
  readonly sigma: number;
}

/**
 * A systematic contribution: signed change of the value for a one-σ change of `source`. Terms of one source add linearly
 * across pixels, elements and steps; different sources in quadrature.
 */
export interface SystematicTerm {
  readonly source: string;
  readonly sensitivity: number;
}

/** A number that can be defended. */
export interface Quantity {
  readonly value: number;
  readonly unit: string;
  readonly random: readonly RandomTerm[];
  readonly systematic: readonly SystematicTerm[];
  /** Id of the step that made it: its entry in the trail. */
  readonly trail: string;
}

/** Standard uncertainty: random terms and distinct systematic sources in quadrature. */
export function uncertainty(quantity: Quantity): number {
  let variance = 0;
  for (const { sigma } of quantity.random) variance += sigma * sigma;
  for (const sensitivity of sensitivities(quantity).values()) variance += sensitivity * sensitivity;
  return Math.sqrt(variance);
}

/**
 * Σ aᵢ·qᵢ of quantities with independent random terms. Systematic terms of one source combine linearly, so a common
 * factor error grows with a sum and cancels in a difference.
 * @throws SpectrailError `input/unit-mismatch` when units differ.
 */
export function combine(terms: readonly { factor: number; quantity: Quantity }[], trail: string): Quantity {
  const unit = terms[0]?.quantity.unit ?? '';
  const random = new Map<string, number>();
  const systematic = new Map<string, number>();
  let value = 0;
  for (const { factor, quantity } of terms) {
    if (quantity.unit !== unit) {
      throw inputError({
        code: 'unit-mismatch',
        what: `cannot add a quantity in "${quantity.unit}" to one in "${unit}"`,
        expected: `every term in "${unit}"`,
      });
    }
    value += factor * quantity.value;
    for (const { name, sigma } of quantity.random) {
      const [before, added] = [random.get(name) ?? 0, factor * sigma];
      random.set(name, Math.sqrt(before * before + added * added));
    }
    for (const [source, s] of sensitivities(quantity))
      systematic.set(source, (systematic.get(source) ?? 0) + factor * s);
  }
  return {
    value,
    unit,
    random: [...random].map(([name, sigma]) => ({ name, sigma })),
    systematic: [...systematic].map(([source, sensitivity]) => ({ source, sensitivity })),
    trail,
  };
}

function sensitivities(quantity: Quantity): Map<string, number> {
  const bySource = new Map<string, number>();
  for (const { source, sensitivity } of quantity.systematic) {
    bySource.set(source, (bySource.get(source) ?? 0) + sensitivity);
  }
  return bySource;
}
