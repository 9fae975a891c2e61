import { type Axis, explicitAxis, uniformAxis } from '../signal/axis.ts';
import type { Dataset, DatasetValues, PlainTree } from '../signal/dataset.ts';
import type { Dtype } from '../signal/dtype.ts';

/** Where the points of a scan were taken: evenly from the first, or as listed. */
export type ScanPositions = { readonly start: number; readonly step: number } | { readonly listed: Float64Array };

export interface DiffractionScan {
  readonly title: string;
  /** As {@link goniometerAxis} spells it. */
  readonly axisName: string;
  readonly unit: string;
  readonly positions: ScanPositions;
  readonly size: number;
  readonly dtype: Dtype;
  readonly values: DatasetValues;
  readonly metadata: PlainTree;
  readonly original: PlainTree;
  readonly warnings: readonly string[];
}

const AXES: Readonly<Record<string, string>> = {
  '2theta': '2θ',
  twotheta: '2θ',
  gonio: '2θ',
  theta: 'θ',
  omega: 'ω',
  phi: 'φ',
  chi: 'χ',
  khi: 'χ',
  psi: 'ψ',
};

/** The letter of a circle of the goniometer (`2Theta` is 2θ); other names, of stages and slits, stay as they are. */
export function goniometerAxis(name: string): string {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '');
  return Object.hasOwn(AXES, plain) ? AXES[plain] : name.trim();
}

/**
 * One scan of a diffractometer: a spectrum over the angle. Positions that go back and forth, or stand still, are no axis:
 * such a scan is a table of position and intensity.
 */
export async function diffractionDataset(scan: DiffractionScan): Promise<Dataset> {
  const { title, axisName, unit, positions, size, dtype, values, metadata, original, warnings } = scan;
  if ('listed' in positions && !isMonotonic(positions.listed)) {
    const loaded = (await values.load()) as ArrayLike<number>;
    return {
      kind: 'table',
      title,
      rows: size,
      columns: [
        { name: axisName, unit, values: positions.listed },
        { name: 'Intensity', unit: '', values: Float64Array.from(loaded) },
      ],
      metadata,
      original,
      warnings: [...warnings, `${axisName} does not go one way only: this is a table, not a spectrum`],
    };
  }
  const named = { name: axisName, unit, role: 'spectral' as const };
  const axis: Axis =
    'listed' in positions
      ? explicitAxis({ ...named, positions: positions.listed })
      : uniformAxis({ ...named, size, scale: positions.step, offset: positions.start });
  return { kind: 'array', title, shape: [size], dtype, axes: [axis], values, metadata, original, warnings };
}

function isMonotonic(positions: Float64Array): boolean {
  const up = positions[positions.length - 1] > positions[0];
  for (let i = 1; i < positions.length; i++) {
    if (up ? !(positions[i] > positions[i - 1]) : !(positions[i] < positions[i - 1])) return false;
  }
  return true;
}

/** Values that a text file has given up already. */
export function knownValues(values: Float64Array): DatasetValues {
  return { kind: 'dense', load: async () => values.slice() };
}

/** Without the entries that a file does not say, or says as 0 or less where nothing real is. */
export function onlyPositive(entries: Readonly<Record<string, number | undefined>>): PlainTree {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, number] => Number.isFinite(entry[1]) && entry[1]! > 0),
  );
}
