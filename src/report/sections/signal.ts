import { axisValues, describeCalibration } from '../../signal/axis.ts';
import { describeIntensity } from '../../signal/intensity.ts';
import { describeMask } from '../../signal/mask.ts';
import { describeNoise } from '../../signal/noise.ts';
import { pixelCount } from '../../signal/signal.ts';
import { spectrum } from '../figures/spectrum.ts';
import { lineLabels } from '../line-labels.ts';
import { html } from '../markup.ts';
import { counted, formatNumber } from '../numbers.ts';
import { describeNavigation, formatBand, spectralColumn, spectralLabel } from '../origin-axes.ts';
import { csv } from '../output.ts';
import { traced } from '../page-parts.ts';
import { elementsFound, type ProductSection } from '../report.ts';
import { sumSpectrum } from '../sum-spectrum.ts';

export const signal: ProductSection<'signal'> = (report, { node, product }) => {
  const { spectral, source, navigation, intensity, noise, mask } = product;
  const x = axisValues(spectral);
  const values = source.type === 'memory' ? sumSpectrum(source.block) : undefined;
  const masked = describeMask(mask);
  const unit = describeIntensity(intensity);
  const tied = describeCalibration(spectral);
  const many = pixelCount(product) > 1;
  const figure =
    values &&
    x.length > 1 &&
    report.figures.wide(
      `${node.id}-sum`,
      1080,
      (width) =>
        spectrum({
          width,
          height: 200,
          x,
          xLabel: spectralLabel(product),
          yLabel: `${unit} per channel`,
          scale: values.some((value) => value < 0) ? 'sqrt' : 'log',
          traces: [{ y: values, colour: '#0072b2' }],
          labels: lineLabels(elementsFound(report), product),
          alt: `Spectrum of ${node.id}`,
        }),
      many ? 'Sum over all pixels.' : undefined,
    );
  return {
    id: `result-${node.id}`,
    title: `${node.step.title}: ${node.id}`,
    files: values
      ? [
          {
            path: `spectrum-${node.id}.csv`,
            content: csv(
              [spectralColumn(spectral), many ? 'sum' : 'value'],
              Array.from(x, (position, j) => [position, values[j]]),
            ),
          },
        ]
      : [],
    body: html`<p>A signal: ${describeNavigation(navigation)}, ${counted(spectral.size, 'channel')}${x.length > 0 && html`, ${formatBand([x[0], x[x.length - 1]], spectral)}`};
      ${unit}; noise: ${describeNoise(noise)}${masked && `; masked: ${masked}`}${tied && `; axis tied to ${tied}`}.
      ${values && html`Total ${traced(node.id, formatNumber(values.reduce((sum, value) => sum + value, 0)))} ${unit}.`}
      ${!values && 'Its values were carried through to the next steps without being kept.'}</p>${figure}`,
  };
};
