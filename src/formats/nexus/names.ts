import type { Hdf5Attribute } from '../hdf5/index.ts';

export type Attributes = Readonly<Record<string, Hdf5Attribute>>;

/** The text of an attribute, be it alone or the first of a list; '' where it is none. */
export function textOf(attributes: Attributes, key: string): string {
  const value = attributes[key]?.value;
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first.trim() : '';
}

export function numberOf(attributes: Attributes, key: string): number | undefined {
  const value = attributes[key]?.value;
  const first = Array.isArray(value) ? value[0] : value;
  const number = typeof first === 'string' && first.trim() !== '' ? Number(first) : first;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Names in a list, or in one text with colons, commas or spaces between them, in brackets or not. */
export function namesOf(attributes: Attributes, key: string): string[] {
  const value = attributes[key]?.value;
  if (Array.isArray(value) && value.length > 1) return value.filter((name) => typeof name === 'string').map(String);
  return textOf(attributes, key)
    .replace(/^\[|\]$/g, '')
    .split(/[:,\s]+/)
    .filter((name) => name !== '');
}

/** Attributes by which a dataset that we wrote is read back exactly; other readers pass them over. */
export const OWN = {
  name: 'spectrail_name',
  role: 'spectrail_role',
  scale: 'spectrail_scale',
  offset: 'spectrail_offset',
  dtype: 'spectrail_dtype',
  origin: 'spectrail_calibration',
} as const;
