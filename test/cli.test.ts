import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FORMATS } from '../src/formats/registry.ts';
import { errorOf, MAIN, type Outcome, SMALL_RECIPE, spectrail, temporaryFolder } from './cli.ts';

const home = temporaryFolder();
const data = join(home, 'map.hspy');

/** A step that weighs by counting statistics; the plan adds the residual pass it lacks. */
const COMPONENTS = `
spectrail: recipe/1
title: Components of a small map
inputs:
  counts: { modality: eds }
steps:
  - { id: pca, use: decompose.pca, params: { components: 4, iterations: 2 } }
`;

function write(name: string, text: string): string {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
}

const recipe = write('small.yaml', SMALL_RECIPE);
const components = write('components.yaml', COMPONENTS);

beforeAll(async () => {
  expect(existsSync(MAIN), 'run `npm run build` first').toBe(true);
  const made = await spectrail([
    'simulate',
    'eds',
    '--set',
    'height=24',
    '--set',
    'width=24',
    '--set',
    'channels=512',
    '--out',
    data,
  ]);
  expect(made).toMatchObject({ code: 0, stderr: '' });
});

/** Runs the small recipe into a folder of its own. */
async function runInto(name: string, ...more: string[]): Promise<{ out: string; outcome: Outcome }> {
  const out = join(home, name);
  return {
    out,
    outcome: await spectrail(['run', recipe, '--input', data, '--out', out, '--engine', 'inline', ...more]),
  };
}

describe('spectrail simulate', () => {
  it('writes the counts, and the truth beside them with the parameters that went in', () => {
    const truth = JSON.parse(readFileSync(join(home, 'map.truth.json'), 'utf8'));
    expect(truth.parameters).toMatchObject({ height: 24, width: 24, channels: 512, dose: 100 });
    expect(truth.labels.flat().length).toBe(24 * 24);
  });

  it('gives what info reads back: the shape that was asked for, in counts', async () => {
    const { stdout } = await spectrail(['info', data, '--json', '--stats']);
    const { format, signals } = JSON.parse(stdout);
    expect(format).toBe('hspy');
    expect(signals).toHaveLength(1);
    expect(signals[0]).toMatchObject({ modality: 'eds', shape: [24, 24, 512], min: 0 });
    expect(signals[0].sum / (24 * 24)).toBeGreaterThan(90);
  });

  it('a seed of its own gives other counts', async () => {
    const other = join(home, 'seed2.hspy');
    await spectrail([
      'simulate',
      'eds',
      '--set',
      'height=24',
      '--set',
      'width=24',
      '--set',
      'channels=512',
      '--set',
      'seed=2',
      '--out',
      other,
    ]);
    expect(readFileSync(other).equals(readFileSync(data))).toBe(false);
  });

  it('does not replace files unless told to', async () => {
    const again = [
      'simulate',
      'eds',
      '--set',
      'height=24',
      '--set',
      'width=24',
      '--set',
      'channels=512',
      '--out',
      data,
    ];
    const refused = await spectrail([...again, '--json']);
    expect(refused.code).toBe(5);
    expect(errorOf(refused)).toMatchObject({ kind: 'output', code: 'file-exists' });
    expect(await spectrail([...again, '--force'])).toMatchObject({ code: 0 });
  });

  it('--help lists every parameter with its default', async () => {
    const { stdout } = await spectrail(['simulate', '--help']);
    for (const [name, value] of [
      ['dose', '100'],
      ['pairDifference', '0.15'],
      ['thickness', '"constant"'],
    ]) {
      expect(stdout).toMatch(new RegExp(`${name}\\s+${value}`));
    }
  });
});

