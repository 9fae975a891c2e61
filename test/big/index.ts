import { FOLDERS } from './folders.ts';
import { HDF5_FILES } from './hdf5-files.ts';
import { INSTRUMENT_FILES } from './instrument-files.ts';
import type { SparseFile } from './sparse-file.ts';

/** One unit as a user opens it: a file with those beside it, or a folder. */
export interface BigInput {
  /** Of the file to open, or of the folder. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly files: readonly SparseFile[];
}

/** Inputs of 2 GiB and more (Igor waves: a little less), one or more for each format that holds its values unpacked. */
export async function bigInputs(): Promise<BigInput[]> {
  const made: SparseFile[][] = INSTRUMENT_FILES.map((make) => make());
  for (const make of [...HDF5_FILES, ...FOLDERS]) made.push(await make());
  return made.map((files) => {
    const [name] = files[0].name.split('/');
    return { name, isFolder: name !== files[0].name, files };
  });
}
