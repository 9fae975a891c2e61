import { describe, expect, it } from 'vitest';
import { inferModality, signalTypeOf } from './modality.ts';

describe('the modality of a file', () => {
  it.each([
    ['EDS_TEM', '', 'Energy', 'eds', 'the file says signal type EDS_TEM'],
    ['XRD', 'nm', 'Binding energy', 'xrd', 'the file says signal type XRD'],
    [undefined, 'eV', 'Energy loss', 'eels', 'the axis is called "Energy loss"'],
    [undefined, '°', '2θ', 'xrd', 'the axis is called "2θ"'],
    [undefined, 'deg', '2Theta', 'xrd', 'the axis is called "2Theta"'],
    [undefined, '', 'two-theta', 'xrd', 'the axis is called "two-theta"'],
    [undefined, 'eV', 'Binding Energy', 'xps', 'the axis is called "Binding Energy"'],
    [undefined, 'eV', 'Kinetic energy', 'xps', 'the axis is called "Kinetic energy"'],
    [
      'gamma',
      'keV',
      'Energy',
      'unknown',
      'the file says signal type gamma (gamma spectrometry): no modality here, so only steps for spectra of any kind take it',
    ],
    [
      'Newest',
      'keV',
      'Energy',
      'unknown',
      'the file says signal type Newest: no modality here, so only steps for spectra of any kind take it',
    ],
    [undefined, '', 'Raman shift', 'raman', 'the axis is called "Raman shift"'],
    [undefined, 'keV', 'Energy', 'eds', 'the axis is in keV (a guess)'],
    [undefined, '1/cm', 'x', 'raman', 'the axis is in 1/cm (a guess)'],
    [
      undefined,
      'eV',
      'Energy',
      'unknown',
      'the file does not say, and its axis, called "Energy", in eV, may be of several',
    ],
    [
      'IR',
      '1/cm',
      'Wavenumber',
      'unknown',
      'the file says signal type IR (infrared spectroscopy): no modality here, so only steps for spectra of any kind take it',
    ],
    ['', '1/cm', 'Wavenumber', 'raman', 'the axis is in 1/cm (a guess)'],
    [
      'Signal2D',
      'nm',
      'theta',
      'unknown',
      'the file does not say, and its axis, called "theta", in nm, may be of several',
    ],
  ])('of type %s, over %s and "%s", is %s, with its evidence', (signalType, unit, name, id, evidence) => {
    expect(inferModality({ signal_type: signalType }, { unit, name })).toEqual({ id, evidence });
  });

  it.each(['mu', 'xmu', 'mutrans', 'mu_fluor', 'normalised mu', 'chi(k)'])(
    'of values called "%s" is xas',
    (quantity) => {
      expect(inferModality({ quantity }, { unit: 'keV', name: 'Energy' })).toEqual({
        id: 'xas',
        evidence: `the values are called "${quantity}"`,
      });
    },
  );

  it('of what has no spectral axis is only what the file says', () => {
    expect(inferModality({}).id).toBe('unknown');
    expect(inferModality({ signal_type: 'EELS' }).id).toBe('eels');
  });
});

describe('the signal type of what a user says is', () => {
  it.each([
    ['eds', undefined, 'EDS'],
    ['eds', 'EELS', 'EDS'],
    ['eds', 'EDS_SEM', 'EDS_SEM'],
    ['cl', 'XRD', 'CL'],
    ['raman', undefined, 'Raman'],
    ['unknown', 'EELS', undefined],
  ] as const)('%s, where the file says %s, is %s', (id, said, type) => {
    expect(signalTypeOf(id, said)).toBe(type);
  });
});