describe('spectrail steps', () => {
  it('lists the formats that are read and written', async () => {
    const listed = JSON.parse((await spectrail(['formats', '--json'])).stdout);
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(FORMATS.map(({ id }) => id));
    expect(listed.find(({ id }: { id: string }) => id === 'hspy')).toMatchObject({ reads: true, writes: true });
    expect(listed.find(({ id }: { id: string }) => id === 'vamas')).toMatchObject({ reads: true, writes: false });
    expect((await spectrail(['formats'])).stdout).toMatch(/NeXus \(NXdata\) +read, written +\.nxs \.nx \.h5/);
  });

  it('lists every step, in 80 columns', async () => {
    const { stdout } = await spectrail(['steps']);
    for (const id of ['crop', 'decompose.pca', 'detect.residual']) expect(stdout).toContain(`\n${id} `);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('shows the parameters of a step with type, default and meaning, from its schema', async () => {
    const { stdout } = await spectrail(['steps', 'decompose.pca']);
    expect(stdout).toMatch(/components\s+20\s+whole number from 1 to 200\./);
    expect(stdout).toMatch(/weighting\s+"poisson"\s+poisson \| none\./);
    expect(stdout).toContain('Keenan & Kotula 2004');
  });

  it('says of a window that its edges are numbers or text', async () => {
    expect((await spectrail(['steps', 'crop'])).stdout).toMatch(
      /spectral\s+\(none\)\s+\[number or text, number or text\]\./,
    );
  });

  it('gives machines the JSON Schema', async () => {
    const step = JSON.parse((await spectrail(['steps', 'decompose.pca', '--json'])).stdout);
    expect(step.params.properties.components).toMatchObject({ type: 'integer', minimum: 1, maximum: 200, default: 20 });
    expect(step.inputs.in.needs.noise).toEqual(['scaled-counts']);
    expect(JSON.parse((await spectrail(['steps', '--json'])).stdout).length).toBeGreaterThan(5);
  });
});

describe('spectrail plan', () => {
  it('says passes, memory and objections without running', async () => {
    const { code, stdout } = await spectrail(['plan', recipe, '--input', data]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/line\s+measure\.window\s+cut\s+1/);
    expect(stdout).toContain('No objections.');
  });

  it('a refused recipe: exit code 3, with code, reason and fix', async () => {
    const normalised = write(
      'normalised.yaml',
      COMPONENTS.replace('modality: eds', 'modality: eds, normalised: to unit area'),
    );
    const { code, stdout } = await spectrail(['plan', normalised, '--input', data, '--json']);
    expect(code).toBe(3);
    const plan = JSON.parse(stdout);
    expect(plan.blocked).toBe(true);
    expect(plan.objections[0]).toMatchObject({ code: 'normalised-too-early', severity: 'error', step: 'pca' });
    expect(plan.objections[0].fix.length).toBeGreaterThan(10);
    const { code: runCode } = await spectrail(['run', normalised, '--input', data, '--out', join(home, 'refused')]);
    expect(runCode).toBe(3);
    expect(existsSync(join(home, 'refused'))).toBe(false);
  });

  it('an override with a reason lets it run, and the reason stands', async () => {
    const text = `${COMPONENTS.replace('modality: eds', 'modality: eds, normalised: to unit area')}
overrides: [{ code: normalised-too-early, reason: the factor is the same for every pixel }]`;
    const { code, stdout } = await spectrail(['plan', write('overridden.yaml', text), '--input', data]);
    expect(code).toBe(0);
    expect(stdout).toContain('your reason: the factor is the same for every pixel');
  });

  it('--schema prints the JSON Schema of recipes', async () => {
    const schema = JSON.parse((await spectrail(['plan', '--schema'])).stdout);
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['inputs', 'steps', 'overrides', 'seed']));
  });

  it('--set replaces a parameter', async () => {
    const { stdout } = await spectrail(['plan', components, '--input', data, '--json', '--set', 'pca.components=7']);
    const { nodes } = JSON.parse(stdout);
    expect(nodes.find((node: { id: string }) => node.id === 'pca').params.components).toBe(7);
  });
});

describe('--set on an input', () => {
  it('states what the file does not: the noise law enters the plan', async () => {
    const { stdout } = await spectrail([
      'plan',
      recipe,
      '--input',
      data,
      '--set',
      'counts.noise={tag: poisson, gain: 7.5}',
    ]);
    expect(stdout).toContain('Poisson, gain 7.5');
  });

  it('is checked like the recipe itself', async () => {
    const outcome = await spectrail(['plan', recipe, '--input', data, '--set', 'counts.modality=alchemy', '--json']);
    expect(outcome.code).toBe(3);
    expect(errorOf(outcome)).toMatchObject({ code: 'bad-recipe', where: '--set counts.modality=alchemy' });
  });
});

