import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  beside: (path) => [path.replace(/_[^_]*$/, '_Metadata.log')],
  besideRenamed: () => 'renamed_Metadata.log',
  explained: (difference) =>
    /metadata\.date: absent, oracle "06-08-2021"$/.test(difference) ||
    /axis 0 "Time": (?:unit "s", oracle "Seconds"|explicit positions, oracle has scale and offset)$/.test(difference) ||
    /dtype float64, oracle int64$/.test(difference),
});
