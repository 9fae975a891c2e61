import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { reportFixture } from '../../test/report-fixture.ts';
import { runOf } from '../../test/report-run.ts';
import type { Signal } from '../signal/signal.ts';
import { type Measurements, originOf } from '../steps/products.ts';
import { buildReport } from './index.ts';

const input = reportFixture({ height: 8, width: 8, channels: 64 });
const signal = input.run.products['raw'] as Signal;
const x = Float64Array.from({ length: 50 }, (_, i) => i);

const found: Measurements = {
  ...originOf(signal),
  product: 'measurements',
  findings: ['the camera gives 3.2 units a count', 'Its readout noise is small.'],
  quantities: [
    {
      name: 'Gain',
      quantity: {
        value: 3.2,
        unit: 'units/count',
        random: [{ name: 'fit', sigma: 0.03 }],
        systematic: [{ source: 'flat field', sensitivity: 0.04 }],
        trail: 'camera',
      },
    },
    { name: 'Pixels', quantity: { value: 64, unit: '', random: [], systematic: [], trail: 'camera' } },
  ],
  tables: [
    {
      name: 'Line',
      columns: [
        { name: 'mean', unit: 'units', values: x },
        { name: 'kind', values: Array.from(x, (i) => (i % 2 ? 'odd <b>' : 'even')) },
      ],
    },
  ],
  curves: [
    {
      name: 'Photon transfer',
      caption: 'Variance against mean.',
      xLabel: 'mean (units)',
      yLabel: 'variance (units²)',
      x,
      traces: [
        { name: 'seen', values: x.map((i) => 3 * i), dots: true },
        { name: 'fitted', values: x.map((i) => (i < 3 ? Number.NaN : 3.2 * i)), sigma: x.map(() => 2) },
      ],
    },
  ],
  maps: [
    { name: 'Local gain', caption: 'Gain by pixel.', unit: 'units/count', values: new Float64Array(64).fill(3.2) },
  ],
  warnings: ['The pedestal was not measured.'],
};

const files = await buildReport({ ...input, run: runOf({ raw: signal, camera: found }) });
const text = (path: string) => String(files.find((file) => file.path === path)?.content);
const page = parseHTML(text('report.html')).document;

test('what a step found out stands in the head, with its budget, its table, its curves and its map', () => {
  expect(page.querySelector('.findings')?.textContent).toContain(
    'The camera gives 3.2 units a count. Its readout noise is small.',
  );
  const body = page.body.textContent ?? '';
  expect(body).toMatch(/Gain: 3\.2\d* ± 0\.050?\s*units\/count/);
  expect(body).toMatch(/flat field/);
  expect(body).toContain('The first 20 of 50 rows; the file has all.');
  expect(body).toContain('The pedestal was not measured.');
  expect(body).toContain('odd <b>');
  expect(page.querySelectorAll('#result-camera circle').length).toBeGreaterThan(20);
  expect(text('report.html')).not.toMatch(/NaN|undefined/);
});

test('a number that is exact has no budget', () => {
  expect(page.body.textContent?.match(/combined standard uncertainty/g)).toHaveLength(1);
});

test('everything is in files, in full', () => {
  expect(text('line.csv').trim().split('\r\n')).toHaveLength(51);
  expect(text('photon-transfer.csv').split('\r\n')[0]).toBe('mean (units),seen,fitted,sigma of fitted');
  expect(text('photon-transfer.csv').split('\r\n')[1]).toBe('0,0,,2');
  expect(text('quantities.csv')).toContain('Gain,flat field,systematic,0.04,units/count');
  expect(files.find(({ path }) => path === 'local-gain.npy')?.content).toMatchObject({ shape: [8, 8] });
});
