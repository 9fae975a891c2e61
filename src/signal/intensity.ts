/** What one value of a signal means. */
export type Intensity =
  | { readonly kind: 'counts' }
  | { readonly kind: 'counts-per-unit'; readonly unit: string }
  | { readonly kind: 'rate'; readonly unit: string }
  | { readonly kind: 'normalised'; readonly how: string }
  | { readonly kind: 'log' }
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
    case 'dimensionless':
      return 'intensity';
  }
}
