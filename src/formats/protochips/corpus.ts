import { defineConformance } from '../../../test/conformance.ts';

/** The six columns of the log, their times as listed; the reference has read two of them as integers. */
const ELECTRICAL = ['A Current (Amps)', 'A Voltage (Volts)', 'A Resistance (Ohms)']
  .flatMap((name) => [name, name.replace('A', 'B')])
  .sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0))
  .flatMap((name, i) =>
    [
      ...(/^B (Current|Voltage)/.test(name) ? ['dtype float64, oracle int64'] : []),
      'axis 0 "Time": explicit positions, oracle has scale and offset',
      `metadata.notes: absent, oracle "Calibration file name: The calibration files names are saved in the 'Original notes' array of the original metadata."`,
    ].map((difference) => `signal ${i} (Channel ${name}): ${difference}`),
  );

export default defineConformance({
  exceptions: {
    'protochips/protochips_electrical.csv': ELECTRICAL,
    'protochips/protochips_thermal.csv': [
      'signal 0 (Channel A Temperature (Degrees C)): axis 0 "Time": explicit positions, oracle has scale and offset',
    ],
  },
});
