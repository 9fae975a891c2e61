import { describe, expect, it } from 'vitest';
import { conditionOf, conditionsOf, numberOf, termOf } from './vocabulary.ts';

describe('a word of the vocabulary', () => {
  it.each([
    ['beam_energy_keV', 'beam_energy_keV'],
    ['detector_EDS.live_time', 'detector_*.live_time'],
    ['detector_Anything.live_time', 'detector_*.live_time'],
    ['instrument_Detector.processing.swift', 'instrument_Detector.processing'],
    ['stage.x', 'stage.x'],
    ['instrument_Spectrometer_2.model', 'instrument_Spectrometer.model'],
  ])('%s is %s', (path, key) => {
    expect(termOf(path)?.key).toBe(key);
  });

  it.each([
    'beamEnergy',
    'detector_EDS.zeal',
    'stage',
    'stage.x.y',
    'instrument_Spectrometer_.model',
    'constructor',
    '__proto__.x',
    '',
  ])('"%s" is none', (path) => {
    expect(termOf(path)).toBeUndefined();
  });
});

describe('the conditions', () => {
  const metadata = {
    beam_energy_keV: 200,
    stage: { x: 0.004, x_units: 'm', tilt_alpha: -3 },
    detector_EELS: { dwell_time: 100, dwell_time_units: 'ms', collection_angle: 3.4, collection_angle_units: 'mR' },
    detector_EDS: { segments: [{ name: 'a' }] },
    notes_units: 'no unit of anything',
  };

  it('are the leaves, with their units: those of the table, or of the file where it names them', () => {
    expect(conditionsOf(metadata)).toEqual([
      { path: 'beam_energy_keV', value: 200, unit: 'keV' },
      { path: 'stage.x', value: 0.004, unit: 'm' },
      { path: 'stage.tilt_alpha', value: -3, unit: '°' },
      { path: 'detector_EELS.dwell_time', value: 100, unit: 'ms' },
      { path: 'detector_EELS.collection_angle', value: 3.4, unit: 'mR' },
      { path: 'detector_EDS.segments', value: [{ name: 'a' }] },
      { path: 'notes_units', value: 'no unit of anything' },
    ]);
  });

  it('are asked for in the unit of the table', () => {
    expect(numberOf(metadata, 'stage.x')).toBeCloseTo(4, 12);
    expect(numberOf(metadata, 'detector_*.dwell_time')).toBeCloseTo(0.1, 12);
    expect(conditionOf(metadata, 'detector_*.collection_angle')).toEqual({
      path: 'detector_EELS.collection_angle',
      value: 3.4,
      unit: 'mrad',
    });
  });

  it('are unknown where they are absent, or in a unit that means something else', () => {
    expect(numberOf(metadata, 'detector_*.live_time')).toBeUndefined();
    expect(numberOf({ stage: { x: 1, x_units: 's' } }, 'stage.x')).toBeUndefined();
    expect(numberOf({ stage: { x: 1, x_units: 'cubits' } }, 'stage.x')).toBeUndefined();
    expect(numberOf({ beam_energy_keV: 'much' }, 'beam_energy_keV')).toBeUndefined();
  });
});
