import { beginningOf, defineConformance, withoutMetadata } from '../../../test/conformance.ts';

export default defineConformance({
  // Three files among the columns of beamlines are XDI, whatever they are called.
  folders: ['xdi', 'xafs-columns'],
  own: (entry) => /^# ?XDI\//.test(beginningOf(entry)),
  // The reference gives the header as it is written, and a list of versions.
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }, { name }) => ({
    datasets: datasets.map(({ original, ...dataset }) => ({
      ...dataset,
      original,
      metadata: { ...original, _version: [original['version']] },
    })),
    oracle: name.startsWith('xdi/') ? oracle : withoutMetadata(oracle),
  }),
  exceptions: {
    'xdi/v_foil.xdi': [
      'column 0: unit "eV", oracle "eV || 13BMA:E:Energy.VAL"',
      'column 1: unit "counts", oracle "counts || 13BMD:scaler1.TP"',
      'column 2: unit "counts", oracle "counts || 13BMD:scaler1_calc2.VAL"',
      'column 3: unit "counts", oracle "counts || 13BMD:scaler1_calc3.VAL"',
    ].map((difference) => `signal 0 (v_foil.xdi): ${difference}`),
  },
});
