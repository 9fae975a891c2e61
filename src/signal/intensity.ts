/** What one value of a signal means. */
export type Intensity =
  | { readonly kind: 'counts' }
  | { readonly kind: 'counts-per-unit'; readonly unit: string }
  | { readonly kind: 'rate'; readonly unit: string }
  | { readonly kind: 'normalised'; readonly how: string }
  | { readonly kind: 'log' }
  /** 2√(counts + 3/8 + r²), r the readout noise in counts: variance near 1. */
  | { readonly kind: 'stabilised'; readonly readout: number }
  | { readonly kind: 'dimensionless' };

export type IntensityKind = Intensity['kind'];

export const COUNTS: Intensity = { kind: 'counts' };

/** For axis labels and tables: "counts", "counts/eV", "counts/s", … */
export function describeIntensity(intensity: Intensity): string {
  switch (intensity.kind) {
    case 'counts':
      return 'counts';
    case 'counts-per-unit':
      return `counts/${intensity.unit}`;
    case 'rate':
      return `counts/${intensity.unit}`;
    case 'normalised':
      return `normalised (${intensity.how})`;
    case 'log':
      return 'log intensity';
    case 'stabilised':
      return 'stabilised counts';
    case 'dimensionless':
      return 'intensity';
  }
}

/** What sums and multiples of such values are: those of transformed values cannot be turned back. */
export function combinedIntensity(intensity: Intensity): Intensity {
  return intensity.kind === 'stabilised' ? { kind: 'dimensionless' } : intensity;
}
