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
  /** Pixels in a phase that is mostly of this class. */
  readonly right: number;
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
  const right = fates.reduce((sum, fate) => sum + fate.right, 0);
  const total = fates.reduce((sum, fate) => sum + fate.pixels, 0);
  return {
    id: 'truth',
    title: 'Against the known truth',
    findings: [
      html`Against the simulated truth, ${traced(node.id, formatPercent(right / total))} of the pixels lie in a phase that is mostly of their class.`,
    ],
    body: html`<p>These data were simulated; each true class is compared with the phase most of its pixels were given.</p>
      <div class="maps">${report.figures.fixed(
        'truth-map',
        () =>
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
  const phases = product.phases.length;
  const votes = names.map(() => new Uint32Array(phases));
  const pixels = new Uint32Array(names.length);
  const inRegions = new Uint32Array(names.length);
  for (let i = 0; i < labels.length; i++) {
    const index = labels[i];
    if (index >= names.length) continue;
    pixels[index]++;
    if (regions.has(i)) inRegions[index]++;
    if (product.labels[i] !== UNLABELLED) votes[index][product.labels[i]]++;
  }
  const classOf = Array.from({ length: phases }, (_, phase) =>
    largestAt(names.map((_name, index) => votes[index][phase])),
  );
  return names.map((name, index) => {
    const phase = largestAt(votes[index]);
    return {
      name,
      pixels: pixels[index],
      phase: phase >= 0 && votes[index][phase] > 0 ? phase : -1,
      agreeing: phase >= 0 ? votes[index][phase] : 0,
      right: votes[index].reduce((sum, n, each) => sum + (classOf[each] === index ? n : 0), 0),
      inRegions: inRegions[index],
    };
  });
}

function largestAt(values: ArrayLike<number>): number {
  let at = -1;
  for (let i = 0; i < values.length; i++) if (at < 0 || values[i] > values[at]) at = i;
  return at;
}
