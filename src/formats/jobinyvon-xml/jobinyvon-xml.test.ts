import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import labSpec from './index.ts';

const node = (id: string, content: string) => `<LSX Format="9" ID="0x${id}">${content}</LSX>`;
const axis = (id: number, type: string, unit: string, positions: readonly number[]) =>
  node(id.toString(16), node('7D6CD4DB', positions.join(' ')) + node('6D707974', type) + node('7C696E75', unit));
const setting = (name: string, value: string, position = '', id = '1') =>
  node(id, node('6D6D616E', name) + node('7D6C61DB', value) + (position && node('8736F70', position)));

interface Plan {
  unit?: string;
  x?: readonly number[];
  navigation?: readonly string[];
  settings?: string;
  acquired?: string;
  rows?: readonly (readonly (number | string)[])[];
  before?: string;
}

function build({ unit = 'nm', x = [3, 2, 1], navigation = [], settings = '', rows = [[7, 8, 9]], ...plan }: Plan = {}) {
  const axes = node('0', node('7C696E75', 'Cnt/sec')) + axis(1, 'Spectr', unit, x) + navigation.join('');
  const history = plan.acquired ? node('7CECDBD7', setting('Acquired', plan.acquired)) : '';
  const experiment = node('6C62D4D9', node('8716361', settings) + history);
  const matrix = rows.map((row, i) => `<LSX_Row Index="${i}" Size="3">\n${row.join(' ')} \n</LSX_Row>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>${plan.before ?? ''}
<LSX_Data><LSX_Tree Format="9" ID="0x69746164">${node('6C7469D9', 'my title')}${node('7A74D9D6', node('7B697861', axes))}${experiment}
</LSX_Tree><LSX_Matrix>${matrix}</LSX_Matrix></LSX_Data>`;
}

async function read(plan?: Plan): Promise<ArrayDataset> {
  const [dataset] = (await labSpec.read!(memoryFile('x.xml', build(plan)))) as ArrayDataset[];
  return dataset;
}

describe('a LabSpec file', () => {
  it('is known by its root element, whatever its name', () => {
    const head = new TextEncoder().encode(build());
    expect(labSpec.sniff(head, 'x.bin')).toBe('certain');
    expect(labSpec.sniff(new TextEncoder().encode('<?xml version="1.0"?><Other/>'), 'x.xml')).toBe('no');
  });

  it('gives a spectrum on its axis as recorded', async () => {
    const dataset = await read();
    expect(dataset).toMatchObject({ title: 'my title', shape: [3], dtype: 'float64', warnings: [] });
    expect(dataset.axes).toMatchObject([{ name: 'Wavelength', unit: 'nm', role: 'spectral' }]);
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(3, 2, 1));
    expect(await dataset.values.load()).toEqual(Float64Array.of(7, 8, 9));
    expect(dataset.metadata).toEqual({ quantity: 'Intensity (Counts/s)' });
  });

  it.each([
    ['1/cm', 'Raman Shift', '1/cm'],
    ['1/cm abs', 'Wavenumber', '1/cm'],
    ['eV', 'Energy', 'eV'],
  ])('calls an axis in %s %s', async (unit, name, canonical) => {
    expect((await read({ unit })).axes[0]).toMatchObject({ name, unit: canonical });
  });

  it('of a map has the fastest axis before the spectral one, and no axis of one position', async () => {
    const rows = Array.from({ length: 6 }, (_, i) => [i, i, i]);
    const map = await read({ rows, navigation: [axis(2, 'X', 'µm', [-2, 0, 2]), axis(3, 'Y', 'µm', [-1, 1])] });
    expect(map.shape).toEqual([2, 3, 3]);
    expect(map.axes.slice(0, 2)).toMatchObject([
      { name: 'Y', unit: 'µm', offset: -1, scale: 2, role: 'navigation' },
      { name: 'X', unit: 'µm', offset: -2, scale: 2, role: 'navigation' },
    ]);
    const line = await read({
      rows: rows.slice(0, 3),
      navigation: [axis(2, 'Y', 'µm', [0, 1, 3]), axis(3, 'X', 'µm', [0])],
    });
    expect(line.shape).toEqual([3, 3]);
    expect(line.axes[0]).toHaveProperty('positions', Float64Array.of(0, 1, 3));
  });

  it('says how it was measured', async () => {
    const settings = [
      setting('Detector temperature (°C)', '-70'),
      setting('Detector', 'Symphony'),
      setting('Acq. time (s)', '2'),
      setting('Accumulations', '3'),
      setting('Range', 'Off', '', '6F6E61D7'),
      setting('Range', 'Visible', '1', '7D7369EC'),
      setting('Laser (nm)', '633 ', '632.817'),
      setting('Grating', '600 gr/mm', '600'),
      setting('ND Filter', '1%', '1'),
      setting('Objective', 'x50', '50'),
      setting('Hole', '100', '100'),
      setting('SWIFT', 'Off'),
    ].join('');
    expect((await read({ settings, acquired: '19.08.2022 09:20:51' })).metadata).toEqual({
      instrument_Laser: { wavelength: 632.817, objective_magnification: 50, Filter: { transmission: 0.01 } },
      instrument_Spectrometer: { pinhole_um: 100, spectral_range: 'Visible', Grating: { groove_density: 600 } },
      instrument_Detector: {
        model: 'Symphony',
        temperature: -70,
        exposure_per_frame: 2,
        frames: 3,
        integration_time: 6,
        glued_spectrum: false,
        processing: { swift: 'Off' },
      },
      date: '2022-08-19',
      time: '09:20:51',
      quantity: 'Intensity (Counts/s)',
    });
    expect((await read({ acquired: 'yesterday' })).metadata).not.toHaveProperty('date');
  });

  it('keeps settings whose names JavaScript gives a meaning to itself', async () => {
    const { original } = await read({ settings: setting('__proto__', 'x') });
    expect(Object.keys(original)).toEqual(['__proto__']);
    expect({}).not.toHaveProperty('x');
  });
});

