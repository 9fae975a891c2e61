import { type Axis, type AxisRole, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { labSpecMetadata, labSpecOriginal } from './metadata.ts';
import { at, badLabSpec, fillNumbers, type LsxNode, numbersIn, readTree } from './tree.ts';

const TITLE = 0x6c7469d9;
const AXES = [0x7a74d9d6, 0x7b697861] as const;
const TYPE = 0x6d707974;
const UNIT = 0x7c696e75;
const POSITIONS = 0x7d6cd4db;
const SPECTRAL = 1;
const LARGEST = 2 ** 28;
/** Steps are taken for equal when no position is further than this part of one from its place. */
const EQUAL_STEPS = 1e-3;

/**
 * The spectra of a LabSpec export as one dataset: the slowest navigation axis first, the spectral axis as recorded.
 * @throws SpectrailError `format/bad-labspec`
 */
export async function readLabSpec(file: ByteSource): Promise<ArrayDataset[]> {
  if (file.size > LARGEST) throw badLabSpec(file.name, `the file has ${file.size} bytes`, `at most ${LARGEST}`);
  const text = new TextDecoder().decode(await file.read(0, file.size));
  const tree = readTree(text, file.name);
  const described = at(tree, ...AXES)?.children ?? [];
  const spectral = described.find(({ id }) => id === SPECTRAL);
  if (!spectral) throw badLabSpec(file.name, 'there is no spectral axis', 'an axis of ID 0x1');
  const navigation = described
    .filter(({ id }) => id > SPECTRAL)
    .sort((a, b) => b.id - a.id)
    .map((node) => axisOf(node, 'navigation', file.name))
    .filter(({ size }) => size > 1);
  const axes = [...navigation, axisOf(spectral, 'spectral', file.name)];
  const shape = axes.map(({ size }) => size);
  const values = matrix(text, shape, file.name);
  const unit =
    at(
      described.find(({ id }) => id === 0),
      UNIT,
    )?.text ?? '';
  return [
    {
      kind: 'array',
      title: at(tree, TITLE)?.text ?? '',
      shape,
      dtype: 'float64',
      axes,
      values: { kind: 'dense', load: async () => values.slice() },
      metadata: labSpecMetadata(tree, unit),
      original: labSpecOriginal(tree),
      warnings: [],
    },
  ];
}

function axisOf(node: LsxNode, role: AxisRole, where: string): Axis {
  const positions = numbersIn(at(node, POSITIONS)?.text ?? '');
  const unit = at(node, UNIT)?.text ?? '';
  const type = at(node, TYPE)?.text ?? '';
  const wrong = positions.findIndex((position) => !Number.isFinite(position));
  if (wrong >= 0) {
    throw badLabSpec(`${where}, axis of ID 0x${node.id.toString(16)}`, `position ${wrong} is no number`, 'numbers');
  }
  if (role === 'spectral') return explicitAxis({ ...spectralKind(unit), role, positions });
  const scale = (positions[positions.length - 1] - positions[0]) / (positions.length - 1);
  const even = positions.every((at, i) => Math.abs(at - positions[0] - i * scale) <= EQUAL_STEPS * Math.abs(scale));
  if (!even || positions.length < 2) return explicitAxis({ name: type, unit, role, positions });
  return uniformAxis({ name: type, unit, role, size: positions.length, scale, offset: positions[0] });
}

/** LabSpec calls every spectral axis "Spectr"; the unit tells what it is. */
function spectralKind(unit: string): { name: string; unit: string } {
  if (unit === '1/cm' || unit === 'cm-1') return { name: 'Raman Shift', unit: '1/cm' };
  if (/^1\/cm \(?abs/i.test(unit) || unit === 'abs. cm-1') return { name: 'Wavenumber', unit: '1/cm' };
  if (unit === 'eV') return { name: 'Energy', unit };
  return { name: 'Wavelength', unit };
}

/** The numbers between the row tags of the matrix, in the order of the file: exactly as many as the axes have positions. */
function matrix(text: string, shape: readonly number[], where: string): Float64Array {
  const wanted = shape.reduce((a, b) => a * b, 1);
  let from = text.indexOf('<LSX_Matrix');
  if (from < 0) throw badLabSpec(where, 'there are no spectra', 'an element LSX_Matrix');
  const expected = `${wanted} values for axes of ${shape.join(' × ')}`;
  // Each value has a letter and a space.
  if (!(wanted * 2 <= text.length - from)) throw badLabSpec(where, `${text.length - from} letters of values`, expected);
  const values = new Float64Array(wanted);
  let count = 0;
  for (let row = 0; ; row++) {
    const tag = text.indexOf('<LSX_Row', from);
    if (tag < 0) break;
    const open = text.indexOf('>', tag);
    const close = open < 0 ? -1 : text.indexOf('</LSX_Row>', open);
    if (close < 0) throw badLabSpec(where, `row ${row} does not end`, '</LSX_Row>');
    count += fillNumbers(text, open + 1, close, values, count);
    from = close;
  }
  if (count !== wanted) throw badLabSpec(where, `the rows hold ${count} values`, expected);
  const bad = values.findIndex(Number.isNaN);
  if (bad >= 0) throw badLabSpec(where, `value ${bad} is no number`, 'numbers');
  return values;
}
