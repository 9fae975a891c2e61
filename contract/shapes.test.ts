import { describe, expect, it } from 'vitest';
import { inlineEngine } from '../src/engines/inline.ts';
import { messageEngine } from '../src/engines/messages.ts';
import { defineFold, defineMap, defineScan } from '../src/shapes/shape.ts';
import type { Block, DenseBlock } from '../src/signal/block.ts';
import { resolveShape } from '../src/steps/index.ts';
import { messagePorts } from './laws/message-ports.ts';
import { describeGeometry, GEOMETRIES } from './laws/random-blocks.ts';
import { registeredShapes } from './laws/registered.ts';
import {
  type AnyFold,
  type AnyMap,
  type AnyScan,
  type AnySmall,
  foldLaw,
  formsLaw,
  lentMapLaw,
  lentMemoryLaw,
  mapLaw,
  mapOnEngines,
  scanLaw,
  smallLaw,
  trial,
  unitLaw,
} from './laws/shape-laws.ts';

const SEED = 20240607;
const geometries = GEOMETRIES.map((geometry) => [describeGeometry(geometry), geometry] as const);

const of = <S extends AnyMap | AnyFold | AnyScan | AnySmall>(kind: S['shape']) =>
  registeredShapes.filter(({ shape }) => shape.shape === kind).map(({ id, shape }) => [id, shape as S] as const);

/** Engines that know one member, whatever its id. */
function enginesFor(shape: AnyMap | AnyFold | AnySmall) {
  const resolve = async () => shape;
  return [inlineEngine(resolve), messageEngine('messages', messagePorts(3, resolve, SEED).ports)];
}

it('finds registered maps and folds, each by the id workers are told', async () => {
  expect(of<AnyMap>('map').length).toBeGreaterThan(0);
  expect(of<AnyFold>('fold').length).toBeGreaterThan(0);
  for (const { id, shape } of registeredShapes) expect(await resolveShape(id)).toBe(shape);
});

describe.each(of<AnyMap>('map'))('the map %s', (_, map) => {
  it.each(geometries)('gives the same rows for any cut of %s', async (_, geometry) => {
    await mapLaw(trial(map, geometry, SEED), SEED);
  });

  it.each(geometries)('gives the same bits on every engine and block size for %s', async (_, geometry) => {
    await mapOnEngines(trial(map, geometry, SEED), enginesFor(map));
  });

  it.each(geometries)('keeps nothing of rows whose memory is used again for %s', async (_, geometry) => {
    await lentMapLaw(trial(map, geometry, SEED));
  });
});

describe.each(of<AnyFold>('fold'))('the fold %s', (_, fold) => {
  it.each(geometries)('has its initial state as the unit of merging for %s', (_, geometry) => {
    unitLaw(trial(fold, geometry, SEED));
  });

  it.each(geometries)('gives the same bits for any blocks, order and engine for %s', async (_, geometry) => {
    await foldLaw(trial(fold, geometry, SEED), enginesFor(fold));
  });

  it.each(geometries)('keeps nothing of rows whose memory is used again for %s', async (_, geometry) => {
    await lentMemoryLaw(trial(fold, geometry, SEED));
  });
});

const counting = [...of<AnyMap>('map'), ...of<AnyFold>('fold')].filter(([, member]) =>
  member.example(GEOMETRIES[1]).kinds.includes('events'),
);

it.each(counting)('%s gives the same numbers for events as for the same counts written out', async (_, member) => {
  const engine = inlineEngine(async () => member);
  for (const geometry of GEOMETRIES) await formsLaw(trial(member, geometry, SEED), engine);
});

/** Exponentially forgetting mean of each channel: the shortest member that has a memory. */
const forgettingMean = defineScan<{ keep: number }, { mean: Float64Array }>({
  init: (_args, { channels }) => ({ mean: new Float64Array(channels) }),
  step: ({ keep }, state, [block]) => {
    const { pixels, channels, values } = block as DenseBlock;
    const mean = state.mean.slice();
    const out = new Float64Array(pixels * channels);
    for (let at = 0; at < out.length; at++) {
      const j = at % channels;
      out[at] = mean[j] = keep * mean[j] + (1 - keep) * values[at];
    }
    return { state: { mean }, out: { kind: 'dense', pixels, channels, values: out } };
  },
  example: () => ({ args: { keep: 0.9 }, kinds: ['dense'] }),
});

describe.each(of<AnySmall>('small'))('the small shape %s', (_, small) => {
  it.each(geometries.slice(0, 4))(
    'gives the same pieces again, in any order and on any engine for %s',
    async (_, geometry) => {
      await smallLaw(small, geometry, enginesFor(small));
    },
  );
});

describe.each([['a sample', forgettingMean] as const, ...of<AnyScan>('scan')])('the scan %s', (_, scan) => {
  it.each(geometries)('is the same live, replayed, and resumed from a saved state for %s', async (_, geometry) => {
    await scanLaw(trial(scan, geometry, SEED), SEED);
  });
});

