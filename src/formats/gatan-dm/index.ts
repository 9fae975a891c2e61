import type { ArrayDataset } from '../../signal/dataset.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { readImage } from './image.ts';
import { groupAt, groupsOf, numberAt } from './lookup.ts';
import { readTags } from './tags.ts';

/**
 * Gatan DigitalMicrograph 3 and 4. Every image of the list but the thumbnails becomes a dataset, spectrum images
 * energy-last. Tag layout after Chris Boothroyd's description of the
 * format, checked on files.
 */
export default defineFormat({
  id: 'gatan-dm',
  title: 'Gatan DigitalMicrograph 3/4',
  extensions: ['.dm3', '.dm4'],
  sniff(head, name) {
    if (head.length >= 16) {
      const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
      const version = view.getUint32(0);
      if ((version === 3 && view.getUint32(8) <= 1) || (version === 4 && view.getUint32(12) <= 1)) return 'certain';
    }
    return /\.dm[34]$/i.test(name) ? 'name' : 'no';
  },
  read: readDm,
});

async function readDm(file: ByteSource): Promise<ArrayDataset[]> {
  const { root, littleEndian } = await readTags(file);
  const thumbnails = new Set(groupsOf(groupAt(root, 'Thumbnails')).map((entry) => numberAt(entry, 'ImageIndex')));
  const images = groupsOf(groupAt(root, 'ImageList')).filter((_, i) => !thumbnails.has(i));
  const datasets: ArrayDataset[] = [];
  const failures: SpectrailError[] = [];
  for (const image of images) {
    try {
      datasets.push(readImage(file, image, littleEndian));
    } catch (error) {
      if (!isSpectrailError(error, 'format')) throw error;
      failures.push(error);
    }
  }
  if (datasets.length > 0) {
    const notes = failures.map((failure) => `an image was left out: ${failure.message}`);
    return datasets.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, ...notes] }));
  }
  throw (
    failures[0] ??
    formatError({
      code: 'no-image',
      where: file.name,
      what: 'the file holds no image or spectrum',
      expected: 'an ImageList with more than the thumbnail',
    })
  );
}
