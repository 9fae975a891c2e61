import { describe, expect, it } from 'vitest';
import { uniformAxis } from '../signal/axis.ts';
import type { ArrayDataset, Dataset } from '../signal/dataset.ts';
import { formatError } from '../signal/errors.ts';
import type { ByteSource, Format, Sniff } from './format.ts';
import { FORMATS, type FormatEntry, openFile } from './index.ts';

const file = (name: string, text = 'some bytes'): ByteSource => {
  const bytes = new TextEncoder().encode(text);
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async () => undefined,
  };
};

const dataset = (title: string, load: () => Promise<Uint8Array> = async () => new Uint8Array(1)): Dataset => ({
  kind: 'array',
  title,
  shape: [1],
  dtype: 'uint8',
  axes: [uniformAxis({ role: 'spectral', size: 1 })],
  values: { kind: 'dense', load },
  metadata: {},
  original: {},
  warnings: [],
});

interface Behaviour {
  sniff: Sniff;
  read?: () => Promise<Dataset[]>;
  extensions?: string[];
  loaded?: string[];
  /** Answer of a look inside; undefined for a format that cannot look, an error for a file it cannot look into. */
  own?: boolean | Error;
}

function entry(id: string, { sniff, read, extensions = [`.${id}`], loaded, own }: Behaviour): FormatEntry {
  const probe = async () => {
    loaded?.push(`inside ${id}`);
    if (own instanceof Error) throw own;
    return own === true;
  };
  const looks = own === undefined ? {} : { probe };
  const format: Format = { id, title: `The ${id} format`, extensions, sniff: () => sniff, read, ...looks };
  return {
    id,
    title: format.title,
    extensions,
    load: async () => {
      loaded?.push(id);
      return { default: format };
    },
  };
}

const reads = (id: string) => async () => [dataset(id)];
const refuses = (what: string) => async () => {
  throw formatError({ code: 'refused', what });
};

describe('openFile', () => {
  it('prefers content over the name', async () => {
    const formats = [
      entry('a', { sniff: 'name', read: reads('a') }),
      entry('b', { sniff: 'certain', read: reads('b') }),
      entry('c', { sniff: 'likely', read: reads('c') }),
    ];
    expect((await openFile(file('x.a'), formats)).format).toBe('b');
    expect((await openFile(file('x.a'), [formats[0], formats[2]])).format).toBe('c');
  });

  it('falls back to the name when the content says nothing', async () => {
    const formats = [entry('a', { sniff: 'no', read: reads('a') }), entry('b', { sniff: 'name', read: reads('b') })];
    const opened = await openFile(file('x.b'), formats);
    expect([opened.format, opened.datasets[0].title]).toEqual(['b', 'b']);
  });

  it('loads only the formats of the extension when one of them is certain', async () => {
    const loaded: string[] = [];
    const formats = [
      entry('heavy', { sniff: 'no', read: reads('heavy'), loaded }),
      entry('a', { sniff: 'certain', read: reads('a'), loaded }),
    ];
    await openFile(file('X.A'), formats);
    expect(loaded).toEqual(['a']);
    await openFile(file('x.unknown'), formats);
    expect(loaded).toContain('heavy');
  });

  it('tries equally sure formats in order until one reads the file', async () => {
    const formats = [
      entry('a', { sniff: 'likely', read: refuses('no header') }),
      entry('b', { sniff: 'likely', read: reads('b') }),
    ];
    expect((await openFile(file('x.txt'), formats)).format).toBe('b');
  });

  it('asks likely formats of one container to look inside, whatever the name', async () => {
    const formats = [
      entry('a', { sniff: 'likely', read: refuses('not mine'), own: false }),
      entry('b', { sniff: 'likely', read: reads('b'), own: true }),
    ];
    for (const name of ['x.a', 'x.b', 'x.unknown']) expect((await openFile(file(name), formats)).format).toBe('b');
    await expect(openFile(file('x.a'), [formats[0], { ...formats[0], id: 'c' }])).rejects.toMatchObject({
      code: 'unknown-format',
    });
  });

  it('looks inside for no other format when the one of the extension is sure, and not at all without a choice', async () => {
    const loaded: string[] = [];
    const formats = [
      entry('a', { sniff: 'likely', read: reads('a'), own: true, loaded }),
      entry('b', { sniff: 'likely', read: reads('b'), own: true, loaded }),
    ];
    await openFile(file('x.b'), formats);
    expect(loaded).toEqual(['b', 'inside b']);
    loaded.length = 0;
    await openFile(file('x.b'), [formats[0]]);
    expect(loaded).toEqual(['a']);
  });

  it('takes a format that cannot look into a damaged file for as likely as before', async () => {
    const formats = [
      entry('a', { sniff: 'likely', read: refuses('damaged'), own: new Error('damaged') }),
      entry('b', { sniff: 'likely', read: refuses('not mine'), own: false }),
    ];
    await expect(openFile(file('x.a'), formats)).rejects.toMatchObject({ code: 'refused', what: 'damaged' });
  });

  it('names every format that was tried when all refuse', async () => {
    const formats = [
      entry('a', { sniff: 'likely', read: refuses('no header') }),
      entry('b', { sniff: 'name', read: refuses('no numbers') }),
      entry('c', {
        sniff: 'name',
        read: async () => {
          throw formatError({ code: 'refused', where: 'x.txt, line 3', what: 'no word', expected: 'a word' });
        },
      }),
    ];
    await expect(openFile(file('x.txt'), formats)).rejects.toMatchObject({
      kind: 'format',
      code: 'unreadable',
      what: expect.stringMatching(
        /The a format \(no header\); The b format \(no numbers\); The c format \(line 3: no word\)/,
      ),
      expected: expect.stringMatching(/; The c format: a word$/),
    });
  });

  it('does not read a file that is certainly of one format as another', async () => {
    const formats = [
      entry('a', { sniff: 'certain', read: refuses('truncated') }),
      entry('b', { sniff: 'likely', read: reads('b') }),
    ];
    await expect(openFile(file('x.b'), formats)).rejects.toMatchObject({ code: 'refused', what: 'truncated' });
  });

  it('skips formats that only write', async () => {
    await expect(openFile(file('x.a'), [entry('a', { sniff: 'certain' })])).rejects.toMatchObject({
      code: 'unknown-format',
    });
  });

  it('says which formats the name promised when nothing matches', async () => {
    const formats = [entry('a', { sniff: 'no', read: reads('a') }), entry('b', { sniff: 'no' })];
    const refusal = {
      kind: 'format',
      code: 'unknown-format',
      what: 'the file is in none of the 2 formats that are known',
      fix: 'export it in a format that `spectrail formats` lists',
    };
    await expect(openFile(file('x.zzz'), formats)).rejects.toMatchObject({ ...refusal, where: 'x.zzz' });
    await expect(openFile(file('x.a'), formats)).rejects.toMatchObject({
      ...refusal,
      expected: 'by its name: The a format; its first bytes are not of that kind',
    });
  });

  it('names the formats that were as sure of the file as the one that read it', async () => {
    const formats = [
      entry('a', { sniff: 'likely', read: refuses('no header') }),
      entry('b', { sniff: 'likely', read: reads('b') }),
      entry('c', { sniff: 'likely', read: reads('c') }),
      entry('d', { sniff: 'name', read: reads('d') }),
    ];
    expect((await openFile(file('x.txt'), formats)).alsoPossible).toEqual(['a', 'c']);
    expect((await openFile(file('x.txt'), formats.slice(1, 2))).alsoPossible).toEqual([]);
  });

  it('says what an unreadable file looks like when its first bytes tell', async () => {
    const vamas = file('x.vms', 'VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4\n');
    await expect(openFile(vamas, [entry('a', { sniff: 'no', read: reads('a') })])).rejects.toMatchObject({
      code: 'unknown-format',
      what: 'the file looks like a VAMAS file, which cannot be read yet',
    });
  });

  it('refuses an empty file', async () => {
    await expect(openFile(file('x.a', ''), [])).rejects.toMatchObject({
      kind: 'format',
      code: 'empty-file',
      expected: expect.any(String),
    });
  });

  it('turns any other failure of a reader into a format error that names the format', async () => {
    const crash = async () => {
      throw new RangeError('offset is out of bounds');
    };
    const crashing = [entry('a', { sniff: 'certain', read: crash })];
    await expect(openFile(file('x.a'), crashing)).rejects.toMatchObject({
      kind: 'format',
      code: 'reader-failed',
      where: `x.a, all ${file('x.a').size} bytes, read as The a format`,
      cause: expect.any(RangeError),
    });
    const late = [entry('a', { sniff: 'certain', read: async () => [dataset('late', crash)] })];
    const { datasets } = await openFile(file('x.a'), late);
    if (datasets[0].kind !== 'array') throw new Error('not an array');
    await expect(datasets[0].values.load()).rejects.toMatchObject({ kind: 'format', code: 'reader-failed' });
  });
});

