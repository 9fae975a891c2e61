import { internalError } from '../../signal/errors.ts';
import airpls from './airpls.ts';
import arpls from './arpls.ts';
import asls from './asls.ts';
import aspls from './aspls.ts';
import bremsstrahlung from './bremsstrahlung.ts';
import drpls from './drpls.ts';
import type { BackgroundMethod } from './estimator.ts';
import exponential from './exponential.ts';
import iasls from './iasls.ts';
import isrea from './isrea.ts';
import localAverage from './local-average.ts';
import morphological from './morphological.ts';
import polynomial from './polynomial.ts';
import powerLaw from './power-law.ts';
import powerLawMixture from './power-law-mixture.ts';
import psalsa from './psalsa.ts';
import shirley from './shirley.ts';
import snip from './snip.ts';
import tougaard from './tougaard.ts';
import twoPowerLaws from './two-power-laws.ts';

/** Every way to estimate a background, by the id of its step: what measures behind a background asks. */
const METHODS: readonly BackgroundMethod<never>[] = [
  powerLaw,
  exponential,
  twoPowerLaws,
  powerLawMixture,
  localAverage,
  bremsstrahlung,
  snip,
  isrea,
  polynomial,
  morphological,
  shirley,
  tougaard,
  arpls,
  airpls,
  asls,
  iasls,
  drpls,
  aspls,
  psalsa,
];

export function backgroundMethod(id: string): BackgroundMethod {
  const method = METHODS.find((each) => each.id === id);
  if (!method) throw internalError({ code: 'no-background', what: `there is no background method "${id}"` });
  return method as BackgroundMethod;
}
