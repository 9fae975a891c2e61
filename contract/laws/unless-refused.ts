import { isSpectrailError } from '../../src/signal/errors.ts';

/** What was made, or nothing where the data, once seen, were refused with a typed error. */
export async function unlessRefused<T>(made: Promise<T>): Promise<T | undefined> {
  try {
    return await made;
  } catch (error) {
    if (isSpectrailError(error, 'input')) return undefined;
    throw error;
  }
}
