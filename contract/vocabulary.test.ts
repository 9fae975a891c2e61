import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FORMATS, openFile } from '../src/formats/index.ts';
import { openNodePath } from '../src/formats/node-folder.ts';
import type { Metadata } from '../src/signal/dataset.ts';
import { MODALITIES, MODALITY_IDS } from '../src/signal/modality.ts';
import { conformanceOf, entriesOf } from '../test/conformance.ts';
import { sharedFolder } from '../test/oracle.ts';
import { offences, offencesOfTable, tableOfVocabulary } from './laws/vocabulary.ts';

const files = await Promise.all(
  FORMATS.map(async ({ id }) => entriesOf(id, await conformanceOf(id)).map(({ name, path }) => [name, path] as const)),
);

describe.skipIf(!sharedFolder())('what a file of the corpus says of its measurement', () => {
  it.each(files.flat())('%s: in the words of the vocabulary, and possible', async (_, path) => {
    const { datasets } = await openFile(await openNodePath(path));
    expect([...new Set(datasets.flatMap(offences))]).toEqual([]);
  });
});

describe('the vocabulary', () => {
  it('has each word once, with the unit that is in its name', () => {
    expect(offencesOfTable()).toEqual([]);
  });

  it.each(MODALITY_IDS.filter((id) => MODALITIES[id].conditions.length > 0))(
    'and what %s asks for stand in the documentation as they are',
    (id) => {
      const names = MODALITIES[id].conditions.map(({ name }) => name).join(', ');
      expect(readFileSync(new URL('../docs/metadata.md', import.meta.url), 'utf8')).toContain(`| ${names} |`);
    },
  );

  it('stands in the documentation as it is', () => {
    expect(readFileSync(new URL('../docs/metadata.md', import.meta.url), 'utf8')).toContain(tableOfVocabulary());
  });
});

describe('metadata are refused', () => {
  it.each<[string, Metadata, string]>([
    ['in other words', { beamEnergy: 200 }, 'beamEnergy: no word of the vocabulary'],
    ['in other words of a detector', { detector_EDS: { zeal: 1 } }, 'detector_EDS.zeal: no word of the vocabulary'],
    ['as text for a number', { beam_energy_keV: '200' }, 'beam_energy_keV: "200" is no number'],
    ['without a number', { dwell_time_s: Number.NaN }, 'dwell_time_s: null is no number'],
    ['with electrons that stand still', { beam_energy_keV: 0 }, 'beam_energy_keV: 0 is not between 0.01 and 2000 keV'],
    [
      'with an angle below none',
      { detector_EELS: { collection_angle: -1 } },
      'detector_EELS.collection_angle: -1 is not between 0 and Infinity mrad',
    ],
    ['on a day that never was', { date: '2023-02-29' }, 'date: "2023-02-29" is no date'],
    ['on a day written otherwise', { date: '28.02.2023' }, 'date: "28.02.2023" is no date'],
    ['at a time without seconds', { time: '12:00' }, 'time: "12:00" is no time'],
    ['with an element that is none', { elements: ['Fe', 'Iron'] }, 'elements: ["Fe","Iron"] is no elements'],
    [
      'in a unit that is not that of the word',
      { stage: { x: 1, x_units: 's' } },
      'stage.x: 1 is in "s", which cannot be brought to mm',
    ],
    [
      'with more live than real time',
      { detector_EDS: { live_time: 11, real_time: 10 } },
      'live time 11 above the real time 10',
    ],
  ])('%s', (_, metadata, offence) => {
    expect(offences({ metadata })).toEqual([offence]);
  });

  it('but not in the unit of the file, where it says which', () => {
    expect(offences({ metadata: { stage: { x: 4.2, x_units: 'm' }, detector_EDS: { live_time: 1 } } })).toEqual([]);
  });
});
