import { type PhaseMap, UNLABELLED } from '../../steps/products.ts';
import { labelMap } from '../figures/label-map.ts';
import { classColour } from '../figures/palette.ts';
import { html } from '../markup.ts';
import { counted, formatPercent } from '../numbers.ts';
import { table, traced } from '../page-parts.ts';
import { type Report, resultsOf, type Section } from '../report.ts';

interface ClassFate {
  readonly name: string;
  readonly pixels: number;
  /** Index of the phase most of its pixels went to; −1 where none was labelled. */
  readonly phase: number;
  readonly agreeing: number;
  readonly inRegions: number;
}

/** Simulated data: what was found against what was put in. */
export function truth(report: Report): Section | undefined {
  const { truth: known } = report;
  const found =
    known && resultsOf(report, 'phases').find(({ product }) => product.labels.length === known.labels.length);
  if (!known || !found) return undefined;
  const { node, product } = found;
  const regionPixels = new Set(
    resultsOf(report, 'anomalies').flatMap((result) =>
      result.product.regions.filter(({ status }) => status === 'confirmed').flatMap(({ pixels }) => pixels),
    ),
  );
  const fates = fatesOf(known.labels, known.names, product, regionPixels);
  const agreeing = fates.reduce((sum, fate) => sum + fate.agreeing, 0);
  const total = fates.reduce((sum, fate) => sum + fate.pixels, 0);
  return {
    id: 'truth',
    title: 'Against the known truth',
    findings: [
      html`Against the simulated truth, ${traced(node.id, formatPercent(agreeing / total))} of the pixels lie in the right phase.`,
    ],
    body: html`<p>These data were simulated; each true class is compared with the phase most of its pixels were given.</p>
      <div class="maps">${report.figures.fixed(
        'truth-map',
        labelMap({
          labels: known.labels,
          navigation: product.navigation,
          legend: known.names,
          size: 300,
          alt: 'True classes',
        }),
        html`True classes, in colours of their own.`,
      )}</div>
      ${table(
        [
          { title: 'true class' },
          { title: 'pixels', number: true },
          { title: 'found as' },
          { title: 'in that phase', number: true },
          { title: 'in confirmed regions', number: true },
        ],
        fates.map(({ name, pixels, phase, agreeing: n, inRegions }, i) => [
          html`<span class="swatch" style="background:${classColour(i)}"></span>${name}`,
          pixels,
          phase < 0 ? 'nothing' : product.phases[phase].name,
          formatPercent(n / pixels),
          counted(inRegions, 'pixel'),
        ]),
        node.id,
      )}`,
  };
}

function fatesOf(
  labels: Uint8Array,
  names: readonly string[],
  product: PhaseMap,
  regions: ReadonlySet<number>,
): ClassFate[] {
  return names.map((name, index) => {
    const votes = product.phases.map(() => 0);
    let pixels = 0;
    let inRegions = 0;
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] !== index) continue;
      pixels++;
      if (regions.has(i)) inRegions++;
      if (product.labels[i] !== UNLABELLED) votes[product.labels[i]]++;
    }
    const agreeing = Math.max(0, ...votes);
    return { name, pixels, phase: agreeing > 0 ? votes.indexOf(agreeing) : -1, agreeing, inRegions };
  });
}
