import type { Hdf5File } from './contents.ts';

/** Which program's HDF5 this looks like, in words, from its root and the groups in it; undefined when nothing tells. */
export async function hdf5Kind(file: Hdf5File): Promise<string | undefined> {
  const members = await file.list('/');
  const has = (...names: string[]) => names.every((name) => members.some((member) => member.name === name));
  if (has('Data', 'Features', 'Presentation')) return 'a Velox EMD file';
  if (has('4DSTEM_simulation')) return 'a Prismatic EMD file';
  if (has('Acquisition0')) return 'a Delmic (Odemis) file';
  if (has('Format Version', 'Index')) return 'an Oxford Instruments H5OINA file';
  const root = await file.attributes('/');
  if ('version_major' in root) return 'an EMD file (Berkeley)';
  if ('NX_class' in root || 'NeXus_version' in root) return 'a NeXus file';
  for (const { name } of members.filter(({ kind }) => kind === 'group').slice(0, 16)) {
    const attributes = await file.attributes(`/${name}`);
    if ('NX_class' in attributes) return 'a NeXus file';
    if ('emd_group_type' in attributes) return 'an EMD file (Berkeley)';
  }
  return members.some(({ name }) => /^entry\d*$/.test(name)) ? 'a NeXus file' : undefined;
}
