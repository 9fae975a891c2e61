import { describe, expect, test } from 'vitest';
import { csv, sortedJson } from './output.ts';

describe('result files', () => {
  test('a cell with a comma, quote or line break is quoted, a number keeps all its digits, NaN is empty', () => {
    expect(
      csv(
        ['a', 'b,c'],
        [
          [0.1 + 0.2, 'say "x"'],
          [Number.NaN, 'two\nlines'],
          [undefined, 'plain'],
        ],
      ),
    ).toBe('a,"b,c"\r\n0.30000000000000004,"say ""x"""\r\n,"two\nlines"\r\n,plain\r\n');
  });

  test('keys are sorted at every depth, so equal content is equal text', () => {
    expect(sortedJson({ b: [{ z: 1, a: 2 }], a: 1 })).toBe(sortedJson({ a: 1, b: [{ a: 2, z: 1 }] }));
    expect(sortedJson({ x: Uint8Array.of(1, 2) })).toBe(sortedJson({ x: [1, 2] }));
  });

  test('a key called __proto__ stays data', () => {
    expect(sortedJson(JSON.parse('{"__proto__": {"polluted": 1}}'))).toContain('polluted');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
