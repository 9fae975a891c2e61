import { internalError } from '../signal/errors.ts';
import type { RowReader } from './row-reader.ts';

type Loader = () => Promise<{ readonly default: RowReader }>;

/** Every reader of rows, by the name stored sources use: `rows/<name>`. One line each; code loads when it is used. */
export const ROW_READERS: Readonly<Record<string, Loader>> = {
  'rows/raw': () => import('./raw-rows.ts'),
  'rows/planes': () => import('./plane-rows.ts'),
  'rows/framed': () => import('./framed-rows.ts'),
  'rows/tia': () => import('./tia/rows.ts'),
  'rows/hdf5': () => import('./hdf5/rows.ts'),
  'rows/topspin-app5': () => import('./topspin-app5/rows.ts'),
  'rows/zarr': () => import('./zspy/rows.ts'),
  'rows/dense': () => import('./store/dense-rows.ts'),
  'rows/events': () => import('./store/events-rows.ts'),
};

export async function loadRowReader(id: string): Promise<RowReader> {
  const load = Object.hasOwn(ROW_READERS, id) ? ROW_READERS[id] : undefined;
  if (!load) throw internalError({ code: 'unknown-rows', what: `there is no reader of rows "${id}"` });
  return (await load()).default;
}
