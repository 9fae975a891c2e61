import { inputError } from '../signal/errors.ts';
import type { EdsParameters } from './eds-parameters.ts';

/** Atomic fractions by symbol, summing to 1. */
export type Composition = Readonly<Record<string, number>>;

export interface Material {
  readonly name: string;
  readonly composition: Composition;
  /** g/cm³. */
  readonly density: number;
}

/** Order of the phases in the label map; the rare phase, where there is one, follows. */
export const PHASE = { alloy: 0, richAlloy: 1, scale: 2, carbide: 3, rare: 4 } as const;

/** What the look-alike pair differs in. */
export const PAIR_ELEMENT = 'Cr';
/** Element of the rare phase, in no other phase, with its Kα where no other phase has a line. */
export const RARE_ELEMENT = 'Ca';
export const RARE_LINE = 'Ca_Ka';
/** Share of the rare pixel's counts in the line: 12 of 100. */
export const RARE_LINE_SHARE = 0.12;

const ALLOY: Material = {
  name: 'Ni-Cr-Co alloy',
  composition: { Ni: 0.6, Cr: 0.2, Co: 0.15, Al: 0.05 },
  density: 8.3,
};
const SCALE: Material = { name: 'alumina scale', composition: { Al: 0.4, O: 0.6 }, density: 3.95 };
const CARBIDE: Material = { name: '(Ti,Ta)C carbide', composition: { C: 0.5, Ti: 0.35, Ta: 0.15 }, density: 8.2 };

/** `composition` with `fraction` of one element, the rest reduced in proportion. */
export function withFraction(composition: Composition, element: string, fraction: number): Composition {
  const rest = 1 - (composition[element] ?? 0);
  const symbols = element in composition ? Object.keys(composition) : [...Object.keys(composition), element];
  const share = (symbol: string) => (symbol === element ? fraction : (composition[symbol] * (1 - fraction)) / rest);
  return Object.fromEntries(symbols.map((symbol) => [symbol, share(symbol)]));
}

/** The four materials that fill the map. */
export function materials(pairDifference: number): readonly Material[] {
  const richer = ALLOY.composition[PAIR_ELEMENT] + pairDifference;
  return [
    ALLOY,
    {
      name: `${PAIR_ELEMENT}-rich alloy`,
      composition: withFraction(ALLOY.composition, PAIR_ELEMENT, richer),
      density: ALLOY.density,
    },
    SCALE,
    CARBIDE,
  ];
}

/** The scale with `fraction` of calcium: an aluminate inclusion. */
export function rareMaterial(fraction: number): Material {
  return {
    name: 'calcium aluminate inclusion',
    composition: withFraction(SCALE.composition, RARE_ELEMENT, fraction),
    density: SCALE.density,
  };
}

export interface Layout {
  /** Phase of each pixel, row-major. */
  readonly labels: Uint8Array;
  /** Flat indices of the rare pixels, ascending; empty without a rare phase. */
  readonly rarePixels: readonly number[];
}

/**
 * Sharp-edged cross section that scales with the map: a scale along the top with a wavy foot, two alloys below it that
 * meet on a slanted line, a round carbide on that line. The rare phase is a plus of five pixels inside the scale.
 * @throws SpectrailError `input/bad-parameter` where the map is too small to give every phase a tenth of it.
 */
export function layout({ height, width, rare }: Pick<EdsParameters, 'height' | 'width' | 'rare'>): Layout {
  const labels = new Uint8Array(height * width);
  const radius2 = 0.21 * 0.21 * height * width;
  for (let y = 0; y < height; y++) {
    const v = (y + 0.5) / height;
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5) / width;
      const triangle = Math.abs(((3 * u) % 1) - 0.5);
      const dy = (v - 0.66) * height;
      const dx = (u - 0.5) * width;
      let label: number = u + 0.3 * (v - 0.66) < 0.5 ? PHASE.alloy : PHASE.richAlloy;
      if (dx * dx + dy * dy < radius2 && v < 1) label = PHASE.carbide;
      if (v < 0.22 + 0.16 * triangle) label = PHASE.scale;
      labels[y * width + x] = label;
    }
  }
  requireTenths(labels);
  if (!rare) return { labels, rarePixels: [] };
  const row = Math.round(0.12 * height);
  const column = Math.round(0.7 * width);
  const rarePixels = [
    [-1, 0],
    [0, -1],
    [0, 0],
    [0, 1],
    [1, 0],
  ].map(([dy, dx]) => (row + dy) * width + column + dx);
  for (const pixel of rarePixels) labels[pixel] = PHASE.rare;
  return { labels, rarePixels };
}

function requireTenths(labels: Uint8Array): void {
  for (const phase of [PHASE.alloy, PHASE.richAlloy, PHASE.scale, PHASE.carbide]) {
    const pixels = labels.reduce((sum, label) => sum + (label === phase ? 1 : 0), 0);
    if (pixels < 0.105 * labels.length) {
      throw inputError({
        code: 'bad-parameter',
        where: 'EDS simulator',
        what: `phase ${phase} would cover only ${((100 * pixels) / labels.length).toFixed(1)} % of the map`,
        expected: 'height and width within a factor of 3 of each other, at least 16 pixels each',
      });
    }
  }
}
