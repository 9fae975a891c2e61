import { defineConformance } from '../../../test/conformance.ts';
import { lzfFile } from '../../../test/lzf-file.ts';

export default defineConformance({
  folders: ['hdf5-other', 'nexus'],
  own: ({ name }) => name.startsWith('hdf5-other/') || name === 'nexus/nexus_test_datakey.nxs',
  // The reference joins the names on the way to a dataset by underscores.
  asReference: ({ datasets, oracle }) => ({
    oracle,
    datasets: oracle.reader.startsWith('h5py')
      ? datasets
      : datasets.map((dataset) => ({ ...dataset, title: dataset.title.replaceAll('/', '_') })),
  }),
  made: [(await lzfFile()).bytes],
  exceptions: {
    'nexus/nexus_test_datakey.nxs': [
      'signal 3 (entry1_testdata_nexustest_axistest1_data): axis 1 "x": explicit positions, oracle has scale and offset',
      ...['4 (entry1_testdata_nexustest_axistest1_x)', '5 (entry1_testdata_nexustest_axistest1_y)'].flatMap((signal) =>
        ['name ""', 'role spectral, oracle navigation', 'offset 0, oracle 6'].map(
          (difference) => `signal ${signal}: axis 0 "y": ${difference}`,
        ),
      ),
    ],
  },
});
