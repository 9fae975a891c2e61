import type { ReceptiveField } from '../../steps/step.ts';
import type { NodeRule } from './index.ts';

/** 0.3 nm of pixels of 0.1 nm are 3 of them. */
const ROUNDING = 1e-9;

/** A step mixes pixels over more than the smallest feature that the user declared: the feature would be averaged away. */
export const receptiveField: NodeRule = (node) => {
  const field = node.step.receptiveField?.(node.states, node.params);
  if (!field) return [];
  const base = { code: 'receptive-field' as const, step: node.id, cite: node.step.cite[0] };
  const mixing = field.axes.filter(({ width }) => width > 1);
  if (mixing.length > 0 && mixing.every(({ feature }) => feature === undefined)) {
    return [
      {
        ...base,
        severity: 'warning',
        reason: `${node.step.title} mixes ${describeWidths(mixing)}, and nobody declared the smallest feature: ${field.mixes}`,
        fix: 'declare it: smallestFeature, in pixels or with a unit of length',
      },
    ];
  }
  const tooWide = mixing.filter(({ feature = Number.POSITIVE_INFINITY, width }) => width > feature * (1 + ROUNDING));
  if (tooWide.length === 0) return [];
  const beside = tooWide.map((axis) => inUnits(axis.feature ?? 0, axis));
  return [
    {
      ...base,
      severity: 'error',
      reason: `${node.step.title} mixes ${describeWidths(tooWide)}, wider than the smallest feature of ${[...new Set(beside)].join(' and ')}: ${field.mixes}`,
      fix: 'mix fewer pixels, or declare the feature that you want to keep',
    },
  ];
};

const describeWidths = (axes: ReceptiveField['axes']) =>
  axes.map((axis) => `${inUnits(axis.width, axis)} along ${axis.name}`).join(' and ');

/** "5 pixels (10 nm)". */
function inUnits(pixels: number, { pixel }: ReceptiveField['axes'][number]): string {
  const round = (value: number) => Number(value.toPrecision(3));
  const length = pixel ? ` (${round(pixels * pixel.size)} ${pixel.unit})` : '';
  return `${round(pixels)} pixels${length}`;
}
