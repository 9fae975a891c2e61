/**
 * What an element must gain in deviance before it is believed: 14 (3.7 σ, so that of a hundred elements none appears by
 * chance), and more the less often an element is met.
 */
const BASE = 14;
const EXPECTED = 8;
const LESS_COMMON = new Set('Sc Ga Ge As Se Y Ru Pd Cd In Sb Te La Ce Hf Bi'.split(' '));
const UNCOMMON = new Set('Be Br Rb Rh I Cs Re Os Ir Hg Tl Th U'.split(' '));
const RARE_EARTH = new Set('Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu'.split(' '));
const IMPROBABLE = new Set('He Ne Ar Kr Xe Rn Tc Pm Po At Fr Ra Ac Pa Np Pu Am Cm Bk Cf'.split(' '));

export function surprise(element: string, expected: ReadonlySet<string>): number {
  if (expected.has(element)) return EXPECTED;
  if (IMPROBABLE.has(element)) return BASE + 60;
  if (RARE_EARTH.has(element)) return BASE + 25;
  if (UNCOMMON.has(element)) return BASE + 18;
  return LESS_COMMON.has(element) ? BASE + 6 : BASE;
}
