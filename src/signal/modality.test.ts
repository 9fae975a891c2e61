import { describe, expect, it } from 'vitest';
import { inferModality } from './modality.ts';

describe('the modality of a file', () => {
  it.each([
    ['EDS_TEM', '', 'Energy', 'eds', 'the file says signal type EDS_TEM'],
    ['XRD', 'nm', 'Binding energy', 'xrd', 'the file says signal type XRD'],
    [undefined, 'eV', 'Energy loss', 'eels', 'the axis is called "Energy loss"'],
    [undefined, '°', '2θ', 'xrd', 'the axis is called "2θ"'],
    [undefined, 'deg', '2Theta', 'xrd', 'the axis is called "2Theta"'],
    [undefined, '', 'two-theta', 'xrd', 'the axis is called "two-theta"'],
    [undefined, 'eV', 'Binding Energy', 'xps', 'the axis is called "Binding Energy"'],
    [undefined, '', 'Raman shift', 'raman', 'the axis is called "Raman shift"'],
    [undefined, 'keV', 'Energy', 'eds', 'the axis is in keV (a guess)'],
    [undefined, '1/cm', 'x', 'raman', 'the axis is in 1/cm (a guess)'],
    [undefined, 'eV', 'Energy', 'unknown', 'the file does not say'],
    ['IR', '1/cm', 'Wavenumber', 'unknown', 'the file says signal type IR, which has no rules of its own here'],
    ['', '1/cm', 'Wavenumber', 'raman', 'the axis is in 1/cm (a guess)'],
    ['Signal2D', 'nm', 'theta', 'unknown', 'the file does not say'],
  ])('of type %s, over %s and "%s", is %s, with its evidence', (signalType, unit, name, id, evidence) => {
    expect(inferModality(signalType, unit, name)).toEqual({ id, evidence });
  });
});
