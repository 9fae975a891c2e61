import { portableAsin } from '../kernels/index.ts';
import { inputError } from '../signal/errors.ts';

/** A powder whose lattice is certified. */
interface PowderStandard {
  /** Cubic lattice parameter at 22.5 °C and its standard uncertainty, Å. */
  readonly a: number;
  readonly uncertainty: number;
  readonly reflects: (h: number, k: number, l: number) => boolean;
  readonly source: string;
}

/** h, k, l of one parity, and not h + k + l = 4n + 2: the diamond lattice. */
function diamond(h: number, k: number, l: number): boolean {
  const odd = (h & 1) + (k & 1) + (l & 1);
  return odd === 3 || (odd === 0 && (h + k + l) % 4 === 0);
}

/** Certificates give k = 2. */
export const POWDER_STANDARDS: Readonly<Record<'LaB6' | 'Si', PowderStandard>> = {
  LaB6: { a: 4.156826, uncertainty: 4e-6, reflects: () => true, source: 'NIST SRM 660c, certificate' },
  Si: { a: 5.431179, uncertainty: 4e-6, reflects: diamond, source: 'NIST SRM 640e, certificate' },
};

export type PowderStandardName = keyof typeof POWDER_STANDARDS;

export interface PowderLine {
  /** "111"; where several fall on one line, the first. */
  readonly hkl: string;
  /** Å. */
  readonly spacing: number;
  /** Degrees, of the given wavelength. */
  readonly twoTheta: number;
  /** From that of the lattice parameter, degrees. */
  readonly uncertainty: number;
}

const DEGREES = 180 / Math.PI;

/**
 * Lines of a standard between two angles (degrees 2θ), ascending: Bragg's law with the certified lattice.
 * @param wavelength Å. @param a another lattice parameter, Å: of an older batch.
 */
export function powderLines(
  name: PowderStandardName,
  wavelength: number,
  [from, to]: readonly [number, number],
  a: number = POWDER_STANDARDS[name].a,
): PowderLine[] {
  const { reflects, uncertainty } = POWDER_STANDARDS[name];
  const most = Math.floor((2 * a) / wavelength);
  const bySum = new Map<number, string>();
  for (let h = 1; h <= most; h++) {
    for (let k = 0; k <= h; k++) {
      for (let l = 0; l <= k; l++) {
        const sum = h * h + k * k + l * l;
        if (reflects(h, k, l) && sum <= most * most + 2 * most && !bySum.has(sum)) bySum.set(sum, `${h}${k}${l}`);
      }
    }
  }
  const lines: PowderLine[] = [];
  for (const [sum, hkl] of [...bySum].sort(([one], [other]) => one - other)) {
    const spacing = a / Math.sqrt(sum);
    const sine = wavelength / (2 * spacing);
    if (!(sine < 1)) continue;
    const twoTheta = 2 * portableAsin(sine) * DEGREES;
    if (twoTheta < from || twoTheta > to) continue;
    const tangent = sine / Math.sqrt(1 - sine * sine);
    lines.push({ hkl, spacing, twoTheta, uncertainty: (2 * tangent * DEGREES * uncertainty) / a });
  }
  return lines;
}

/**
 * Kα₁ and Kα₂ of anodes, Å (R. Deslattes & al., Rev. Mod. Phys. 75 (2003) 35; NIST X-ray Transition Energies Database).
 */
export const ANODES: Readonly<Record<string, readonly [alpha1: number, alpha2: number]>> = {
  Cr: [2.289726, 2.293651],
  Fe: [1.936041, 1.939973],
  Co: [1.788996, 1.792835],
  Cu: [1.5405929, 1.5444274],
  Mo: [0.70931715, 0.713607],
  Ag: [0.55942178, 0.5638131],
};

/** Of an anode by its symbol. @throws SpectrailError `input/unknown-anode` */
export function anodeLines(symbol: string): readonly [alpha1: number, alpha2: number] {
  if (Object.hasOwn(ANODES, symbol)) return ANODES[symbol];
  throw inputError({
    code: 'unknown-anode',
    what: `the wavelengths of an anode of "${symbol}" are not tabulated`,
    expected: Object.keys(ANODES).join(', '),
    fix: 'give the wavelength in Å',
  });
}

/** Kα₂ that goes with a Kα₁ of one of the anodes, within 1e−4 of it; undefined for any other wavelength. */
export function alpha2Beside(alpha1: number): number | undefined {
  const [, alpha2] = Object.values(ANODES).find(([known]) => Math.abs(known / alpha1 - 1) < 1e-4) ?? [];
  return alpha2 === undefined ? undefined : alpha2;
}
