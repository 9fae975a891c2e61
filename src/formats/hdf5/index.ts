export type { Hdf5Attribute, Hdf5DatasetInfo, Hdf5File, Hdf5Member } from './file.ts';
export { isHdf5, openHdf5 } from './file.ts';
export { createHdf5, type Hdf5Writer } from './write.ts';
