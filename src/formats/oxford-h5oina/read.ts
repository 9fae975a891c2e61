import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5File, hdf5Kind, openHdf5 } from '../hdf5/index.ts';
import { readEbsd } from './ebsd.ts';
import { readEds } from './eds.ts';
import { readImages } from './images.ts';
import type { Technique } from './technique.ts';

/** Of particle analyses: a slice is a particle. */
const MOST_SLICES = 1024;
const MOST_NOTES = 16;

type Reader = (technique: Technique, left: SpectrailError[]) => Promise<ArrayDataset[]>;

/** In this order the datasets are given. */
const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^EDS\d{0,3}$/, readEds],
  [/^EBSD$/, readEbsd],
  [/^Electron Image$/, readImages],
];

export async function isH5oinaFile(source: ByteSource): Promise<boolean> {
  const file = await openHdf5(source);
  try {
    return await isH5oina(file);
  } finally {
    await file.close();
  }
}

/** The two datasets that every version must have; the name of the maker where it is given. */
async function isH5oina(file: Hdf5File): Promise<boolean> {
  const names = (await file.list('/')).filter(({ kind }) => kind === 'dataset').map(({ name }) => name);
  if (!names.includes('Format Version') || !names.includes('Index')) return false;
  if (!names.includes('Manufacturer')) return true;
  const { element } = await file.dataset('/Manufacturer');
  return element.kind === 'text' && /oxford/i.test((await file.strings('/Manufacturer')).join());
}

/**
 * Of each acquisition the spectra of the X-ray detectors first, then the maps made of them, diffraction, and electron images.
 * What cannot be read is left out with a warning.
 * @throws SpectrailError `format/not-h5oina`, `format/bad-h5oina`, and those of {@link openHdf5}
 */
export async function readH5oina(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    if (!(await isH5oina(file))) throw await notH5oina(file, source);
    const slices = (await file.list('/')).filter(({ kind }) => kind === 'group').map(({ name }) => name);
    slices.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
    const datasets: ArrayDataset[] = [];
    const left: SpectrailError[] = [];
    for (const slice of slices.slice(0, MOST_SLICES)) {
      const techniques = (await file.list(`/${slice}`)).filter(({ kind }) => kind === 'group').map(({ name }) => name);
      for (const [pattern, read] of READERS) {
        const fit = techniques.filter((name) => pattern.test(name));
        for (const name of fit) {
          const label = [slices.length > 1 ? slice : '', fit.length > 1 ? name : ''].filter((part) => part !== '');
          try {
            const technique = { file, source, path: `/${slice}/${name}`, label: label.join(' ') };
            datasets.push(...(await read(technique, left)));
          } catch (error) {
            if (!isSpectrailError(error)) throw error;
            left.push(error);
          }
        }
      }
    }
    if (datasets.length === 0) {
      throw left[0] ?? bad(source, 'no acquisition with data', 'groups EDS, EBSD or Electron Image with data in them');
    }
    const notes = left.slice(0, MOST_NOTES).map(({ where, what }) => `left out, ${where ?? ''}: ${what}`);
    if (slices.length > MOST_SLICES) notes.push(`of ${slices.length} acquisitions the first ${MOST_SLICES} are given`);
    return datasets.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, ...notes] }));
  } finally {
    await file.close();
  }
}

function bad(source: ByteSource, what: string, expected: string): SpectrailError {
  return formatError({ code: 'bad-h5oina', where: source.name, what, expected });
}

async function notH5oina(file: Hdf5File, source: ByteSource): Promise<SpectrailError> {
  const kind = await hdf5Kind(file);
  return formatError({
    code: 'not-h5oina',
    where: source.name,
    what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: it says no format version and index`,
    expected: 'datasets "Format Version" and "Index" at its root',
    fix: 'export it from AZtec as H5OINA',
  });
}
