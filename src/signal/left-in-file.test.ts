import { expect, it } from 'vitest';
import { asSignal } from './as-signal.ts';
import { uniformAxis } from './axis.ts';
import { type DenseBlock, type EventsBlock, sliceBlock, toEvents } from './block.ts';
import type { ArrayDataset, ValueFacts } from './dataset.ts';
import { RunFacts } from './run-facts.ts';

const PIXELS = 5000;
const CHANNELS = 3;

function datasetOf(block: DenseBlock | EventsBlock, facts?: ValueFacts): ArrayDataset {
  const { kind, pixels, channels } = block;
  const entries = pixels * channels;
  const rows = {
    source: { type: 'stored', reader: 'rows/none', args: {}, pixels, channels, kind, entries, bytes: entries },
    read: async (start: number, end: number) => sliceBlock(block, start, end),
    facts,
  } as const;
  return {
    kind: 'array',
    title: 'a map',
    shape: [pixels, channels],
    dtype: 'float32',
    axes: [
      uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: pixels }),
      uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size: channels }),
    ],
    values:
      block.kind === 'events'
        ? { kind: 'events', load: async () => block, rows }
        : { kind: 'dense', load: async () => block.values, rows },
    metadata: {},
    original: {},
    warnings: [],
  };
}

const dense = (values: (at: number) => number): DenseBlock => ({
  kind: 'dense',
  pixels: PIXELS,
  channels: CHANNELS,
  values: Float32Array.from({ length: PIXELS * CHANNELS }, (_, at) => values(at)),
});

async function expectSameMeaning(dataset: ArrayDataset): Promise<void> {
  const { source: held, ...meaning } = await asSignal(dataset);
  const { source: left, ...sameMeaning } = await asSignal(dataset, { hold: 0 });
  expect([held.type, left.type]).toEqual(['memory', 'stored']);
  expect(sameMeaning).toEqual(meaning);
}

it.each([
  ['counts, one in every channel of every pixel', (at: number) => 1 + (at % 3)],
  ['counts, most of them 0', (at: number) => (at % 50 === 7 ? 3 : 0)],
  ['no counts at all', () => 0],
] as const)('events left in their file mean what they mean in memory: %s', async (_, values) => {
  const events = toEvents(dense(values));
  const stated = new RunFacts();
  stated.addEvents(events);
  await expectSameMeaning(datasetOf(events));
  await expectSameMeaning(datasetOf(events, stated.result()));
});

it.each([
  ['whole numbers down to −2', (at: number) => (at % 9) - 2],
  ['fractions', (at: number) => at / 7],
] as const)('dense values left in their file mean what they mean in memory: %s', async (_, values) => {
  await expectSameMeaning(datasetOf(dense(values)));
});

it('what is no number is masked whether its file is held or not', async () => {
  const values = (at: number) => (at === 4500 * CHANNELS + 1 ? Number.NaN : at % 4);
  const held = await asSignal(datasetOf(dense(values)));
  const left = await asSignal(datasetOf(dense(values)), { hold: 0 });
  expect(left.mask).toEqual(held.mask);
  expect(left.mask.pixels?.[4500]).toBeGreaterThan(0);
});

it('what a file states of its values is believed', async () => {
  const facts = { whole: true, min: 5, nonZero: 1, values: PIXELS * CHANNELS };
  const { history } = await asSignal(
    datasetOf(
      dense(() => 0.5),
      facts,
    ),
    { hold: 0 },
  );
  expect(JSON.stringify(history)).toContain('smallest 5');
});
