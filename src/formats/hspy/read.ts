import type { Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5Member, hdf5Kind, hdf5Values, openHdf5 } from '../hdf5/index.ts';
import { readExperiments } from './experiments.ts';

export async function isHyperspyFile(source: ByteSource): Promise<boolean> {
  const file = await openHdf5(source);
  try {
    return holdsExperiments(await file.list('/'));
  } finally {
    await file.close();
  }
}

function holdsExperiments(root: readonly Hdf5Member[]): boolean {
  return root.some(({ name, kind }) => name === 'Experiments' && kind === 'group');
}

/**
 * Every experiment of a HyperSpy file. Values are read when asked, from the file opened anew.
 * @throws SpectrailError `format/not-hyperspy`, `format/no-signal` and those of {@link openHdf5}
 */
export async function readHspy(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    const root = await file.list('/');
    if (!holdsExperiments(root)) {
      const kind = await hdf5Kind(file);
      const held = root.slice(0, 6).map(({ name }) => `"${name}"`);
      throw formatError({
        code: 'not-hyperspy',
        where: source.name,
        what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: it holds ${held.join(', ') || 'nothing'}`,
        expected: 'a file saved by HyperSpy (a group "Experiments")',
        fix: 'open it in HyperSpy and save it as .hspy',
      });
    }
    return await readExperiments(file, source.name, async (array) => hdf5Values(source, array));
  } finally {
    await file.close();
  }
}
