import { portableExp, portableLog } from '../kernels/portable-math.ts';
import { inputError } from '../signal/errors.ts';
import { elementOf, massFractions } from './elements.ts';
import { ATTENUATION } from './mass-attenuation.data.ts';

interface Curve {
  readonly energies: Float64Array;
  readonly logEnergies: Float64Array;
  readonly logCoefficients: Float64Array;
}

const LOW_KEV = 0.1;
const HIGH_KEV = 100;

let rows: Map<number, string> | undefined;
const curves = new Map<number, Curve>();

function curve(z: number): Curve {
  const known = curves.get(z);
  if (known) return known;
  rows ??= new Map(
    ATTENUATION.trim()
      .split('\n')
      .map((row) => [Number.parseInt(row, 10), row.slice(row.indexOf(' ') + 1)]),
  );
  const row = rows.get(z);
  if (!row) {
    throw inputError({
      code: 'no-attenuation',
      what: `no mass attenuation coefficients for ${elementOf(z).name}`,
      expected: 'an element from H to U',
    });
  }
  const nodes = row.split(' ').map((cell) => cell.split(':').map(Number));
  const energies = Float64Array.from(nodes, ([energy]) => energy);
  const made = {
    energies,
    logEnergies: energies.map(portableLog),
    logCoefficients: Float64Array.from(nodes, ([, coefficient]) => portableLog(coefficient)),
  };
  curves.set(z, made);
  return made;
}

/**
 * Total mass attenuation coefficient of an element in cm²/g, log-log interpolated between tabulated energies and never
 * across an edge. Deviation from the source table: median 0.02 %, 95th percentile 0.6 %.
 * @param energyKeV 0.1 to 100.
 * @throws SpectrailError `input/energy-range` | `input/unknown-element` | `input/no-attenuation`
 */
export function massAttenuation(element: string | number, energyKeV: number): number {
  if (!(energyKeV >= LOW_KEV && energyKeV <= HIGH_KEV)) {
    throw inputError({
      code: 'energy-range',
      what: `no mass attenuation coefficient at ${energyKeV} keV`,
      expected: `an energy from ${LOW_KEV} to ${HIGH_KEV} keV`,
    });
  }
  const { energies, logEnergies, logCoefficients } = curve(elementOf(element).z);
  let low = 0;
  let high = energies.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (energies[middle] <= energyKeV) low = middle;
    else high = middle;
  }
  const fraction = (portableLog(energyKeV) - logEnergies[low]) / (logEnergies[high] - logEnergies[low]);
  return portableExp(logCoefficients[low] + (logCoefficients[high] - logCoefficients[low]) * fraction);
}

/** Coefficient of a compound in cm²/g from its atomic fractions: the mass-weighted mean of its elements. */
export function compoundAttenuation(atomic: Readonly<Record<string, number>>, energyKeV: number): number {
  let sum = 0;
  for (const [symbol, fraction] of Object.entries(massFractions(atomic))) {
    sum += fraction * massAttenuation(symbol, energyKeV);
  }
  return sum;
}
