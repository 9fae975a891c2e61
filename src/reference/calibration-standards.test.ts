import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { airIndex, CALIBRATION_STANDARDS, ramanShift, referenceLines } from './calibration-standards.ts';
import { ANODES, alpha2Beside, anodeLines, POWDER_STANDARDS, powderLines } from './powder-standards.ts';
import { edgeEnergy, lineNamed } from './xray-lines.ts';

const golden = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden`;
const CU = 1.5405929;

describe('powder standards', () => {
  /** Positions that others computed with these lattices. */
  it.each([
    ['Si', 111, 28.441],
    ['Si', 220, 47.3004],
    ['Si', 311, 56.1195],
    ['Si', 400, 69.1263],
    ['LaB6', 100, 21.3583],
    ['LaB6', 110, 30.3854],
    ['LaB6', 111, 37.4425],
    ['LaB6', 200, 43.5074],
    ['LaB6', 210, 48.9584],
    ['LaB6', 211, 53.9899],
  ] as const)('%s %d is at %d° for Cu Kα₁', (name, hkl, known) => {
    const found = powderLines(name, CU, [10, 140]).find((line) => line.hkl === String(hkl));
    expect(Math.abs(found!.twoTheta - known)).toBeLessThan(1e-3);
  });

  it.skipIf(!existsSync(golden)).each(['Si', 'LaB6'] as const)(
    '%s has the lines of pymatgen with its lattice, no more',
    (name) => {
      const { input, expected } = JSON.parse(readFileSync(`${golden}/xrd/powder--${name}-1p5405929.json`, 'utf8'));
      const ours = powderLines(name, CU, [10, 120], input.lattice_abc_angles[0]);
      const known = expected.lines.map((line: { two_theta: number }) => line.two_theta);
      expect(ours).toHaveLength(known.length);
      for (const [i, { twoTheta, spacing }] of ours.entries()) {
        expect(Math.abs(twoTheta - known[i])).toBeLessThan(1e-4);
        expect(spacing / expected.lines[i].d).toBeCloseTo(1, 6);
      }
    },
  );

  it('end where no angle is left, and move with the wavelength', () => {
    const [last] = powderLines('LaB6', CU, [0, 180]).slice(-1);
    expect(last.twoTheta).toBeLessThan(180);
    expect(last.uncertainty).toBeGreaterThan(powderLines('LaB6', CU, [20, 22])[0].uncertainty);
    expect(powderLines('Si', 0.7093, [10, 20])[0].twoTheta).toBeLessThan(powderLines('Si', CU, [10, 60])[0].twoTheta);
    expect(powderLines('Si', CU, [29, 40])).toEqual([]);
    expect(powderLines('Si', 20, [0, 180])).toEqual([]);
    expect(POWDER_STANDARDS.Si.source).toMatch(/640e/);
  });

  it('anodes agree with the mean Kα energies of the X-ray table', () => {
    for (const [symbol, [one, two]] of Object.entries(ANODES)) {
      expect((2 * one + two) / 3 / (12.398419843 / lineNamed(`${symbol}_Ka`).energyKeV)).toBeCloseTo(1, 3);
      expect(alpha2Beside(one * 1.00001)).toBe(two);
    }
    expect(anodeLines('Cu')[0]).toBe(CU);
    expect(alpha2Beside(1.2)).toBeUndefined();
    expect(() => anodeLines('Zz')).toThrowError(/Cr, Fe, Co/);
  });
});

describe('lines of standards', () => {
  it('of polystyrene are those of another table, and silicon is within its uncertainty of a certified wafer', () => {
    // RamanSpec calibration programs list them from ASTM E1840; NMIJ CRM 5606-a: 520.45 ± 0.28 (k = 2).
    const positions = referenceLines('polystyrene', 'raman', '1/cm').map(({ position }) => position);
    expect(positions).toEqual([620.9, 795.8, 1001.4, 1031.8, 1155.3, 1450.5, 1583.1, 1602.3, 2852.4, 2904.5, 3054.3]);
    const [si] = referenceLines('Si', 'raman', '1/cm');
    expect(si.position).toBe(520.7);
    expect(Math.abs(si.position - 520.45)).toBeLessThan(2 * si.uncertainty);
  });

  it('of XPS are those that methods of the field quote', () => {
    const [gold] = referenceLines('Au 4f7/2', 'xps', 'eV');
    const [silver] = referenceLines('Ag 3d5/2', 'xps', 'eV');
    const [copper] = referenceLines('Cu 2p3/2', 'xps', 'eV');
    expect(gold.position).toBeGreaterThanOrEqual(83.95);
    expect(gold.position).toBeLessThanOrEqual(84);
    expect(Math.abs(silver.position - 368.25)).toBeLessThanOrEqual(0.05);
    expect(Math.abs(copper.position - 932.6)).toBeLessThanOrEqual(0.05);
    expect(referenceLines('C 1s', 'xps', 'eV')[0].conventional).toBe(true);
  });

  it('of EELS lie where the X-ray table has the edge', () => {
    expect(referenceLines('zero-loss', 'eels', 'eV')[0].position).toBe(0);
    const [carbon] = referenceLines('C K π*', 'eels', 'eV');
    expect(Math.abs(carbon.position / 1000 - edgeEnergy('C', 'K')!)).toBeLessThan(0.003);
    const [nickel] = referenceLines('Ni L3', 'eels', 'eV');
    expect(Math.abs(nickel.position / 1000 - edgeEnergy('Ni', 'L3')!)).toBeLessThan(0.003);
  });

  it('of EDS are what the detector sees: the mean of Kα₁ and Kα₂, some eV below Kα₁ alone', () => {
    const at = (name: string) => referenceLines(name, 'eds', 'keV')[0].position;
    expect(at('Al_Ka')).toBeCloseTo(1.4867, 3);
    expect(at('Cu_La')).toBeCloseTo(0.93, 2);
    expect(8.0478 - at('Cu_Ka')).toBeGreaterThan(0.004);
    expect(8.0478 - at('Cu_Ka')).toBeLessThan(0.009);
    expect(Math.abs(at('Mn_Ka') - 5.8988)).toBeLessThan(0.006);
  });

  it('of neon become shifts by the vacuum wavenumbers, and are refused without a laser', () => {
    // C. Sansonetti & al., J. Res. NIST 109 (2004) 371: air and vacuum, nm.
    for (const [air, vacuum] of [
      [841.71597, 841.94727],
      [849.53595, 849.76937],
      [865.43828, 865.676],
      [870.41122, 870.65026],
    ]) {
      expect(Math.abs(air * airIndex(vacuum) - vacuum)).toBeLessThan(2e-5);
    }
    expect(referenceLines('Ne', 'raman', 'nm')).toHaveLength(25);
    const shifts = referenceLines('Ne', 'raman', '1/cm', 532);
    expect(shifts[0].unit).toBe('1/cm');
    expect(shifts[0].position).toBeCloseTo(ramanShift(585.24878, 532), 9);
    expect(shifts[0].position).toBeCloseTo(1e7 / 532 / airIndex(532) - 1e7 / 585.24878 / airIndex(585.4), 1);
    expect(() => referenceLines('Ne', 'raman', '1/cm')).toThrowError(/laser/);
  });

  it('of an unknown name are refused with those there are', () => {
    expect(() => referenceLines('Xy', 'xps', 'eV')).toThrowError(/Au 4f7\/2, Ag 3d5\/2/);
    expect(() => referenceLines('Si', 'eels', 'eV')).toThrowError(/zero-loss/);
    expect(() => referenceLines('Xy_Ka', 'eds', 'keV')).toThrowError();
  });

  it('have a source and a spread each', () => {
    for (const { source, lines } of CALIBRATION_STANDARDS) {
      expect(source.length).toBeGreaterThan(5);
      for (const { uncertainty, name } of lines) expect(uncertainty > 0 || name === 'zero-loss').toBe(true);
    }
  });
});
