import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFile } from '../../formats/index.ts';
import { openNodeFile } from '../../formats/node-file.ts';
import { axisValues } from '../../signal/axis.ts';
import { readRow, toDense } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { elementsIn } from './elements.ts';

const corpus = resolve(process.env.SPECTRAIL_SHARED ?? '../shared', 'corpus');
const shared = existsSync(corpus);
if (!shared) console.warn(`recorded EDS files are not tested: ${corpus} is missing`);

/** Must: named by the file or plain from its peaks. May: support, window, milling and stray radiation. */
const FILES = [
  {
    file: 'hspy/EDS_SEM_TM002.hspy',
    must: ['Al', 'C', 'Cu', 'Mn', 'Zr'],
    may: ['O'],
    surplus: 1,
  },
  {
    file: 'hspy/EDS_TEM_FePt_nanoparticles.hspy',
    must: ['Fe', 'Pt', 'Cu', 'C'],
    may: ['O', 'Si', 'Co', 'Zr'],
    surplus: 0,
  },
  {
    file: 'hspy/88_ES-LP_G8_selection2_cropped2.hspy',
    must: ['Al', 'Ca', 'Fe', 'Mg', 'Si', 'Cu', 'Lu'],
    may: ['Hf', 'Nd', 'Sm', 'U', 'O', 'Ga', 'Pt', 'Mo', 'Cl'],
    surplus: 1,
  },
  { file: 'bruker-bcf/test_TEM.bcf', must: ['Cu', 'O', 'Pd', 'Ti'], may: ['Si', 'N', 'Cl'], surplus: 1 },
  { file: 'bruker-bcf/Hitachi_TM3030Plus.bcf', must: ['Al', 'Cu'], may: ['C', 'O'], surplus: 0 },
  { file: 'bruker-bcf/bcf_v2_50x50px.bcf', must: ['Ag', 'Al', 'C', 'Cu', 'O'], may: ['Si'], surplus: 0 },
  {
    file: 'bruker-bcf/P45_8bit_compressed_80keV_range.bcf',
    must: ['Al', 'Ca', 'Fe', 'K', 'Mg', 'Na', 'O', 'Si', 'Ti'],
    may: ['Cl', 'P'],
    surplus: 1,
  },
];

async function summedSpectrum(file: string) {
  const { datasets } = await openFile(await openNodeFile(join(corpus, file)));
  const dataset = datasets.find(
    (each): each is ArrayDataset => each.kind === 'array' && each.axes.at(-1)?.role === 'spectral',
  )!;
  const axis = dataset.axes.at(-1)!;
  const counts = new Float64Array(axis.size);
  const row = new Float64Array(axis.size);
  const loaded = await dataset.values.load();
  const block =
    'kind' in loaded
      ? loaded
      : toDense({ kind: 'dense', pixels: loaded.length / axis.size, channels: axis.size, values: loaded as never });
  for (let i = 0; i < block.pixels; i++) {
    readRow(block, i, row);
    for (let j = 0; j < counts.length; j++) counts[j] += row[j];
  }
  const detector = dataset.metadata.detector_EDS as { energy_resolution_MnKa?: number } | undefined;
  return {
    energies: axisValues(axis),
    counts,
    beamEnergyKeV: dataset.metadata.beam_energy_keV as number | undefined,
    resolutionMnKaEV: detector?.energy_resolution_MnKa,
  };
}

describe.skipIf(!shared)('recorded spectra', () => {
  it.each(FILES)(
    '$file shows $must',
    async ({ file, must, may, surplus }) => {
      const { energies, counts, ...options } = await summedSpectrum(file);
      const found = elementsIn(energies, counts, options).map(({ element }) => element);
      expect(found).toEqual(expect.arrayContaining(must));
      const others = found.filter((element) => ![...must, ...may].includes(element));
      expect(others.length, `also ${others}`).toBeLessThanOrEqual(surplus);
    },
    60_000,
  );
});
