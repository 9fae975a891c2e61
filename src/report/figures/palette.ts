import * as Plot from '@observablehq/plot';

export type Rgb = readonly [number, number, number];

/**
 * Colours for classes that the colour-blind can tell apart: Okabe & Ito 2008 without black, then darker and lighter
 * companions; more classes start again.
 */
const CLASSES = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#f0e442',
  '#5b4a9e',
  '#7a4f1d',
  '#004d40',
  '#a3195b',
  '#8a8a8a',
];

/** Pixels without a value. */
export const NOTHING: Rgb = [214, 214, 214];

export function classColour(index: number): string {
  return CLASSES[index % CLASSES.length];
}

/** The same for lines: yellow vanishes on white paper. */
export function lineColour(index: number): string {
  const colour = classColour(index);
  return colour === '#f0e442' ? '#a89a00' : colour;
}

export function hexToRgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export type Ramp = 'viridis' | 'magma' | 'greys' | 'diverging';

const SCHEMES: Readonly<Record<Ramp, string>> = {
  viridis: 'viridis',
  magma: 'magma',
  greys: 'greys',
  diverging: 'rdbu',
};

/** Colours of a ramp have indices 0 … LEVELS − 1; the index LEVELS is for pixels without a value. */
export const LEVELS = 255;

/** LEVELS colours, lowest value first, then {@link NOTHING}. Diverging: blue below zero, white at zero, red above. */
export function rampColours(ramp: Ramp): Rgb[] {
  const scale = Plot.scale({
    color: {
      type: 'linear',
      scheme: SCHEMES[ramp] as Plot.ColorScheme,
      domain: [0, LEVELS - 1],
      reverse: ramp === 'diverging',
    },
  });
  return [...Array.from({ length: LEVELS }, (_, i) => parseColour(String(scale?.apply(i)))), NOTHING];
}

function parseColour(text: string): Rgb {
  if (text.startsWith('#')) return hexToRgb(text);
  const [r, g, b] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [Math.round(r), Math.round(g), Math.round(b)];
}
