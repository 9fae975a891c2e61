import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { groupsOf, type Hdf5Attribute, type Hdf5File, hdf5Values, openHdf5 } from '../hdf5/index.ts';
import type { MatContents } from './contents.ts';

const LONGEST_TEXT = 1024;
const OTHERS: Readonly<Record<string, string>> = {
  cell: 'it is a cell of a file of version 7.3',
  struct: 'it is an array of structs of a file of version 7.3',
  function_handle: 'it is a function',
};

/**
 * Reads variables of version 7.3: HDF5 datasets whose dimensions are those of MATLAB in the other order, and groups for
 * structs. Cells and arrays of structs are references to hidden groups, and are not followed.
 * @throws SpectrailError those of {@link openHdf5}
 */
export async function readLevel73(source: ByteSource, contents: MatContents): Promise<void> {
  const file = await openHdf5(source);
  try {
    const hidden = /^\/#(?:refs|subsystem)#$/;
    for await (const { path, members, attributes } of groupsOf(file, (group) =>
      entered(group.path, group.attributes),
    )) {
      if (hidden.test(path)) continue;
      if ('MATLAB_sparse' in attributes) {
        contents.leave(variableOf(path), 'it is a sparse matrix of a file of version 7.3');
        continue;
      }
      for (const { name, kind } of members) {
        if (kind !== 'dataset') continue;
        const at = `${path}/${name}`;
        try {
          await readVariable(file, source, at, contents);
        } catch (error) {
          if (!isSpectrailError(error)) throw error;
          contents.leave(variableOf(at), error.what);
        }
      }
    }
  } finally {
    await file.close();
  }
}

const entered = (path: string, attributes: Readonly<Record<string, Hdf5Attribute>>) =>
  !/^\/#(?:refs|subsystem)#$/.test(path) && !('MATLAB_sparse' in attributes);

const variableOf = (path: string) => path.slice(1).replaceAll('/', '.');

async function readVariable(file: Hdf5File, source: ByteSource, path: string, contents: MatContents): Promise<void> {
  const { shape, dtype, element } = await file.dataset(path);
  const attributes = await file.attributes(path);
  const kind = String(attributes.MATLAB_class?.value ?? '');
  const variable = variableOf(path);
  // Its dimensions stand where values would.
  if (Number(attributes.MATLAB_empty?.value ?? 0) !== 0) return;
  const count = shape.reduce((a, b) => a * b, 1);
  if (OTHERS[kind] !== undefined || dtype === undefined) {
    contents.leave(variable, OTHERS[kind] ?? (element.kind === 'other' ? `it holds ${element.what}` : 'it holds text'));
    return;
  }
  if (kind === 'char') {
    if (count > LONGEST_TEXT || shape.at(-1) !== 1) return;
    const letters = Array.from((await file.read(path)) as ArrayLike<number | bigint>, (code) => Number(code) & 0xffff);
    contents.field(variable, String.fromCharCode(...letters));
    return;
  }
  const own = kind === 'logical' ? 'bool' : dtype;
  const cut = variable.lastIndexOf('.');
  const dims = shape.length === 1 ? [shape[0], 1] : [...shape].reverse();
  const rank = shape.length;
  const values = (order: readonly number[]) => {
    const stored = order.map((d) => rank - 1 - d).filter((d) => d >= 0);
    return hdf5Values(source, { path, shape, dtype: own, order: stored });
  };
  if (count > 1) {
    contents.add({
      path: variable,
      container: variable.slice(0, Math.max(cut, 0)),
      name: variable.slice(cut + 1),
      dims,
      dtype: own,
      values,
    });
  } else if (count === 1 && !own.startsWith('complex')) {
    const value = Number(((await file.read(path)) as ArrayLike<number | bigint>)[0]);
    contents.field(variable, own === 'bool' ? value !== 0 : Number.isFinite(value) ? value : String(value));
  }
}
