import { inputError } from '../signal/errors.ts';
import { elementOf } from './elements.ts';

const LONGEST = 200;

/**
 * Atoms of each element in a formula such as "Al2O3" or "Ni0.6 Cr0.25 Co0.15", without brackets.
 * @throws SpectrailError `input/bad-formula`, `input/unknown-element`
 */
export function formulaAtoms(formula: string): Record<string, number> {
  const atoms: Record<string, number> = {};
  const text = formula.length <= LONGEST ? formula.replace(/\s+/g, '') : '';
  if (!/^(?:[A-Z][a-z]?(?:\d+(?:\.\d*)?|\.\d+)?)+$/.test(text)) throw bad(formula);
  for (const [, symbol, amount] of text.matchAll(/([A-Z][a-z]?)([\d.]*)/g)) {
    const number = amount === '' ? 1 : Number(amount);
    if (!(number > 0 && number < Number.POSITIVE_INFINITY)) throw bad(formula);
    const known = elementOf(symbol).symbol;
    atoms[known] = (atoms[known] ?? 0) + number;
  }
  return atoms;
}

function bad(formula: string) {
  return inputError({
    code: 'bad-formula',
    what: `"${formula.slice(0, LONGEST)}" is not a composition`,
    expected: 'symbols with their atoms, for example "Al2O3" or "Ni0.6 Cr0.25 Co0.15"',
    fix: 'symbols are case-sensitive, and there are no brackets',
  });
}
