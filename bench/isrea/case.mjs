import { median } from '../harness/ratios.mjs';
import { memoryText, numberText, programName, secondsText, table } from '../harness/tables.mjs';

const SPECTRA = 100_000;

export default {
  title: 'ISREA baselines on one thread, and where the time goes',

  async measure(bench) {
    const options = { channels: 1500, spectra: bench.quick ? 400 : SPECTRA, knots: 8 };
    const sides = bench.oursResident('./ours.mjs', import.meta, options);
    return { ...options, contenders: await bench.takeTurns(sides) };
  },

  lines({ channels, spectra, knots, contenders }) {
    return [
      `${spectra} Raman spectra of ${channels} channels, ${knots} knots.`,
      '',
      ...table(
        [
          'program',
          'seconds',
          'passes a spectrum',
          'spectra per second',
          'ns per channel and pass',
          'of that: median',
          'peak memory',
        ],
        contenders.map((one) => {
          const { seconds, passes, medianShare, peakBytes } = one;
          const perPass = (1e9 * median(seconds)) / (spectra * channels * passes);
          return [
            programName(one),
            secondsText(seconds),
            numberText(passes),
            numberText(spectra / median(seconds)),
            numberText(perPass),
            `${Math.round(100 * medianShare)} %`,
            memoryText(peakBytes),
          ];
        }),
      ),
      '',
      'A pass reads the residuals twice: once to sum what they add to each spline, once to make them anew. The rest is the median of',
      'those below 0, told by leaving it out: s fixed at what it came to, and as many passes.',
    ];
  },
};
