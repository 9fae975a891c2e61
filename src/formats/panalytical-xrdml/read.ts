import type { Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { diffractionDataset, knownValues } from '../diffraction-pattern.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { children, plainTree } from '../xml-tree.ts';
import { scanMetadata } from './metadata.ts';
import { readPoints } from './scan.ts';
import { parseDocument, saidOf } from './xml.ts';

const MAX_BYTES = 1 << 27;

/**
 * Reads an XRDML file: each scan is a spectrum of its own, over the axis that was scanned.
 * @throws SpectrailError `input/too-large`, `format/bad-xml`, `format/bad-scan`, `format/no-scan`.
 */
export async function readXrdml(file: ByteSource): Promise<Dataset[]> {
  const document = parseDocument(await readWholeText(file, MAX_BYTES), file.name);
  const { root } = document;
  const scans = children(root, 'xrdMeasurement').flatMap((measurement) =>
    children(measurement, 'scan').map((scan) => ({ measurement, scan })),
  );
  const found = scans.flatMap(({ measurement, scan }, i) => {
    const points = readPoints(document, scan, `${file.name}, scan ${i + 1}`);
    return points ? [{ measurement, scan, points, number: i + 1 }] : [];
  });
  if (found.length === 0) throw noScan(file.name, scans.length);
  const lost = scans.length - found.length;
  const skipped = lost > 0 ? [`${lost} of ${scans.length} scans hold no points and are left out`] : [];
  return Promise.all(
    found.map(({ measurement, scan, points, number }) => {
      const said = scanMetadata(document, measurement, scan);
      const name = typeof said['sample'] === 'string' ? said['sample'] : '';
      return diffractionDataset({
        ...points,
        title: scans.length === 1 ? name : `${name} scan ${number}`.trim(),
        size: points.values.length,
        dtype: 'float64',
        values: knownValues(points.values),
        metadata: { ...said, ...points.metadata },
        original: {
          ...plainTree(root, ['xrdMeasurement'], saidOf),
          ...plainTree(measurement, ['scan'], saidOf),
          scan: plainTree(scan, [], saidOf),
          ...(Object.keys(points.fixed).length > 0 ? { fixedPositions: { ...points.fixed } } : {}),
        },
        warnings: [...points.warnings, ...skipped],
      });
    }),
  );
}

function noScan(name: string, scans: number) {
  return formatError({
    code: 'no-scan',
    where: name,
    what: scans === 0 ? 'the file holds no <scan>' : 'no scan of the file holds a value',
    expected: 'a <scan> with <intensities> or <counts>',
    fix: 'measure again: the program was saved before anything was measured',
  });
}
