import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chapman, kramers, lifshin } from './bremsstrahlung.ts';
import { formulaAtoms } from './formula.ts';
import { massAttenuation } from './mass-attenuation.ts';
import { selfAbsorption } from './self-absorption.ts';

const golden = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/eds/bremsstrahlung.json`;

describe('shapes of the continuum', () => {
  it.skipIf(!existsSync(golden))('are those of a reference tool', () => {
    const { input, expected, tolerance } = JSON.parse(readFileSync(golden, 'utf8'));
    expect(input.rows.length).toBeGreaterThan(0);
    input.rows.forEach(({ energy_keV: energies, beam_keV: beam, b0, b1, b2 }: never, row: number) => {
      // b0/E + b1 + b2·E in the mixtures that stay positive.
      const amounts = [b0, b0 + (b1 * beam) / 2, b0 + b1 * beam + b2 * beam * beam];
      const made = {
        kramers: (e: number) => b0 * kramers(e, beam),
        lifshin: (e: number) => b0 * lifshin(e, beam)[0] + b1 * lifshin(e, beam)[1],
        chapman: (e: number) => chapman(e, beam).reduce((sum, shape, k) => sum + amounts[k] * shape, 0),
      };
      for (const [name, shape] of Object.entries(made)) {
        (energies as number[]).forEach((energy, i) => {
          const wanted = expected.rows[row][name][i];
          expect(Math.abs(shape(energy) - wanted), `${name} at ${energy} keV`).toBeLessThanOrEqual(
            tolerance.abs + tolerance.rel * Math.abs(wanted),
          );
        });
      }
    });
  });

  it('end at the beam energy, and Kramers’ is the sum of the two of a foil', () => {
    for (const energy of [20, 25]) {
      expect(kramers(energy, 20)).toBe(0);
      expect(lifshin(energy, 20)).toEqual([0, 0]);
    }
    for (const energy of [0.2, 3, 17]) {
      const [one, two] = lifshin(energy, 20);
      expect(one + two).toBeCloseTo(kramers(energy, 20) / 20, 12);
    }
  });
});

describe('absorption in the specimen', () => {
  const foil = { composition: { Al: 2, O: 3 }, massThickness: 1e-4, takeOffAngleDeg: 30 };

  it('is (1 − e^−χ)/χ of the path to the detector', () => {
    const chi = (energy: number) =>
      2e-4 * (0.52925 * massAttenuation('Al', energy) + 0.47075 * massAttenuation('O', energy));
    for (const energy of [0.3, 0.525, 1.5, 1.6, 8]) {
      const wanted = (1 - Math.exp(-chi(energy))) / chi(energy);
      expect(selfAbsorption(foil)(energy) / wanted).toBeCloseTo(1, 4);
    }
    // Nothing to absorb, nothing absorbed.
    expect(selfAbsorption({ ...foil, massThickness: 1e-12 })(0.3)).toBeCloseTo(1, 6);
  });

  it('steps at the edges of its elements', () => {
    const escaping = selfAbsorption({ ...foil, massThickness: 1e-3 });
    // Where the table of attenuation has the edges.
    for (const edge of [0.5431, 1.559]) expect(escaping(edge * 0.999) / escaping(edge * 1.001)).toBeGreaterThan(1.2);
  });
});

describe('formulas', () => {
  it.each([
    ['Al2O3', { Al: 2, O: 3 }],
    ['Ni0.6 Cr0.25Co.15', { Ni: 0.6, Cr: 0.25, Co: 0.15 }],
    ['CH3CH2OH', { C: 2, H: 6, O: 1 }],
  ])('%s', (formula, atoms) => {
    expect(formulaAtoms(formula)).toEqual(atoms);
  });

  it.each(['', 's', 'al2o3', 'Ca(OH)2', 'Al-2', 'Al0', '2Al', 'Al2..3', 'A'.repeat(300)])('refuses "%s"', (formula) => {
    expect(() => formulaAtoms(formula)).toThrow(expect.objectContaining({ code: 'bad-formula' }));
  });

  it('names a symbol that is none', () => {
    expect(() => formulaAtoms('Xx2')).toThrow(expect.objectContaining({ code: 'unknown-element' }));
  });
});
