import { uniformAxis } from '../../signal/axis.ts';
import { EDS_DEFAULTS } from '../eds-parameters.ts';
import { materials, PHASE } from '../eds-specimen.ts';
import { phaseSpectrum } from '../eds-spectrum.ts';
import type { SpectrumModel, SpectrumPart } from './spectrum-model.ts';

const DOSE = 200_000;

/** X-rays of the nickel alloy of the simulated map: see {@link phaseSpectrum}. */
export function alloyRays(): SpectrumModel {
  const conditions = { ...EDS_DEFAULTS, dose: DOSE };
  const { channels, dispersionKeV, offsetKeV } = conditions;
  const { components } = phaseSpectrum(materials(EDS_DEFAULTS.pairDifference)[PHASE.alloy], conditions);
  const parts = components.map(({ name, values }): SpectrumPart => {
    if (name === 'continuum') {
      const origin = 'bremsstrahlung: Z²/E, absorbed in the foil and the detector';
      return { kind: 'background', name: 'continuum', origin, values };
    }
    return {
      kind: 'signal',
      name,
      origin: `characteristic lines of ${name}, as wide as the detector makes them`,
      values,
    };
  });
  return {
    modality: 'eds',
    title: 'X-rays of a nickel alloy',
    spectral: uniformAxis({
      name: 'X-ray energy',
      unit: 'keV',
      role: 'spectral',
      size: channels,
      scale: dispersionKeV,
      offset: offsetKeV,
    }),
    parts: parts.sort((a, b) => Number(a.kind === 'signal') - Number(b.kind === 'signal')),
  };
}
