import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCES = resolve(import.meta.dirname, '../src');

/** Of `Math`, what IEEE 754 or whole numbers fix; the rest is left to the engine. */
const FIXED =
  /^(abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|E|LN10|LN2|LOG10E|LOG2E|PI|SQRT1_2|SQRT2)$/;

/** What in `code` may give other bits in another engine. */
function engineDependent(code: string): string[] {
  const text = code.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g, ' ');
  const members = [...text.matchAll(/\bMath\b(?:\s*\.\s*(\w+))?/g)];
  return [
    ...members.filter(([, name]) => !FIXED.test(name ?? '')).map(([found]) => found),
    ...[...text.matchAll(/[^\s(]*\s*\*\*=?\s*\S*/g)]
      .map(([found]) => found)
      .filter((power) => !/^2 \*\* -?\d+\b/.test(power)),
  ];
}

describe('the same bits in every engine', () => {
  it('no source takes a power, or a function of Math that the language leaves to the engine', () => {
    const found = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .flatMap((name) =>
        engineDependent(readFileSync(join(SOURCES, name), 'utf8')).map((use) => `${name.split(sep).join('/')}: ${use}`),
      );
    expect(found, 'use the functions of kernels/portable-math.ts and kernels/portable-trigonometry.ts').toEqual([]);
  });

  it.each([
    'Math.exp(x)',
    'values.map(Math.log)',
    'Math . cos(x)',
    'Math.hypot(a, b)',
    'Math.random()',
    'const { sin } = Math;',
    'Math["sin"](x)',
    'x ** 2',
    '(a + b) ** 2',
    '10 ** n',
    '2 ** n',
    '2 ** -n',
    '12 ** 2',
    'x **= 2',
  ])('%s is one', (code) => {
    expect(engineDependent(code)).toHaveLength(1);
  });

  it.each(["'https://a.org' + Math.exp(x)", "/* it's */ x ** 2, 'y'"])('finds it in %s', (code) => {
    expect(engineDependent(code)).toHaveLength(1);
  });

  it.each(['Math.sqrt(x)', '2 ** 32', '2 ** -52', '// 10 ** n', '/** Math.exp */', "'x ** 2'", "it's // 10 ** n"])(
    '%s is none',
    (code) => {
      expect(engineDependent(code)).toEqual([]);
    },
  );
});
