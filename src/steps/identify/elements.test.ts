import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../../kernels/index.ts';
import { EDS_DEFAULTS } from '../../simulate/eds-parameters.ts';
import { phaseSpectrum } from '../../simulate/eds-spectrum.ts';
import { elementsIn, type IdentifyOptions } from './elements.ts';

interface Specimen {
  composition: Record<string, number>;
  density: number;
}

const MATERIALS: Record<string, Specimen> = {
  NiAl: { composition: { Ni: 0.5, Al: 0.5 }, density: 5.9 },
  'stainless steel': { composition: { Fe: 0.7, Cr: 0.19, Ni: 0.11 }, density: 7.9 },
  SiO2: { composition: { Si: 1 / 3, O: 2 / 3 }, density: 2.6 },
  BaTiO3: { composition: { Ba: 0.2, Ti: 0.2, O: 0.6 }, density: 6 },
  PbS: { composition: { Pb: 0.5, S: 0.5 }, density: 7.6 },
  MoS2: { composition: { Mo: 1 / 3, S: 2 / 3 }, density: 5 },
  GaAs: { composition: { Ga: 0.5, As: 0.5 }, density: 5.3 },
  'polymer on a copper grid': { composition: { C: 0.75, O: 0.2, Cu: 0.05 }, density: 1.4 },
  LaSrMnO3: { composition: { La: 0.14, Sr: 0.06, Mn: 0.2, O: 0.6 }, density: 6.5 },
  'WC-Co': { composition: { W: 0.42, C: 0.42, Co: 0.16 }, density: 14 },
  TiAl6V4: { composition: { Ti: 0.86, Al: 0.105, V: 0.035 }, density: 4.4 },
  SrTiO3: { composition: { Sr: 0.2, Ti: 0.2, O: 0.6 }, density: 5.1 },
  superalloy: { composition: { Ni: 0.58, Cr: 0.09, Co: 0.1, Al: 0.12, Ta: 0.04, W: 0.035, Re: 0.035 }, density: 8.7 },
  KAlSi3O8: { composition: { K: 1 / 13, Al: 1 / 13, Si: 3 / 13, O: 8 / 13 }, density: 2.6 },
  CaCO3: { composition: { Ca: 0.2, C: 0.2, O: 0.6 }, density: 2.7 },
};

interface Recorded {
  counts: number;
  channels?: number;
  /** True minus stated. */
  offsetKeV?: number;
  gain?: number;
  resolutionMnKaEV?: number;
  seed?: number;
}

/** A Poisson spectrum on an axis and with a detector that are not quite what the caller of `elementsIn` believes. */
function spectrum(specimen: Specimen, recorded: Recorded) {
  const { counts, channels = 1024, offsetKeV = 0, gain = 0, resolutionMnKaEV = 130, seed = 1 } = recorded;
  const conditions = { ...EDS_DEFAULTS, dispersionKeV: 0.02, dose: counts, channels, resolutionMnKaEV };
  const { mean, lineCounts } = phaseSpectrum({ name: 'specimen', ...specimen }, conditions);
  const random = new CounterRandom(seed, 0);
  return {
    energies: Float64Array.from(mean, (_, j) => (-0.2 + 0.02 * j) * (1 + gain) + offsetKeV),
    counts: mean.map((value) => random.poisson(value)),
    lineCounts,
  };
}

function identified(specimen: Specimen, recorded: Recorded, options?: IdentifyOptions) {
  const { energies, counts } = spectrum(specimen, recorded);
  return elementsIn(energies, counts, options);
}

const symbols = (found: readonly { element: string }[]) => found.map(({ element }) => element);

function score(recorded: Recorded) {
  const missed: string[] = [];
  const ghosts: string[] = [];
  Object.entries(MATERIALS).forEach(([name, specimen], i) => {
    const found = symbols(identified(specimen, { ...recorded, seed: i + 1 }));
    for (const [element, fraction] of Object.entries(specimen.composition)) {
      if (fraction > 0.03 && !found.includes(element)) missed.push(`${element} in ${name}`);
    }
    ghosts.push(...found.filter((each) => !(each in specimen.composition)).map((each) => `${each} in ${name}`));
  });
  return { missed, ghosts };
}