describe('damage', () => {
  it.each([
    ['fewer values than positions', build({ rows: [[1, 2]] }), /the rows hold 2 values/],
    ['more values than positions', build({ rows: [[1, 2, 3, 4]] }), /the rows hold 4 values/],
    ['words among the values', build({ rows: [[1, 'two', 3]] }), /value 1 is no number/],
    ['no spectral axis', build().replace('Format="9" ID="0x1"', 'Format="9" ID="0x9"'), /no spectral axis/],
    ['words among the positions', build().replace('3 2 1', '3 b 1'), /axis of ID 0x1: position 1 is no number/],
    [
      'an endless position on the way',
      build({ navigation: [axis(2, 'X', 'µm', [0, 1])] }).replace('0 1', '0 1e999'),
      /axis of ID 0x2: position 1/,
    ],
    ['no end of the tree', build().replace('</LSX_Tree>', ''), /does not end/],
    ['no matrix', build().replace('<LSX_Matrix>', ''), /there are no spectra/],
    ['no end of a row', build().replace('</LSX_Row>', ''), /row 0 does not end/],
    ['a document type', build({ before: '<!DOCTYPE a [<!ENTITY b "c">]>' }), /declares a document type/],
    ['tags in tags without end', build({ settings: '<a>'.repeat(100) }), /is no XML/],
    [
      'axes that claim endless maps',
      build({
        navigation: [2, 3, 4, 5].map((id) =>
          axis(
            id,
            'X',
            'µm',
            Array.from({ length: 3000 }, (_, i) => i),
          ),
        ),
      }),
      /letters of values/,
    ],
    ['far too many elements', build({ settings: '<LSX/>'.repeat(40_000) }), /more than \d+ elements/],
  ])('%s is refused in words', async (_, text, message) => {
    await expect(labSpec.read!(memoryFile('x.xml', text))).rejects.toThrow(message);
    await expect(labSpec.read!(memoryFile('x.xml', text))).rejects.toMatchObject({ kind: 'format' });
  });

  it('of a million row tags that never end is told at once', async () => {
    const text = build().replace('</LSX_Matrix>', '<LSX_Row'.repeat(1_000_000));
    await expect(labSpec.read!(memoryFile('x.xml', text))).rejects.toThrow(/does not end/);
  });
});
