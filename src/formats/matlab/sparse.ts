import { DTYPES, type Dtype, decodeValues, type NumberArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { permuteAxes } from '../permute-axes.ts';
import { MOST_PACKED } from './bytes.ts';
import type { MatArray } from './contents.ts';
import type { Bytes, Run } from './stored-numbers.ts';

/** Made dense, a sparse matrix may have so many bytes; it takes few in a file. */
const MOST_DENSE = 1 << 26;

interface Sparse {
  readonly bytes: Bytes;
  readonly littleEndian: boolean;
  readonly dims: readonly number[];
  /** Rows of the entries; where each column begins among them; values, and imaginary parts. */
  readonly parts: readonly Run[];
  readonly logical: boolean;
}

/**
 * A sparse matrix, made dense when its values are asked for; or why it is not read.
 * @throws SpectrailError `format/bad-mat` when the values are loaded and rows or columns lead outside
 */
export async function readSparse(sparse: Sparse): Promise<Pick<MatArray, 'dtype' | 'values'> | string> {
  const { bytes, dims, parts, logical } = sparse;
  const [rows, columns] = dims;
  const dtype: Dtype = parts.length > 3 ? 'complex128' : logical ? 'bool' : 'float64';
  const dense = rows * columns * DTYPES[dtype].bytes;
  if (dims.length !== 2 || rows * columns < 2) return `it is a sparse matrix of ${dims.join(' × ')}`;
  if (!(dense <= Math.min(MOST_DENSE, MOST_PACKED * bytes.stored)))
    return `it is a sparse matrix of ${rows} × ${columns}, ${dense} bytes when all are written out`;
  if (parts[1].bytes < (columns + 1) * DTYPES[parts[1].dtype].bytes)
    return 'it is a sparse matrix without all its columns';
  return {
    dtype,
    values: (order) => ({
      kind: 'dense',
      load: async () => {
        const left = [0, 1].filter((d) => !order.includes(d));
        return permuteAxes(await written(sparse, dtype), [rows, columns], [...left, ...order], DTYPES[dtype].width);
      },
    }),
  };
}

/** In C order. */
async function written({ bytes, littleEndian, dims, parts }: Sparse, dtype: Dtype): Promise<NumberArray> {
  const [rows, columns] = dims;
  const { width, make } = DTYPES[dtype];
  const numbers = async (run: Run) => {
    const count = Math.floor(run.bytes / DTYPES[run.dtype].bytes);
    return decodeValues(await bytes.read(run.offset, run.bytes), run.dtype, count, littleEndian);
  };
  const [row, column, ...values] = await Promise.all(parts.map(numbers));
  const out = make(rows * columns) as NumberArray;
  for (let c = 0; c < columns; c++) {
    const [from, to] = [Number(column[c]), Number(column[c + 1])];
    const known = Math.min(row.length, ...values.map(({ length }) => length));
    if (!(from >= 0 && to >= from && to <= known)) {
      throw outside(bytes, parts[1], `column ${c + 1} has the entries ${from} to ${to}`, `entries up to ${known}`);
    }
    for (let e = from; e < to; e++) {
      const r = Number(row[e]);
      if (!(r >= 0 && r < rows)) throw outside(bytes, parts[0], `an entry in row ${r + 1}`, `rows up to ${rows}`);
      values.forEach((part, i) => {
        out[(r * columns + c) * width + i] = dtype === 'bool' ? 1 : Number(part[e]);
      });
    }
  }
  return out;
}

function outside({ where }: Bytes, { offset }: Run, what: string, expected: string) {
  return formatError({
    code: 'bad-mat',
    where: `${where}, byte ${offset}`,
    what,
    expected,
    fix: 'save the file again',
  });
}
