import type { Dtype } from '../../signal/dtype.ts';
import { DTYPES } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { MatContents } from './contents.ts';
import { HEADER4_BYTES, header4 } from './kind.ts';
import { type Bytes, checkRuns, complexOf, valuesOfNumbers } from './stored-numbers.ts';

const PRECISIONS: readonly Dtype[] = ['float64', 'float32', 'int32', 'int16', 'uint16', 'uint8'];
const LONGEST_HEADER = HEADER4_BYTES + 64;
const LONGEST_TEXT = 1024;
const MOST_VARIABLES = 1 << 16;

/**
 * Reads variables of level 4: matrices one after the other, in the precision in which they are stored.
 * @throws SpectrailError `format/bad-mat` where no header of a variable stands, and nothing was read before
 */
export async function readLevel4(file: Bytes, littleEndian: boolean, contents: MatContents): Promise<void> {
  for (let at = 0, seen = 0; at < file.size && seen < MOST_VARIABLES; seen++) {
    const header = header4(await file.read(at, Math.min(LONGEST_HEADER, file.size - at)), littleEndian);
    const dtype = header && PRECISIONS[header.precision];
    const count = header ? header.rows * header.columns : 0;
    const size = count * (dtype ? DTYPES[dtype].bytes : 0);
    const start = at + (header?.bytes ?? 0);
    const next = start + size * (header?.complex ? 2 : 1);
    if (!header || !dtype || next > file.size) {
      const what = header ? `"${header.name}" of ${header.rows} × ${header.columns} values` : 'no header of a variable';
      if (contents.arrays.length > 0) {
        contents.leave(`what begins at byte ${at}`, what);
        return;
      }
      const where = `${file.where}, byte ${at}`;
      throw formatError({
        code: 'bad-mat',
        where,
        what,
        expected: 'complete variables of level 4',
        fix: 'save it again',
      });
    }
    const real = { offset: start, bytes: size, dtype };
    const imaginary = header.complex ? { ...real, offset: start + size } : undefined;
    const dims = [header.rows, header.columns];
    const stored = { bytes: file, littleEndian, dims, dtype: imaginary ? complexOf(dtype) : dtype, real, imaginary };
    checkRuns(stored);
    const values = (order: readonly number[]) => valuesOfNumbers(stored, order);
    const own = { path: header.name, name: header.name, container: '', dims };
    if (header.kind === 2) contents.leave(header.name, 'it is a sparse matrix of level 4');
    else if (header.kind === 1) {
      if (count > 0 && count <= LONGEST_TEXT && header.rows === 1 && !imaginary) {
        const letters = Array.from((await values([1]).load()) as ArrayLike<number>, (code) => code & 0xffff);
        contents.field(header.name, String.fromCharCode(...letters));
      }
    } else if (count > 1) contents.add({ ...own, dtype: stored.dtype, values });
    else if (count === 1 && !imaginary) {
      const value = Number(((await values([1]).load()) as ArrayLike<number>)[0]);
      contents.field(header.name, Number.isFinite(value) ? value : String(value));
    }
    at = next;
  }
}
