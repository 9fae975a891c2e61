import { portablePow } from '../kernels/index.ts';
import { edgeEnergy, isElementSymbol, lineFamilies } from '../reference/index.ts';
import { axisValue } from '../signal/axis.ts';
import { convertUnit } from '../signal/units.ts';
import type { Origin } from '../steps/products.ts';

/** A name to write at a position of the spectral axis. */
export interface LineLabel {
  readonly text: string;
  /** In the unit of the spectral axis. */
  readonly position: number;
  /** Which to keep where there is no room for all. */
  readonly priority: number;
}

/** The lines a microscopist looks for; the others clutter the figure. */
const LABELLED = /^(K[ab]|L[ab]1?|M[ab]?)$/;
/** Below this, detectors see noise. */
const LOWEST_KEV = 0.15;
const EDGE_SHELLS = ['K', 'L3', 'M5'];
const GREEK: Readonly<Record<string, string>> = { a: 'α', b: 'β', g: 'γ' };

/** Each element counts for so much less than the one named before it. */
const PER_RANK = 0.9;

/**
 * Lines (X-rays) or edge onsets (losses, absorption) of the elements that fall on the axis; none for other modalities.
 * @param elements the most important first.
 */
export function lineLabels(elements: readonly string[], { modality, spectral }: Origin): LineLabel[] {
  const known = [...new Set(elements)].filter(isElementSymbol);
  const positions =
    modality === 'eds'
      ? known.flatMap((element, rank) => ranked(xrayLines(element), rank))
      : modality === 'eels' || modality === 'xas'
        ? known.flatMap((element, rank) => ranked(edges(element), rank))
        : [];
  if (positions.length === 0 || (spectral.unit !== 'eV' && spectral.unit !== 'keV')) return [];
  const ends = [axisValue(spectral, 0), axisValue(spectral, spectral.size - 1)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return positions
    .map((label) => ({ ...label, position: convertUnit(label.position, 'keV', spectral.unit) }))
    .filter(({ position }) => position > low && position < high);
}

function ranked(labels: readonly LineLabel[], rank: number): LineLabel[] {
  return labels.map((label) => ({ ...label, priority: label.priority * portablePow(PER_RANK, rank) }));
}

function xrayLines(element: string): LineLabel[] {
  return lineFamilies(element).flatMap(({ family, lines }) =>
    lines
      .filter(({ line, energyKeV }) => LABELLED.test(line) && energyKeV > LOWEST_KEV)
      .map(({ line, energyKeV, weight }) => ({
        text: `${element} ${prettyLine(line)}`,
        position: energyKeV,
        priority: weight * (family === 'M' ? 0.5 : 1),
      })),
  );
}

function edges(element: string): LineLabel[] {
  return EDGE_SHELLS.flatMap((shell, i) => {
    const position = edgeEnergy(element, shell);
    return position ? [{ text: `${element} ${shell}`, position, priority: 1 / (i + 1) }] : [];
  });
}

/** "Ka" → "Kα", "Fe_Kb" → "Fe Kβ", "Lb1" → "Lβ1" */
export function prettyLine(line: string): string {
  return line
    .replace('_', ' ')
    .replace(/([KLMN])([abg])(\d*)$/, (_, shell, kind, rank) => `${shell}${GREEK[kind]}${rank}`);
}
