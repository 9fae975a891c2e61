/**
 * What an element must gain in deviance before it is believed: 14 (3.7 σ, so that of a hundred elements none appears by
 * chance), and more the less often an element is met.
 */
const BASE = 14;
const EXPECTED = 5;
const UNCOMMON = new Set(
  'Be Sc Ga Ge As Se Br Rb Y Ru Rh Pd Cd In Sb Te I Cs La Ce Hf Re Os Ir Hg Tl Bi Th U'.split(' '),
);
const RARE_EARTH = new Set('Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu'.split(' '));
const IMPROBABLE = new Set('He Ne Ar Kr Xe Rn Tc Pm Po At Fr Ra Ac Pa Np Pu Am Cm Bk Cf'.split(' '));

export function surprise(element: string, expected: ReadonlySet<string>): number {
  if (expected.has(element)) return EXPECTED;
  if (IMPROBABLE.has(element)) return BASE + 60;
  if (RARE_EARTH.has(element)) return BASE + 25;
  return UNCOMMON.has(element) ? BASE + 6 : BASE;
}