describe('spectrail run', () => {
  it('writes report, recipe, trail and crate, and leaves nothing temporary', async () => {
    const { out, outcome } = await runInto('results');
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain(`report: ${join(out, 'report.html')}`);
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(['report.html', 'recipe.yaml', 'trail.json', 'ro-crate-metadata.json', 'window.npy']),
    );
    expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('writes plain lines in a pipe: no control characters, progress on standard error', async () => {
    const { outcome } = await runInto('piped');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(outcome.stdout + outcome.stderr).not.toMatch(/[\u001b\r\u0007]/);
    expect(outcome.stderr).toMatch(/^\[2\/2\] line: [\d.]+ s$/m);
    expect(outcome.stdout).not.toContain('[2/2]');
  });

  it('gives the same hashes inline and on threads', async () => {
    const hashes = async (...how: string[]) => {
      const { stdout } = await spectrail([
        'run',
        recipe,
        '--input',
        data,
        '--out',
        join(home, 'engines'),
        '--json',
        ...how,
      ]);
      return JSON.parse(stdout).nodes.map((node: { hash: string }) => node.hash);
    };
    const inline = await hashes('--engine', 'inline');
    expect(inline).toHaveLength(2);
    expect(await hashes('--engine', 'threads', '--threads', '3')).toEqual(inline);
  });

  it('names the result folder after recipe and input', async () => {
    const { code } = await spectrail(['run', recipe, '--input', data, '--engine', 'inline'], { cwd: home });
    expect(code).toBe(0);
    expect(existsSync(join(home, 'spectrail-out', 'small-map', 'report.html'))).toBe(true);
  });

  it('replaces a result of its own, whole', async () => {
    const { out } = await runInto('again');
    writeFileSync(join(out, 'stale.txt'), 'from before');
    expect((await runInto('again')).outcome.code).toBe(0);
    expect(existsSync(join(out, 'stale.txt'))).toBe(false);
  });

  it('never replaces a folder of another kind without --force', async () => {
    const out = join(home, 'thesis');
    mkdirSync(out);
    writeFileSync(join(out, 'chapter1.txt'), 'years of work');
    const { outcome } = await runInto('thesis', '--json');
    expect(outcome.code).toBe(5);
    expect(errorOf(outcome)).toMatchObject({ kind: 'output', code: 'foreign-folder' });
    expect(readFileSync(join(out, 'chapter1.txt'), 'utf8')).toBe('years of work');
    expect((await runInto('thesis', '--force')).outcome.code).toBe(0);
    expect(existsSync(join(out, 'chapter1.txt'))).toBe(false);
  });

  it('never replaces a folder that holds its input or the working directory, even with --force', async () => {
    const { code, stdout } = await spectrail(['run', recipe, '--input', data, '--out', home, '--force', '--json']);
    expect(code).toBe(5);
    expect(errorOf({ code, stdout, stderr: '' }).code).toBe('holds-inputs');
    expect(existsSync(data)).toBe(true);
  });

  it.each([
    ['a file stands where the folder should', () => data],
    ['a parent of the folder is a file', () => join(data, 'inside')],
    ['the system refuses folders there', () => '/proc/spectrail/results'],
  ])('exits with 5 and leaves nothing when %s', async (_what, out) => {
    const before = readdirSync(home);
    const outcome = await spectrail(['run', recipe, '--input', data, '--out', out(), '--json']);
    expect(outcome.code).toBe(5);
    expect(errorOf(outcome).kind).toBe('output');
    expect(readdirSync(home)).toEqual(before);
  });

  it('leaves nothing behind when it is interrupted, not even the parents of its folder', async () => {
    const out = join(home, 'interrupted', 'results');
    const long = write(
      'long.yaml',
      COMPONENTS.replace('components: 4, iterations: 2', 'components: 100, iterations: 40'),
    );
    const code = await new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, [MAIN, 'run', long, '--input', data, '--out', out]);
      child.stderr.on('data', (text) => String(text).includes('[1/') && child.kill('SIGINT'));
      child.on('exit', resolve);
    });
    expect(code).toBe(130);
    expect(existsSync(join(home, 'interrupted'))).toBe(false);
    expect(readdirSync(home).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('spectrail replay', () => {
  it('recomputes a folder and finds it equal', async () => {
    const { out } = await runInto('to-replay');
    const { code, stdout } = await spectrail(['replay', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/line\s+measure\.window\s+([0-9a-f]{12})\s+\1\s+equal/);
    expect(stdout).toContain('All 2 results equal.');
  });

  it('changed data: exit code 4, and it says which input changed', async () => {
    const { out } = await runInto('to-change');
    const changed = join(home, 'changed.hspy');
    await spectrail([
      'simulate',
      'eds',
      '--set',
      'height=24',
      '--set',
      'width=24',
      '--set',
      'channels=512',
      '--set',
      'seed=9',
      '--out',
      changed,
    ]);
    const { code, stdout } = await spectrail(['replay', out, '--input', `counts=${changed}`]);
    expect(code).toBe(4);
    expect(stdout).toContain('input counts has changed');
    expect(stdout).toContain('DIFFERS');
    const machine = JSON.parse((await spectrail(['replay', out, '--input', changed, '--json'])).stdout);
    expect(machine).toMatchObject({ same: false, inputs: [{ name: 'counts', same: false }] });
  });

  it('a forged hash in the trail: exit code 4', async () => {
    const { out } = await runInto('to-forge');
    const path = join(out, 'trail.json');
    const trail = JSON.parse(readFileSync(path, 'utf8'));
    trail.nodes[1].hash = '0'.repeat(64);
    writeFileSync(path, JSON.stringify(trail));
    const { code, stdout } = await spectrail(['replay', out]);
    expect(code).toBe(4);
    expect(stdout).toContain('1 of 2 results differ.');
  });

  it('the recipe it left behind runs again from where it lies', async () => {
    const { out } = await runInto('self-contained');
    const again = await spectrail(['run', join(out, 'recipe.yaml'), '--out', join(home, 'from-recipe'), '--json']);
    expect(again.code).toBe(0);
    const hashes = JSON.parse(readFileSync(join(out, 'trail.json'), 'utf8')).nodes.map(
      (node: { hash: string }) => node.hash,
    );
    expect(JSON.parse(again.stdout).nodes.map((node: { hash: string }) => node.hash)).toEqual(hashes);
  });

  it.each([
    ['no trail', undefined, 'no-trail'],
    ['a trail that is not JSON', '{', 'bad-trail'],
    ['a trail of something else', '{"spectrail": "trail/99"}', 'bad-trail'],
  ])('%s: exit code 2', async (_what, text, expected) => {
    const folder = temporaryFolder();
    if (text !== undefined) writeFileSync(join(folder, 'trail.json'), text);
    const outcome = await spectrail(['replay', folder, '--json']);
    expect(outcome.code).toBe(2);
    expect(errorOf(outcome).code).toBe(expected);
  });
});

describe('spectrail convert', () => {
  it('writes what info reads back, in each format', async () => {
    for (const name of ['copy.hspy', 'copy.npy']) {
      const to = join(home, name);
      expect((await spectrail(['convert', data, to])).code).toBe(0);
      const [before, after] = await Promise.all(
        [data, to].map(
          async (file) => JSON.parse((await spectrail(['info', file, '--json', '--stats'])).stdout).signals[0],
        ),
      );
      expect(after).toMatchObject({ shape: before.shape, sum: before.sum, max: before.max });
    }
  });

  it('refuses an ending nobody can write, naming those that can be', async () => {
    const outcome = await spectrail(['convert', data, join(home, 'map.doc'), '--json']);
    expect(outcome.code).toBe(2);
    expect(errorOf(outcome).expected).toContain('.npy');
  });
});

describe('what is wrong is said as what, where, expected and fix', () => {
  const truncated = join(home, 'truncated.hspy');
  const foreign = write('foreign.dm4', 'this is no microscope file');

  beforeAll(() => {
    writeFileSync(truncated, readFileSync(data));
    truncateSync(truncated, Math.floor(statSync(data).size / 2));
  });

  it.concurrent.each([
    ['a missing file', () => ['info', join(home, 'nowhere.dm4')], 2, 'file-not-found'],
    ['a folder', () => ['info', home], 2, 'unknown-folder'],
    ['a truncated file', () => ['info', truncated, '--stats'], 2, undefined],
    ['a foreign file', () => ['info', foreign], 2, undefined],
    ['an index outside the data', () => ['info', data, '--probe', '0,0,512'], 2, 'bad-index'],
    ['a signal the file does not hold', () => ['info', data, '--signal', 'nothing'], 2, 'no-such-signal'],
    ['an unknown option', () => ['info', data, '--bogus'], 2, 'usage'],
    ['an unknown command', () => ['frobnicate'], 2, 'usage'],
    ['a number of threads that is none', () => ['run', recipe, '--input', data, '--threads', '0'], 2, 'usage'],
    ['a missing recipe', () => ['plan', join(home, 'nowhere.yaml'), '--input', data], 2, 'no-recipe'],
    ['a missing input', () => ['plan', recipe], 3, 'missing-input'],
    ['an input the recipe does not have', () => ['plan', recipe, '--input', `dark=${data}`], 3, 'unknown-input'],
    [
      'a setting of an unknown step',
      () => ['plan', components, '--input', data, '--set', 'nmf.components=3'],
      3,
      'bad-setting',
    ],
    [
      'a setting of an unknown parameter',
      () => ['plan', components, '--input', data, '--set', 'pca.colour=3'],
      3,
      'bad-setting',
    ],
    [
      'a setting of __proto__',
      () => ['plan', components, '--input', data, '--set', 'pca.__proto__={polluted: 1}'],
      3,
      'bad-setting',
    ],
    [
      'a parameter out of range',
      () => ['plan', components, '--input', data, '--set', 'pca.components=0'],
      3,
      'bad-parameter',
    ],
    ['an unknown step', () => ['steps', 'decompose.magic'], 3, 'unknown-step'],
    ['an unknown simulator', () => ['simulate', 'dreams'], 2, 'unknown-simulator'],
    ['a parameter the simulator does not have', () => ['simulate', 'eds', '--set', 'colour=3'], 2, 'bad-setting'],
  ] as const)('%s', async (_what, args, code, expected) => {
    const [outcome, plain] = await Promise.all([spectrail([...args(), '--json']), spectrail(args())]);
    expect(outcome.code).toBe(code);
    const error = errorOf(outcome);
    if (expected !== undefined) expect(error.code).toBe(expected);
    expect(error.what.length).toBeGreaterThan(10);
    expect(outcome.stderr).toBe('');
    expect(plain.code).toBe(code);
    expect(plain.stdout).toBe('');
    expect(plain.stderr).toMatch(/^error: /);
    expect(plain.stderr).not.toMatch(/\n\s+at /);
  });

  const steps = '  - { id: cut, use: crop }\n';
  const head = 'spectrail: recipe/1\ntitle: broken\ninputs: { counts: {} }\n';
  it.concurrent.each([
    ['not YAML', 'a: [', 'not YAML'],
    ['not a recipe', 'hello', 'recipe'],
    ['no steps', `${head}steps: []\n`, 'steps'],
    [
      'a step that reads what comes later',
      `${head}steps:\n  - { id: a, use: crop, in: b }\n  - { id: b, use: crop, in: a }\n`,
      'neither an input nor an earlier step',
    ],
    [
      'a step that reads itself',
      `${head}steps:\n  - { id: a, use: crop, in: a }\n`,
      'neither an input nor an earlier step',
    ],
    ['two steps of one name', `${head}steps:\n${steps}${steps}`, 'used twice'],
    ['a step named like an input', `${head}steps:\n  - { id: counts, use: crop }\n`, 'used twice'],
    ['a step that does not exist', `${head}steps:\n  - { id: a, use: decompose.magic }\n`, 'decompose.magic'],
    ['a step named __proto__', `${head}steps:\n  - { id: __proto__, use: crop }\n`, 'steps[0].id'],
    ['a misspelled key', `${head}stepz: []\nsteps:\n${steps}`, 'stepz'],
    [
      'aliases that multiply',
      `${head}a: &a [1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\nsteps:\n${steps}`,
      'alias',
    ],
  ])('a recipe with %s: exit code 3', async (what, text, message) => {
    const outcome = await spectrail([
      'plan',
      write(`broken-${what.replaceAll(' ', '-')}.yaml`, text),
      '--input',
      data,
      '--json',
    ]);
    expect(outcome.code).toBe(3);
    expect(JSON.stringify(errorOf(outcome)).toLowerCase()).toContain(message.toLowerCase());
  });

  it('__proto__ in a recipe changes nothing but the recipe', async () => {
    const text = `${COMPONENTS.replace('components: 4,', 'components: 4, __proto__: { polluted: true },')}\n`;
    const outcome = await spectrail(['plan', write('proto.yaml', text), '--input', data, '--json']);
    expect([0, 3], outcome.stdout).toContain(outcome.code);
    expect(outcome.stdout).not.toContain('polluted');
  });

  it('a stack appears only when asked for', async () => {
    const { stderr } = await spectrail(['info', join(home, 'nowhere.dm4')], { env: { SPECTRAIL_DEBUG: '1' } });
    expect(stderr).toMatch(/\n\s+at /);
  });

  it('a reader that closes the pipe early is no error', async () => {
    const code = await new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, [MAIN, 'steps', '--json']);
      child.stdout.destroy();
      child.on('exit', resolve);
    });
    expect(code).toBe(0);
  });
});
