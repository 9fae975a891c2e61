import { expect, it } from 'vitest';
import { NORMAL_NULL, normalNull } from './anisotropy.ts';

it('the tabulated null of the anisotropy is what isotropic normal clouds give', () => {
  expect(normalNull(1)).toEqual(NORMAL_NULL);
});
