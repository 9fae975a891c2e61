import { defineConformance } from '../../../test/conformance.ts';
import { joined, level4, type MatValue, mat73File, matFile, numbers, vector } from '../../../test/mat-file.ts';

const S: MatValue = {
  kind: 'struct',
  fields: { shift: [vector(1, 2, 4)], y: [numbers([3, 4])], t: [{ kind: 'text', text: 'Fe' }] },
};
const sparse: MatValue = { kind: 'sparse', dims: [2, 3], rows: [1, 0, 1], columns: [0, 1, 1, 3], values: [5, 6, 7] };
const variables = {
  energy: vector(10, 12, 14, 16, 18),
  spectra: numbers([5, 7], undefined, 'double', { stored: 'uint8' }),
  S,
  C: { kind: 'cell', cells: [vector(7, 8), S] },
  sparse,
} as const;

export default defineConformance({
  made: [
    matFile(variables),
    matFile(variables, { littleEndian: false }),
    matFile(variables, { packed: true }),
    joined([level4('M', [2, 3], [1, 4, 2, 5, 3, 6]), level4('z', [1, 2], [1, 2], { imaginary: [3, 4], precision: 1 })]),
    await mat73File((file) => {
      file.dataset('/M', [3, 2], 'float64', [Float64Array.of(1, 4, 2, 5, 3, 6)]);
      file.attribute('/M', 'MATLAB_class', 'double');
      file.group('/S');
      file.dataset('/S/energy', [1, 3], 'float64', [Float64Array.of(1, 2, 4)]);
    }),
  ],
});
