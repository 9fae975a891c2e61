import { describe, expect, it } from 'vitest';
import { MODALITIES, MODALITY_IDS } from './modality.ts';
import { VOCABULARY } from './vocabulary.ts';
import { wantedConditions } from './wanted-conditions.ts';

const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

describe('what a modality asks of a file', () => {
  it.each(MODALITY_IDS)('of %s is said in words of the vocabulary', (id) => {
    const words = VOCABULARY.flatMap(({ terms }) => terms.map(({ key }) => key));
    for (const { keys } of MODALITIES[id].conditions) for (const key of keys) expect(words).toContain(key);
  });

  it.each([
    ['eels', ['beam energy', 'convergence angle', 'collection angle', 'exposure']],
    ['eds', ['beam energy', 'live time', 'take-off angle', 'energy resolution']],
    ['xrd', ['wavelength', 'time per step']],
    ['xps', ['source energy', 'pass energy', 'work function', 'energy axis']],
    ['raman', ['laser wavelength', 'integration time']],
    ['xas', ['element', 'edge', 'spacing of the monochromator']],
    ['cl', ['beam energy', 'integration time']],
    ['unknown', []],
  ] as const)('of %s is unknown where it is absent: %j', (id, wanted) => {
    expect(wantedConditions(id, {})).toMatchObject({ known: [] });
    expect(names(wantedConditions(id, {}).unknown)).toEqual(wanted);
  });

  it('is known with its value, its unit and where it stands', () => {
    const { known, unknown } = wantedConditions('eds', {
      beam_energy_keV: 15,
      detector_EDS: { live_time: 2, live_time_units: 'min', elevation_angle: 35 },
    });
    expect(known).toEqual([
      { name: 'beam energy', path: 'beam_energy_keV', value: 15, unit: 'keV' },
      { name: 'live time', path: 'detector_EDS.live_time', value: 120, unit: 's' },
      { name: 'take-off angle', path: 'detector_EDS.elevation_angle', value: 35, unit: '°' },
    ]);
    expect(names(unknown)).toEqual(['energy resolution']);
  });

  it('is the best of several words, and one of zero is one that was never set', () => {
    const both = { wavelength_angstrom: 1.54184, wavelength_K_alpha1_angstrom: 1.5406 };
    expect(wantedConditions('xrd', both).known[0]).toMatchObject({ path: 'wavelength_angstrom' });
    const zero = { wavelength_angstrom: 0, wavelength_K_alpha1_angstrom: 1.5406 };
    expect(wantedConditions('xrd', zero).known[0]).toMatchObject({ path: 'wavelength_K_alpha1_angstrom' });
    expect(names(wantedConditions('eels', { convergence_angle_mrad: 0 }).unknown)).toContain('convergence angle');
    expect(names(wantedConditions('xps', { work_function_eV: 0 }).known)).toEqual(['work function']);
  });
});