describe('fifteen materials', () => {
  it.each([
    { offsetKeV: 0, gain: 0, resolutionMnKaEV: 130 },
    { offsetKeV: 0.01, gain: 0.0003, resolutionMnKaEV: 138 },
    { offsetKeV: -0.01, gain: -0.0003, resolutionMnKaEV: 124 },
  ])(
    'at 10⁵ counts every element is found and nothing else, with $offsetKeV keV and $resolutionMnKaEV eV',
    (detector) => {
      const { missed, ghosts } = score({ counts: 1e5, ...detector });
      expect(missed).toEqual([]);
      expect(ghosts.length).toBeLessThanOrEqual(0.2 * Object.keys(MATERIALS).length);
    },
    60_000,
  );

  it('at 10⁷ counts an axis 10 eV and 0.03 % off with 6 % wider lines makes no ghosts', () => {
    const { missed, ghosts } = score({ counts: 1e7, offsetKeV: 0.01, gain: 0.0003, resolutionMnKaEV: 138 });
    expect(missed).toEqual([]);
    expect(ghosts).toEqual([]);
  }, 60_000);

  it('at 3000 counts nine of ten elements are found', () => {
    const { missed, ghosts } = score({ counts: 3e3 });
    expect(missed.length).toBeLessThanOrEqual(4);
    expect(ghosts.length).toBeLessThanOrEqual(1);
  }, 60_000);
});

