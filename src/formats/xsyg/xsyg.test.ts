import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, TableDataset } from '../../signal/dataset.ts';
import xsyg from './index.ts';

const COUNTS = 'detector="UVVIS" curveType="measured" startDate="20160224155123" curveDescripter="t [s]; cts [1/ch]"';
const curve = (text: string, attributes = COUNTS) => `<Curve ${attributes}>${text}</Curve>`;
const record = (...curves: string[]) =>
  `<Record recordType="OSL" filterCombination="U340">${curves.join('\n')}</Record>`;
const sequence = (...records: string[]) => `<Sequence position="7" name="s">${records.join('')}</Sequence>`;
const sample = (...sequences: string[]) =>
  `\ufeff<?xml version="1.0"?>\n<Sample name="quartz &amp; more" lexsygID="1">${sequences.join('')}</Sample>`;
const file = (...curves: string[]) => sample(sequence(record(...curves)));

const read = async (text: string): Promise<Dataset[]> => xsyg.read!(memoryFile('x.xsyg', text));
const table = async (text: string) => (await read(file(curve(text))))[0] as TableDataset;
const refused = (text: string) =>
  expect(read(text)).rejects.toMatchObject({
    kind: 'format',
    code: 'bad-xsyg',
    where: expect.stringContaining('x.xsyg'),
  });

describe('a curve', () => {
  it.each(['0.1,6;0.2,1e1;0.3,-5', ' 0.1 , 6 ;\n 0.2,10.0 ; 0.3,-5;\n', `0.1,6;${' '.repeat(60)}0.2,10;;0.3,-5`])(
    'of pairs is a table of two columns: %j',
    async (text) => {
      const found = await table(text);
      expect(found).toMatchObject({ kind: 'table', rows: 3, title: 'AQ: 7, Meas.: 1, Type: OSL (UVVIS)' });
      expect(found.columns.map(({ name, unit, values }) => [name, unit, [...values]])).toEqual([
        ['t [s]', 's', [0.1, 0.2, 0.3]],
        ['cts [1/ch]', '1/ch', [6, 10, -5]],
      ]);
    },
  );

  it('has the conditions of its record, and all that the file says in its own words', async () => {
    const found = await table('1,2');
    expect(found.metadata).toEqual({
      date: '2016-02-24',
      time: '15:51:23',
      signal_type: 'OSL',
      sample: 'quartz & more',
      quantity: 'cts [1/ch]',
    });
    expect(found.original).toMatchObject({
      sample: { lexsygID: '1' },
      sequence: { name: 's' },
      record: { filterCombination: 'U340' },
      curve: { detector: 'UVVIS', curveType: 'measured' },
    });
  });

  it('that was only set says so; one without values is left out', async () => {
    const heating = 'stimulator="heating element" curveType="predefined"';
    const found = await read(
      file(curve('1,2'), curve('', heating), `<Curve ${COUNTS}/>`, curve('0,25;47,260', heating)),
    );
    expect(found.map(({ title }) => title)).toEqual([
      'AQ: 7, Meas.: 1, Type: OSL (UVVIS)',
      'AQ: 7, Meas.: 1, Type: OSL (heating element, predefined)',
    ]);
    expect((found[1] as TableDataset).columns.map(({ name, unit }) => [name, unit])).toEqual([
      ['x', ''],
      ['y', ''],
    ]);
    expect(found[1].metadata).toEqual({
      signal_type: 'OSL',
      sample: 'quartz & more',
    });
    expect(found[1].original.curve).toMatchObject({ stimulator: 'heating element', curveType: 'predefined' });
  });

  it.each(['', '20161324155123', '20160200155123', '2016', '20160224255123'])(
    'a date of %j never fails',
    async (date) => {
      const [found] = await read(file(curve('1,2', `startDate="${date}"`)));
      expect(found.metadata).not.toHaveProperty('date');
    },
  );

  it('is counted by sequence and record', async () => {
    const one = record(curve('1,2'));
    const plain = `<Sequence>${one}${one}</Sequence>`;
    const found = await read(sample(plain, plain));
    expect(found.map(({ title }) => title.slice(0, 15))).toEqual(
      [1, 1, 2, 2].map((s, i) => `AQ: ${s}, Meas.: ${(i % 2) + 1}`),
    );
  });
});

