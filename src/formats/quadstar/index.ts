import type { Dataset } from '../../signal/dataset.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { readAnalog } from './analog.ts';
import { readBargraph } from './bargraph.ts';
import { badQuadstar, HEADER_BYTES, readHeader } from './header.ts';

/**
 * Mass spectra of Quadstar (Balzers, Pfeiffer): analog scans (`.sac`), as the authors of sac2dat and quadstarfiles describe
 * them, and bargraph scans (`.sbc`).
 */
export default defineFormat({
  id: 'quadstar',
  title: 'Quadstar mass spectra (Balzers, Pfeiffer)',
  extensions: ['.sac', '.sbc'],
  sniff: (head) => (readHeader(head) ? 'certain' : 'no'),
  read: readQuadstar,
});

/** @throws SpectrailError `format/bad-quadstar`, `format/truncated`, `input/too-large` */
async function readQuadstar(file: ByteSource): Promise<Dataset[]> {
  const header = readHeader(await file.read(0, HEADER_BYTES));
  if (!header) {
    throw badQuadstar(
      `${file.name}, byte 0`,
      'there is no header of an analog or a bargraph scan',
      'the number 710 or 720, then a date that fits the start of the measurement',
    );
  }
  return header.kind === 'analog' ? readAnalog(file, header) : readBargraph(file, header);
}
