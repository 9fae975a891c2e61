import { expect, it } from 'vitest';
import { columnLabel } from './column-label.ts';

it.each([
  ['energy (eV)', 'energy', 'eV'],
  ['Energy [KeV]', 'Energy', 'keV'],
  ['2theta (deg)', '2theta', '°'],
  ['Raman shift (cm-1)', 'Raman shift', '1/cm'],
  ['Raman shift / cm^-1', 'Raman shift', '1/cm'],
  ['Wavenumber cm⁻¹', 'Wavenumber cm⁻¹', ''],
  ['Wavelength, nm', 'Wavelength', 'nm'],
  ['energy_eV', 'energy', 'eV'],
  ['two_theta_deg', 'two_theta', '°'],
  ['k (1/Å)', 'k', '1/A'],
  ['lambda {angstrom}', 'lambda', 'Å'],
  ['Intensity (counts)', 'Intensity', 'counts'],
  [' nm ', '', 'nm'],
  ['chi(k)', 'chi(k)', ''],
  ['xmu(trans)', 'xmu(trans)', ''],
  ['I0/It', 'I0/It', ''],
  ['run_a', 'run_a', ''],
  ['A', 'A', ''],
  ['m', 'm', ''],
  ['', '', ''],
  ['constructor', 'constructor', ''],
  [`${'a'.repeat(100)} (eV)`, `${'a'.repeat(100)} (eV)`, ''],
])('%j is %j in %j', (label, name, unit) => {
  expect(columnLabel(label)).toEqual({ name, unit });
});
