export type JeolKind = 'project' | 'events' | 'image' | 'spectrum';

const MAP_MAGIC = 304;
const IMAGE_MAGIC = 52;

/** Days from 30 December 1899 to 1980 and to 2120: when spectra can have been taken. */
const FIRST_DAY = 29_221;
const LAST_DAY = 80_355;
const SPECTRUM_HEAD = 458;

/** What the first bytes show a file of Analysis Station to be. */
export function kindOf(head: Uint8Array): JeolKind | undefined {
  if (head.length < 32) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const begins = (text: string, at: number) => [...text].every((letter, i) => head[at + i] === letter.charCodeAt(0));
  const magic = view.getUint32(0, true);
  if (magic === MAP_MAGIC && begins('PTTDFILE', 4)) return 'events';
  if (magic === IMAGE_MAGIC && begins('JED-2', 4)) return 'image';
  if (magic === 0 && head[12] === 1 && begins('FileType\0', 17)) return 'project';
  return isSpectrum(view) ? 'spectrum' : undefined;
}

/** Spectra have no name written into them: their date, their list counts and their channels must all make sense. */
function isSpectrum(view: DataView): boolean {
  if (view.byteLength < SPECTRUM_HEAD || view.getUint32(0, true) !== 2) return false;
  const date = view.getFloat64(10, true);
  const channels = view.getInt32(454, true);
  const lists = view.getInt32(130, true) === 1 && view.getInt32(214, true) === 7;
  return lists && date > FIRST_DAY && date < LAST_DAY && channels > 0 && channels <= 1 << 16;
}
