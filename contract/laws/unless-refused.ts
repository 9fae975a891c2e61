import { expect } from 'vitest';
import { isSpectrailError } from '../../src/signal/errors.ts';

/** What was made, or nothing where the data, once seen, were refused with a typed error that says what was expected and what to do. */
export async function unlessRefused<T>(made: Promise<T>): Promise<T | undefined> {
  try {
    return await made;
  } catch (error) {
    if (!isSpectrailError(error, 'input')) throw error;
    expect(error.expected).toBeTruthy();
    expect(error.fix).toBeTruthy();
    return undefined;
  }
}
