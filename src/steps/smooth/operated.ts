import { applyToRow, type ChannelOperator, operatorReach } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import type { Noise } from '../../signal/noise.ts';
import { rowByRow } from '../row-by-row.ts';

/** Rows by an operator along their channels. */
export const operated = defineMap<ChannelOperator>({
  apply: (operator, [block], _start, _end, lend) => {
    const { channels } = operator;
    return rowByRow(block, channels, lend, (row, values, at) => {
      applyToRow(operator, row, values.subarray(at, at + channels));
    });
  },
  example: ({ channels }) => ({
    args: {
      channels,
      width: 2,
      columns: Int32Array.from({ length: 2 * channels }, (_, at) => Math.min(channels - 1, (at >> 1) + (at % 2))),
      weights: Float64Array.from({ length: 2 * channels }, (_, at) => (at % 2 ? 0.25 : 0.75)),
    },
    kinds: ['events'],
  }),
});

/** Noise of what an operator makes of `given` channels: its results have errors in common as far as they share values. */
export function operatedNoise(noise: Noise, operator: ChannelOperator, given: number, why: string): Noise {
  const { across } = noise;
  const banded = (apart: number): Noise => {
    const channels = operatorReach(operator, given, apart);
    return channels === 0
      ? { tag: 'diagonal', variance: `weights² × variance (${why})`, across }
      : { tag: 'correlated', form: { kind: 'band', channels }, why, across };
  };
  switch (noise.tag) {
    case 'unknown':
      return noise;
    case 'correlated':
      return noise.form.kind === 'band'
        ? banded(noise.form.channels)
        : { tag: 'correlated', form: { kind: 'full' }, why: `${why}; ${noise.why}`, across };
    default:
      return banded(0);
  }
}
