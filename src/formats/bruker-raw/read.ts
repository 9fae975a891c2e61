import type { Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { diffractionDataset } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { type RangesFile, rangeValues } from './range.ts';
import { readVersion1 } from './version1.ts';
import { readVersion2 } from './version2.ts';
import { readVersion3 } from './version3.ts';
import { readVersion4 } from './version4.ts';

/**
 * Reads a RAW file of any version: each range is a spectrum of its own. Values are loaded when asked for.
 * @throws SpectrailError `format/not-bruker-raw`, `format/truncated`, `format/bad-header`, `format/no-range`.
 */
export async function readBrukerRaw(file: ByteSource): Promise<Dataset[]> {
  const { sample, metadata, original, ranges, warnings } = await readVersion(file);
  const held = ranges.filter(({ size }) => size > 0);
  if (held.length === 0) {
    throw formatError({
      code: 'no-range',
      where: file.name,
      what: ranges.length === 0 ? 'the file holds no range' : 'no range of the file holds a point',
      expected: 'at least one range with points',
      fix: 'measure again: the file was written before anything was measured',
    });
  }
  return Promise.all(
    held.map((range, r) =>
      diffractionDataset({
        title: held.length === 1 ? sample : `${sample} range ${r + 1}`.trim(),
        axisName: range.axisName,
        unit: range.unit,
        positions: { start: range.start, step: range.step },
        size: range.size,
        dtype: 'float32',
        values: rangeValues(file, range),
        metadata: { signal_type: 'XRD', ...(sample && { sample }), ...metadata, ...range.metadata },
        original: { ...original, range: range.original },
        warnings: [...warnings, ...range.warnings],
      }),
    ),
  );
}

async function readVersion(file: ByteSource): Promise<RangesFile> {
  const magic = new TextDecoder('latin1').decode(await file.read(0, 7));
  if (magic.startsWith('RAW1.0')) return readVersion3(file);
  if (magic.startsWith('RAW4.0')) return readVersion4(file);
  if (magic.startsWith('RAW2')) return readVersion2(file);
  if (magic.startsWith('RAW ')) return readVersion1(file);
  throw formatError({
    code: 'not-bruker-raw',
    where: file.name,
    what: `the file begins with ${JSON.stringify(magic)}`,
    expected: '"RAW ", "RAW2", "RAW1.01" or "RAW4.00"',
    fix: 'open it as what it is: .raw is the extension of other formats, too',
  });
}
