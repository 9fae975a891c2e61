export type { Hdf5Attribute, Hdf5DatasetInfo, Hdf5Dimension, Hdf5File, Hdf5Member } from './contents.ts';
export { openHdf5 } from './file.ts';
export { hdf5Kind } from './kind.ts';
export { isHdf5 } from './signature.ts';
export { type Hdf5Array, hdf5Values } from './values.ts';
export { groupsOf, type Hdf5Group, singleValue } from './walk.ts';
export { createHdf5, type Hdf5Writer } from './write.ts';
