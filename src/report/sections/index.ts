import type { ProductKind } from '../../steps/products.ts';
import type { AnyResult, ProductSection, Result, Results, Section } from '../report.ts';
import { anomalies } from './anomalies.ts';
import { backgrounds } from './backgrounds.ts';
import { factors } from './factors.ts';
import { measurements } from './measurements.ts';
import { phases } from './phases.ts';
import { signal } from './signal.ts';
import { truncation } from './truncation.ts';
import { window } from './window.ts';

/** Every kind of product, in the order of the page. */
const PRODUCT_SECTIONS: { readonly [K in ProductKind]: ProductSection<K> } = {
  truncation,
  factors,
  phases,
  anomalies,
  backgrounds,
  window,
  measurements,
  signal,
};

/** A section for every result of the run. */
export function productSections(report: Results): Section[] {
  return (Object.keys(PRODUCT_SECTIONS) as ProductKind[]).flatMap((kind) =>
    report.results.filter(({ product }) => product.product === kind).map((result) => write(kind, report, result)),
  );
}

function write<K extends ProductKind>(kind: K, report: Results, result: AnyResult): Section {
  return PRODUCT_SECTIONS[kind](report, result as unknown as Result<K>);
}