describe('an error of a reader says in which file, and as what it was read', () => {
  it.each([
    ['without a place', undefined, `x.a, all ${file('x.a').size} bytes, read as The a format`],
    ['with no other place than the file', 'x.a', `x.a, all ${file('x.a').size} bytes, read as The a format`],
    ['with a line of the file', 'x.a, line 3', 'x.a, line 3, read as The a format'],
    ['with a place of its own', 'line 3', 'x.a, line 3, read as The a format'],
  ])('%s', async (_, where, expected) => {
    const fails = async () => {
      throw formatError({ code: 'refused', where, what: 'bad', expected: 'good', fix: 'mend it' });
    };
    const error = { kind: 'format', code: 'refused', where: expected, what: 'bad', expected: 'good', fix: 'mend it' };
    await expect(openFile(file('x.a'), [entry('a', { sniff: 'certain', read: fails })])).rejects.toMatchObject(error);
    const late = [entry('a', { sniff: 'certain', read: async () => [dataset('late', fails)] })];
    const { datasets } = await openFile(file('x.a'), late);
    await expect((datasets[0] as ArrayDataset).values.load()).rejects.toMatchObject(error);
  });
});

it('an error that quotes a file at length is cut', async () => {
  const long = 'ab'.repeat(5000);
  const read = async () => {
    throw formatError({ code: 'refused', where: `x.a, tag ${long}`, what: `"${long}"`, expected: long });
  };
  const error = await openFile(file('x.a'), [entry('a', { sniff: 'certain', read })]).catch((thrown) => thrown);
  expect(error.message.length).toBeLessThan(1500);
  expect(error.where).toMatch(/^x\.a, tag abab.*…, read as The a format$/);
  expect(error).toMatchObject({ what: expect.stringMatching(/^"abab.*…$/), expected: expect.stringMatching(/…$/) });
  expect(error.stack).toContain('read as The a format');
});

describe('the registry', () => {
  it('has each format once', () => {
    expect(new Set(FORMATS.map(({ id }) => id)).size).toBe(FORMATS.length);
  });

  it.each(FORMATS.map((format) => [format.id, format] as const))('%s is what its folder says', async (_, known) => {
    const { default: format } = await known.load();
    expect({ id: format.id, title: format.title, extensions: format.extensions }).toEqual({
      id: known.id,
      title: known.title,
      extensions: known.extensions,
    });
  });
});
