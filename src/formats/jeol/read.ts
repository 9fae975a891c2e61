import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { readImage } from './image.ts';
import { kindOf } from './kind.ts';
import { readMap } from './map.ts';
import { readProject } from './project.ts';
import { readSpectrum } from './spectrum.ts';

const HEAD = 512;

/**
 * Files of JEOL's Analysis Station: maps as streams of events (`.pts`), images and element maps (`.img`, `.map`), spectra
 * (`.eds`), and the project that names them (`.asw`). Energies in keV, positions in µm.
 * @throws SpectrailError `format/not-jeol`, `format/bad-jeol`, `format/bad-tree`; `format/missing-companion` for a project
 * none of whose files is there.
 */
export async function readJeol(file: ByteSource): Promise<Dataset[]> {
  const kind = kindOf(await file.read(0, HEAD));
  return kind === 'project' ? readProject(file, readMeasurement) : [await readMeasurement(file)];
}

/** A file that a project names. */
async function readMeasurement(file: ByteSource): Promise<ArrayDataset> {
  switch (kindOf(await file.read(0, HEAD))) {
    case 'events':
      return readMap(file);
    case 'image':
      return readImage(file);
    case 'spectrum':
      return readSpectrum(file);
    default:
      throw formatError({
        code: 'not-jeol',
        where: `${file.name}, byte 0`,
        what: 'the first bytes are those of no measurement of Analysis Station',
        expected: 'an event stream (.pts), an image (.img, .map) or a spectrum (.eds)',
      });
  }
}
