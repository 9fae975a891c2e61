import { inputError } from '../signal/errors.ts';
import { elementOf } from './elements.ts';
import { EDGES, FAMILIES } from './xray-lines.data.ts';

export type LineFamily = 'K' | 'L' | 'M';

/** One emission line as an energy-dispersive detector resolves it: unresolved components are one line at their mean. */
export interface XrayLine {
  /** Symbol. */
  readonly element: string;
  readonly z: number;
  /** As microscopists write it: "Fe_Ka", "Pt_La", "Au_Ma". */
  readonly name: string;
  /** Siegbahn name without the element: Ka, Kb, La, Lb1, Ma, … */
  readonly line: string;
  readonly family: LineFamily;
  /** Sub-shell whose vacancy emits the line: K, L3, M5, … */
  readonly shell: string;
  readonly energyKeV: number;
  /** Intensity relative to the alpha line of the family (to the strongest line where there is no alpha). */
  readonly weight: number;
  /** Share of the family's photons, 0 to 1. */
  readonly fraction: number;
  /** Absorption edge of `shell`: the beam must exceed it. */
  readonly edgeKeV: number;
  /** Fluorescence yield of `shell`. */
  readonly fluorescenceYield: number;
}

interface Shell {
  readonly edgeKeV: number;
  readonly fluorescenceYield: number;
}

interface Family {
  readonly family: LineFamily;
  /** Photons emitted per ionisation of the family, all lines together. */
  readonly photonsPerIonisation: number;
  readonly lines: readonly XrayLine[];
}

let shellTable: Map<number, Map<string, Shell>> | undefined;
let familyTable: Map<number, Family[]> | undefined;
let allLines: readonly XrayLine[] | undefined;

const rowsOf = (table: string) =>
  table
    .trim()
    .split('\n')
    .map((row) => row.split(' '));

function shells(): Map<number, Map<string, Shell>> {
  shellTable ??= new Map(
    rowsOf(EDGES).map(([z, ...cells]) => [
      Number(z),
      new Map(
        cells.map((cell) => {
          const [shell, edge, fluorescence] = cell.split(':');
          return [shell, { edgeKeV: Number(edge), fluorescenceYield: Number(fluorescence) }];
        }),
      ),
    ]),
  );
  return shellTable;
}

function families(): Map<number, Family[]> {
  if (familyTable) return familyTable;
  familyTable = new Map();
  for (const [zText, family, photons, ...cells] of rowsOf(FAMILIES)) {
    const z = Number(zText);
    const entry = parseFamily(z, family as LineFamily, Number(photons), cells);
    familyTable.set(z, [...(familyTable.get(z) ?? []), entry]);
  }
  return familyTable;
}

function parseFamily(z: number, family: LineFamily, photonsPerIonisation: number, cells: string[]): Family {
  const { symbol } = elementOf(z);
  const parsed = cells.map((cell) => cell.split(':'));
  const total = parsed.reduce((sum, [, , , weight]) => sum + Number(weight), 0);
  const lines = parsed.map(([line, shell, energy, weight]): XrayLine => {
    const { edgeKeV, fluorescenceYield } = shells().get(z)!.get(shell)!;
    return {
      element: symbol,
      z,
      name: `${symbol}_${line}`,
      line,
      family,
      shell,
      energyKeV: Number(energy),
      weight: Number(weight),
      fraction: Number(weight) / total,
      edgeKeV,
      fluorescenceYield,
    };
  });
  return { family, photonsPerIonisation, lines };
}

/**
 * Emission lines of an element (symbol or Z), K then L then M, alpha first. Empty below beryllium and above americium.
 * @throws SpectrailError `input/unknown-element`
 */
export function lines(element: string | number, family?: LineFamily): readonly XrayLine[] {
  return lineFamilies(element)
    .filter((entry) => family === undefined || entry.family === family)
    .flatMap((entry) => entry.lines);
}

/** The line families of an element with the photons they emit per ionisation. */
export function lineFamilies(element: string | number): readonly Family[] {
  return families().get(elementOf(element).z) ?? [];
}

/**
 * The line of a name such as "Fe_Ka".
 * @throws SpectrailError `input/unknown-line`
 */
export function lineNamed(name: string): XrayLine {
  const [symbol, line] = name.split('_');
  const known = lines(symbol);
  const found = known.find((candidate) => candidate.line === line);
  if (!found) {
    throw inputError({
      code: 'unknown-line',
      what: `"${name}" is not a tabulated X-ray line`,
      expected: known.length ? `one of ${known.map((each) => each.name).join(', ')}` : 'an element from Be to Am',
    });
  }
  return found;
}

/**
 * Absorption edge of a sub-shell in keV; undefined where the element has no such shell.
 * @throws SpectrailError `input/unknown-element`
 */
export function edgeEnergy(element: string | number, shell: string): number | undefined {
  return shells().get(elementOf(element).z)?.get(shell)?.edgeKeV;
}

/** Every tabulated line, ascending in energy. */
export function everyLine(): readonly XrayLine[] {
  allLines ??= [...families().values()]
    .flatMap((entries) => entries.flatMap((entry) => entry.lines))
    .sort((a, b) => a.energyKeV - b.energyKeV);
  return allLines;
}

/**
 * Lines within ±`toleranceKeV` of an energy, nearest first.
 * @param options.beamEnergyKeV leaves out lines whose edge the beam cannot ionise.
 * @param options.minWeight leaves out lines weaker than this fraction of their family's alpha (default 0).
 */
export function linesNear(
  energyKeV: number,
  toleranceKeV: number,
  options: { beamEnergyKeV?: number; minWeight?: number } = {},
): XrayLine[] {
  const { beamEnergyKeV = Number.POSITIVE_INFINITY, minWeight = 0 } = options;
  const distance = (line: XrayLine) => Math.abs(line.energyKeV - energyKeV);
  return everyLine()
    .filter((line) => distance(line) <= toleranceKeV && line.edgeKeV < beamEnergyKeV && line.weight >= minWeight)
    .sort((a, b) => distance(a) - distance(b));
}
