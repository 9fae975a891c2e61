import { defineConformance } from '../../../test/conformance.ts';

/** Units in our spelling, names and units of NTUPLES, and FIRSTX and DELTAX as they are printed. */
const differ = (signal: number, title: string, axis: string, ...differences: string[]) =>
  differences.map((difference) => `signal ${signal} (${title}): axis 0 "${axis}": ${difference}`);
const frequency = (title: string) =>
  [0, 1].flatMap((signal) => differ(signal, title, 'X', 'name "FREQUENCY"', 'unit "Hz", oracle ""'));
const POSITIONS = 'the bytes of the positions differ (sha256)';
const HERTZ = 'unit "Hz", oracle "HZ"';

export default defineConformance({
  // The labels of the file, which the reference lists, are compared with the original tree beside the reader.
  compare: { metadata: 'ignore' },
  exceptions: {
    ...Object.fromEntries(
      ['difdup', 'fix', 'packed', 'squeezed'].map((form) => [
        `jcamp-dx/compression-small_jcamp-${form}.dx`,
        differ(0, '107-07-3', 'X', POSITIONS),
      ]),
    ),
    'jcamp-dx/compression_jcamp-difdup.dx': differ(0, '107-07-3', 'HZ', HERTZ),
    'jcamp-dx/compression_jcamp-fix.dx': differ(0, '107-07-3', 'HZ', HERTZ),
    'jcamp-dx/mestrec_jcamp-difdup.jdx': differ(0, '107-07-3', 'HZ', HERTZ, POSITIONS),
    'jcamp-dx/ethylvinylether_1h.jdx': frequency('"109-92-2'),
    'jcamp-dx/mestrec_jcamp-1024.jdx': frequency('1H'),
    'jcamp-dx/misc_uv.jdx': [0, 1].flatMap((signal) =>
      differ(signal, 'marstoja_XY1b_1@C5_RT_1cm_THF', 'NANOMETERS', 'unit "nm", oracle "NANOMETERS"'),
    ),
    'jcamp-dx/misc_uv_ACD.jdx': differ(0, '', '1/CM', 'unit "1/cm", oracle "1/CM"'),
  },
});