describe('the laws catch', () => {
  const geometry = GEOMETRIES[3];
  const dense = { args: {}, kinds: ['dense'] as const };

  it('a fold that keeps rows, and a map that remembers them', async () => {
    const keeping = defineFold<object, { first?: Float64Array }>({
      init: () => ({}),
      add: (_args, state, [block]) => ({ first: state.first ?? ((block as DenseBlock).values as Float64Array) }),
      merge: (left, right) => ({ first: left.first ?? right.first }),
      example: () => dense,
    });
    await expect(lentMemoryLaw(trial(keeping, geometry))).rejects.toThrow(/lent memory/);
    let before: Block | undefined;
    const remembering = defineMap<object>({
      apply: (_args, [block]) => {
        before = before?.pixels === block.pixels ? before : block;
        return before;
      },
      example: () => dense,
    });
    await expect(lentMapLaw(trial(remembering, geometry))).rejects.toThrow(/lent memory/);
  });

  it('a map that reads more rows than it gathers', async () => {
    const greedy = defineMap<object>({
      apply: (_args, [block]) => {
        const { values, channels } = block as DenseBlock;
        return { ...(block as DenseBlock), values: values.map((x, at) => x + (values[at + channels] ?? 0)) };
      },
      example: () => dense,
    });
    await expect(mapLaw(trial(greedy, geometry), SEED)).rejects.toThrow(/cut at/);
  });

  it('a map that takes the row of the block for the row of the cube', async () => {
    const lost = defineMap<object>({
      apply: (_args, [block]) => ({
        ...(block as DenseBlock),
        values: (block as DenseBlock).values.map((x, at) => x * (at % 7)),
      }),
      example: () => dense,
    });
    await expect(mapLaw(trial(lost, geometry), SEED)).rejects.toThrow(/cut at/);
  });

  it('a map that changes its input', async () => {
    const spoiler = defineMap<object>({
      apply: (_args, [block]) => {
        (block as DenseBlock).values[0] = 42;
        return { ...block, values: new Float64Array(block.pixels * block.channels) } as DenseBlock;
      },
      example: () => dense,
    });
    await expect(mapLaw(trial(spoiler, geometry), SEED)).rejects.toThrow();
  });

  it('a map of too few rows', async () => {
    const short = defineMap<object>({
      apply: (_args, [block]) => ({ ...(block as DenseBlock), pixels: block.pixels - 1 }),
      example: () => dense,
    });
    await expect(mapLaw(trial(short, geometry), SEED)).rejects.toThrow();
  });

  it('a fold that does not start from nothing', () => {
    const biased = sumFold({ first: 1 });
    expect(() => unitLaw(trial(biased, geometry))).toThrow(/init \+ tile/);
  });

  it('a fold that sees how the cube was cut', async () => {
    let merges = 0;
    const counting = sumFold({ first: 0, onMerge: () => ++merges });
    await expect(foldLaw(trial(counting, geometry), enginesFor(counting))).rejects.toThrow(/blocks of/);
  });

  it('a fold that calls itself additive and is not', async () => {
    const squaring = defineFold<object, { sum: number }>({
      additive: true,
      init: () => ({ sum: 0 }),
      add: (_args, { sum }, [block]) => ({ sum: (sum + block.pixels) ** 2 }),
      merge: (left, right) => ({ sum: left.sum + right.sum }),
      example: () => dense,
    });
    await expect(foldLaw(trial(squaring, geometry), enginesFor(squaring))).rejects.toThrow(/blocks of/);
    const honest = { ...squaring, additive: false };
    await foldLaw(trial(honest, geometry), enginesFor(honest));
  });

  it('a fold whose state does not survive a message', async () => {
    const closed = defineFold<object, { sum: number; read?: () => number }>({
      init: () => ({ sum: 0 }),
      add: (_args, { sum }, [block]) => ({ sum: sum + block.pixels, read: () => sum }),
      merge: (left, right) => ({ sum: left.sum + right.sum, read: left.read }),
      example: () => dense,
    });
    await expect(foldLaw(trial(closed, geometry), enginesFor(closed))).rejects.toThrow();
  });

  it('a scan that remembers behind the back of its state', async () => {
    let seen = 0;
    const secret = defineScan<object, object>({
      init: () => ({}),
      step: (_args, state, [block]) => {
        const values = Float64Array.from((block as DenseBlock).values, () => seen++);
        return { state, out: { ...(block as DenseBlock), values } };
      },
      example: () => dense,
    });
    await expect(scanLaw(trial(secret, geometry), SEED)).rejects.toThrow();
  });

  it('counts that are lost in one of two forms', async () => {
    const rounding = defineFold<object, { sum: number }>({
      init: () => ({ sum: 0 }),
      add: (_args, { sum }, [block]) => ({ sum: sum + (block.kind === 'events' ? 0 : 1) }),
      merge: (left, right) => ({ sum: left.sum + right.sum }),
      example: () => ({ args: {}, kinds: ['events'] }),
    });
    await expect(
      formsLaw(
        trial(rounding, geometry),
        inlineEngine(async () => rounding),
      ),
    ).rejects.toThrow(/array 0/);
  });
});

function sumFold({ first, onMerge }: { first: number; onMerge?: () => number }) {
  return defineFold<object, { sum: number }>({
    init: () => ({ sum: first }),
    add: (_args, { sum }, [block]) => ({ sum: sum + block.pixels }),
    merge: (left, right) => ({ sum: left.sum + right.sum + (onMerge?.() ?? 0) }),
    example: () => ({ args: {}, kinds: ['dense'] }),
  });
}