describe('elementsIn', () => {
  const { NiAl } = MATERIALS;

  it('gives the counts of each line within 3 %, strongest first', () => {
    const { energies, counts, lineCounts } = spectrum(NiAl, { counts: 1e6 });
    const found = elementsIn(energies, counts);
    const total = (element: string) =>
      Object.entries(lineCounts).reduce((sum, [name, value]) => sum + (name.startsWith(`${element}_`) ? value : 0), 0);
    for (const { element, counts: fitted, lines } of found) {
      expect(fitted / total(element)).toBeGreaterThan(0.97);
      expect(fitted / total(element)).toBeLessThan(1.03);
      for (let i = 1; i < lines.length; i++) expect(lines[i].counts).toBeLessThanOrEqual(lines[i - 1].counts);
    }
    expect(found[0].counts).toBeGreaterThan(found[1].counts);
    const nickel = found.find(({ element }) => element === 'Ni')!;
    expect(nickel.lines[0]).toMatchObject({ name: 'Ni_Ka', energyKeV: 7.47228 });
    expect(nickel.lines[0].counts / lineCounts.Ni_Ka).toBeCloseTo(1, 1);
  });

  it('is surer with more counts', () => {
    const [few, many] = [1e4, 1e6].map((counts) => identified(NiAl, { counts })[0].significance);
    expect(few).toBeGreaterThan(10);
    expect(many / few).toBeGreaterThan(3);
  });

  it('sees the same on a falling axis, and twice the same', () => {
    const { energies, counts } = spectrum(MATERIALS.BaTiO3, { counts: 1e5 });
    const found = elementsIn(energies, counts);
    expect(elementsIn(energies.slice().reverse(), counts.slice().reverse())).toEqual(found);
    expect(elementsIn(energies, counts)).toEqual(found);
  });

  it('takes a strobe peak at zero for none', () => {
    const { energies, counts } = spectrum(NiAl, { counts: 1e5 });
    const strobed = counts.map((value, j) => value + Math.round(5e5 * Math.exp(-0.5 * (energies[j] / 0.03) ** 2)));
    expect(symbols(elementsIn(energies, strobed)).sort()).toEqual(['Al', 'Ni']);
  });

  it('works with channels of 5 and of 40 eV', () => {
    const { mean } = phaseSpectrum(
      { name: 'NiAl', ...NiAl },
      { ...EDS_DEFAULTS, dispersionKeV: 0.005, channels: 4096, dose: 1e5 },
    );
    const random = new CounterRandom(3, 0);
    const counts = mean.map((value) => random.poisson(value));
    const energies = Float64Array.from(counts, (_, j) => -0.2 + 0.005 * j);
    expect(symbols(elementsIn(energies, counts)).sort()).toEqual(['Al', 'Ni']);
    const coarse = Float64Array.from({ length: 512 }, (_, i) => counts.slice(8 * i, 8 * i + 8).reduce((a, b) => a + b));
    const centres = Float64Array.from({ length: 512 }, (_, i) => -0.2 + 0.04 * i + 0.0175);
    expect(symbols(elementsIn(centres, coarse)).sort()).toEqual(['Al', 'Ni']);
  });

  it('gives each line to the element whose other families are there', () => {
    const at = (composition: Record<string, number>) =>
      symbols(identified({ composition, density: 6 }, { counts: 1e5 })).sort();
    expect(at({ Pb: 0.5, O: 0.5 })).toEqual(['O', 'Pb']);
    expect(at({ Zn: 0.5, S: 0.5 })).toEqual(['S', 'Zn']);
    expect(at({ Mo: 0.5, C: 0.5 })).toEqual(['C', 'Mo']);
    expect(at({ Ti: 0.33, O: 0.67 })).toEqual(['O', 'Ti']);
    expect(at({ Ba: 0.5, O: 0.5 })).toEqual(['Ba', 'O']);
    expect(at({ Mn: 0.5, O: 0.5 })).toEqual(['Mn', 'O']);
    expect(at({ Mn: 0.4, Fe: 0.1, O: 0.5 })).toEqual(['Fe', 'Mn', 'O']);
    expect(at({ W: 0.34, Si: 0.66 })).toEqual(['Si', 'W']);
    expect(at({ W: 0.25, O: 0.75 })).toEqual(['O', 'W']);
  }, 60_000);

  it('names an improbable element only where it is needed', () => {
    const argon = { composition: { Si: 0.8, Ar: 0.2 }, density: 2 };
    expect(symbols(identified(argon, { counts: 1e5 })).sort()).toEqual(['Ar', 'Si']);
    const trace = { composition: { Si: 0.995, Ar: 0.005 }, density: 2 };
    expect(symbols(identified(trace, { counts: 1e4 }))).not.toContain('Ar');
  });

  it('finds a rare earth by its pattern', () => {
    const garnet = { composition: { Gd: 0.15, Ga: 0.25, O: 0.6 }, density: 7 };
    expect(symbols(identified(garnet, { counts: 1e5 })).sort()).toEqual(['Ga', 'Gd', 'O']);
  });

  it('accepts an expected element on less evidence, and refuses one that is not there', () => {
    const traced = { composition: { Ni: 0.9965, Fe: 0.0035 }, density: 8.9 };
    const seen = { unnamed: 0, named: 0, absent: 0 };
    for (let seed = 0; seed < 10; seed++) {
      const recorded = { counts: 1.2e4, seed };
      if (symbols(identified(traced, recorded)).includes('Fe')) seen.unnamed++;
      const found = symbols(identified(traced, recorded, { expected: ['Fe', 'Zr'] }));
      if (found.includes('Fe')) seen.named++;
      if (found.includes('Zr')) seen.absent++;
    }
    expect(seen.named).toBeGreaterThan(seen.unnamed);
    expect(seen.named).toBeGreaterThanOrEqual(9);
    expect(seen.absent).toBeLessThanOrEqual(1);
  }, 30_000);

  it('keeps to the beam energy, the stated resolution and the limit', () => {
    const { energies, counts } = spectrum(NiAl, { counts: 1e5 });
    const slow = elementsIn(energies, counts, { beamEnergyKeV: 5 });
    expect(slow.flatMap(({ lines }) => lines).every(({ energyKeV }) => energyKeV < 5)).toBe(true);
    expect(elementsIn(energies, counts, { limit: 1 })).toHaveLength(1);
    const wide = { counts: 1e5, resolutionMnKaEV: 175 };
    const told = identified(MATERIALS.superalloy, wide, { resolutionMnKaEV: 175 });
    expect(symbols(told).sort()).toEqual(Object.keys(MATERIALS.superalloy.composition).sort());
    const untold = identified(MATERIALS.superalloy, wide, { resolutionMnKaEV: 125 });
    expect(untold).not.toEqual(told);
  });

  it('finds nothing in too little, and in continuum alone', () => {
    const axis = (n: number) => Float64Array.from({ length: n }, (_, j) => 0.02 * j);
    expect(elementsIn(axis(15), new Float64Array(15).fill(100))).toEqual([]);
    expect(elementsIn(axis(1000), new Float64Array(1000).fill(0.02))).toEqual([]);
    expect(elementsIn(axis(1000), new Float64Array(1000))).toEqual([]);
    const random = new CounterRandom(5, 0);
    expect(
      elementsIn(
        axis(1000),
        Float64Array.from(axis(1000), (energy) => random.poisson(energy > 0.2 ? 200 / energy : 0)),
      ),
    ).toEqual([]);
  });

  it('counts NaN and negative values as nothing', () => {
    const { energies, counts } = spectrum(NiAl, { counts: 1e5 });
    counts[5] = Number.NaN;
    counts[900] = -4;
    expect(symbols(elementsIn(energies, counts)).sort()).toEqual(['Al', 'Ni']);
  });

  it('refuses arrays of different length, an axis that turns back, and elements that are none', () => {
    const energies = Float64Array.from({ length: 100 }, (_, j) => 0.1 * j);
    expect(() => elementsIn(energies, new Float64Array(99))).toThrowError(/99 counts on 100 energies/);
    const turned = energies.slice();
    turned[50] = 0;
    expect(() => elementsIn(turned, new Float64Array(100).fill(5))).toThrowError(/does not continue/);
    expect(() => elementsIn(energies, new Float64Array(100).fill(5), { expected: ['Xx'] })).toThrowError(/"Xx"/);
  });
});
