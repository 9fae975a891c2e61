import { FigureBook } from './figure-book.ts';
import type { OutputFile } from './output.ts';
import { page } from './page.ts';
import type { Report, ReportInput, Section } from './report.ts';
import { roCrate } from './ro-crate.ts';
import { head } from './sections/head.ts';
import { productSections } from './sections/index.ts';
import { objections } from './sections/objections.ts';
import { provenance } from './sections/provenance.ts';
import { truth } from './sections/truth.ts';
import { recipeYaml, timingsJson, trailJson } from './trail.ts';

export { drawAhead } from './drawn-ahead.ts';
export type { ArrayContent, OutputFile } from './output.ts';
export type { AnyResult, ReportInput, ReportSignal } from './report.ts';

/**
 * Everything a run leaves behind, as files to write: `report.html`, figures, tables, arrays, recipe, trail and crate.
 * Equal runs give equal bytes, but for `timings.json` and the date in `ro-crate-metadata.json`.
 */
export async function buildReport(input: ReportInput): Promise<OutputFile[]> {
  const { run } = input;
  const results = run.plan.nodes.map((node) => ({ node, product: run.products[node.id] }));
  const figures = new FigureBook(input.drawn);
  const report: Report = { ...input, results, figures };
  const about = objections(report);
  const products = productSections(report);
  const against = truth(report);
  const sections: Section[] = [about, ...products, ...(against ? [against] : []), provenance(report)];
  const findings = [...products, ...(against ? [against] : []), about].flatMap((section) => section.findings ?? []);
  const files: OutputFile[] = [
    { path: 'report.html', content: page(run.plan.recipe.title, head(report, findings), sections) },
    { path: 'recipe.yaml', content: recipeYaml(input) },
    { path: 'trail.json', content: trailJson(input) },
    { path: 'timings.json', content: timingsJson(run) },
    ...sections.flatMap((section) => section.files ?? []),
    ...figures.files,
  ];
  return [...files, { path: 'ro-crate-metadata.json', content: roCrate(input, files) }];
}
