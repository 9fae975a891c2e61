import { expect, it } from 'vitest';
import { finitePlain } from './finite-plain.ts';

it('numbers that JSON has not are null, at any depth, and names are only names', () => {
  const tree = JSON.parse('{"a":[1,{"b":2}],"__proto__":{"c":"text"},"d":null,"e":true}');
  tree.a.push(Number.NaN, [Number.NEGATIVE_INFINITY]);
  tree.a[1].f = Number.POSITIVE_INFINITY;
  expect(JSON.stringify(finitePlain(tree))).toBe(
    '{"a":[1,{"b":2,"f":null},null,[null]],"__proto__":{"c":"text"},"d":null,"e":true}',
  );
});