describe('spectra', () => {
  const spectrometer = (table: string) => `detector="Spectrometer" wavelengthTable="${table}"`;
  const VALUES = '1,[10|11|12];2.5,[ 20 | 21|22 ];3,[30|31|32]';

  it('are an array by time and wavelength', async () => {
    const [found] = (await read(file(curve(VALUES, spectrometer('400.5;401;402.5'))))) as ArrayDataset[];
    expect(found.shape).toEqual([3, 3]);
    expect(await found.values.load()).toEqual(Float64Array.of(10, 11, 12, 20, 21, 22, 30, 31, 32));
    expect(found.axes[0]).toMatchObject({ name: 'Time', unit: 's', role: 'navigation' });
    expect(axisValues(found.axes[0])).toEqual(Float64Array.of(1, 2.5, 3));
    expect(found.axes[1]).toMatchObject({ name: 'Wavelength', unit: 'nm', role: 'spectral' });
    expect(axisValues(found.axes[1])).toEqual(Float64Array.of(400.5, 401, 402.5));
  });

  it.each(['', '400;401', '400;401;402;403', '400;402;401', 'a;b;c'])(
    'with a table of wavelengths %j count channels, and say so',
    async (wavelengths) => {
      const [found] = (await read(file(curve(VALUES, spectrometer(wavelengths))))) as ArrayDataset[];
      expect(found.axes[1]).toMatchObject({ name: '', unit: '', scale: 1, offset: 0 });
      expect(found.warnings.join()).toMatch(/wavelengths/);
    },
  );

  it.each([
    '1,[1|2];2,[1]',
    '1,[1|2];2,[1|2|3]',
    '1,[1|2];2,1|2',
    '1,[1|2];2,[1|x]',
    '1,[1|2];x,[1|2]',
    `1,[${'|'.repeat(99)}];${'2;'.repeat(99)}`,
  ])('that are damaged are refused: %j', (text) => refused(file(curve(text))));
});

describe('damage', () => {
  it.each([
    ['another document', '<?xml version="1.0"?><Other/>'],
    ['no curves', sample(sequence())],
    ['a curve outside of a record', sample(curve('1,2'))],
    ['an element that is not closed', file(curve('1,2')).replace('</Record>', '')],
    ['an element closed by another', file(curve('1,2')).replace('</Record>', '</Sequence>')],
    ['a document type', '<?xml version="1.0"?><!DOCTYPE Sample [<!ENTITY a "b">]><Sample></Sample>'],
    ['a tag that does not end', file(curve('1,2')).slice(0, 60)],
    ['a comment that does not end', `<Sample><!-- ${'x'.repeat(50)}`],
    ['a cut', file(curve('1,2;3,4')).slice(0, -20)],
    ['a point without a value', file(curve('1,2;3'))],
    ['a point that is no number', file(curve('1,2;3,x'))],
    ['deep nesting', '<Sample>'.repeat(40)],
  ])('%s is refused with its place', (_, text) => refused(text));

  it('names like __proto__ are harmless', async () => {
    const [found] = await read(file(curve('1,2', '__proto__="x" constructor="y"')));
    expect(Object.keys(found.original.curve as object)).toEqual(['__proto__', 'constructor']);
  });

  it.each(['<', '<a ', '"', "='", '&', '&#', ';', ',', '[', '|', '<!-', 'x='])(
    'two hundred thousand %j do not hang',
    async (filler) => {
      const started = performance.now();
      const long = filler.repeat(2e5);
      await read(long).catch(() => undefined);
      await read(file(curve(long))).catch(() => undefined);
      await read(file(curve('1,2', `a="${long.replaceAll('"', '')}"`))).catch(() => undefined);
      await read(file(curve('1,2', long))).catch(() => undefined);
      expect(performance.now() - started).toBeLessThan(3000);
    },
  );
});

describe('sniffing', () => {
  const sniff = (text: string) => xsyg.sniff(new TextEncoder().encode(text).subarray(0, 4096), 'x.bin');

  it('knows the sample and what stands in it', () => {
    expect(sniff(file(curve('1,2')))).toBe('certain');
    expect(sniff('<Sample>\n<Sequence>')).toBe('certain');
    expect(sniff('<Sample><Other/>')).toBe('no');
    expect(sniff('<Samples lexsygID="1">')).toBe('no');
  });
});
