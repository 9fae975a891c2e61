import type { PlainTree } from '../../signal/dataset.ts';
import type { Hdf5File } from '../hdf5/index.ts';
import { readJsonText, tryJson } from '../hdf5/json-text.ts';
import { textAt } from '../json-tree.ts';
import { jsonsIn } from './groups.ts';

/** What the images of a file are called, by their path. */
export type Labels = ReadonlyMap<string, string>;

type Name = (operation: PlainTree) => string | undefined;

/** What each kind of operation calls the image at the path it names; the first kind to know an image wins. */
const OPERATIONS: readonly (readonly [kind: string, path: string, name: Name])[] = [
  ['CameraInputOperation', 'dataPath', (operation) => textAt(operation, 'cameraName')],
  ['StemInputOperation', 'dataPath', (operation) => textAt(operation, 'detector')],
  ['SurfaceReconstructionOperation', 'unfilteredDataPath', phaseContrast],
  ['SurfaceReconstructionOperation', 'dataPath', filteredPhaseContrast],
  ['MathematicsOperation', 'dataPath', segmentDifference],
  ['DpcOperation', 'dataPath', () => 'DPC'],
  ['IntegrationOperation', 'dataPath', () => 'DCFI'],
  ['FftOperation', 'imageOutputPath', () => 'Half FFT'],
];

/** Integrated or differentiated differential phase contrast. */
function phaseContrast(operation: PlainTree): string {
  return textAt(operation, 'integrationMode') === 'true' ? 'iDPC' : 'dDPC';
}

function filteredPhaseContrast(operation: PlainTree): string {
  return `${textAt(operation, 'enableFilter') === 'true' ? 'Filtered ' : ''}${phaseContrast(operation)}`;
}

/** Opposite quarters of the detector, by where their difference goes on to. */
function segmentDifference(operation: PlainTree): string | undefined {
  const outputs = operation.outputs;
  const input = Array.isArray(outputs) ? textAt(outputs[0], 'inputIndex') : undefined;
  return input === '0' ? 'A-C' : input === '1' ? 'B-D' : undefined;
}

/**
 * Titles of images. Files of version 11 and later have displays, which refer to their images; older ones the operations
 * that made an image, and displays for the maps of elements.
 */
export async function readLabels(file: Hdf5File): Promise<Labels> {
  const labels = new Map<string, string>();
  const add = (path: string | undefined, label: string | undefined) => {
    if (path !== undefined && label !== undefined && !labels.has(path)) labels.set(path, label);
  };
  for (const display of await jsonsIn(file, '/Displays/ImageDisplay')) {
    const reference = textAt(display, 'data');
    const target = reference && (await tryJson(() => readJsonText(file, reference)));
    if (target) add(textAt(target, 'dataPath'), textAt(display, 'id'));
  }
  for (const [kind, path, name] of OPERATIONS) {
    for (const operation of await jsonsIn(file, `/Operations/${kind}`)) add(textAt(operation, path), name(operation));
  }
  for (const display of await jsonsIn(file, '/Presentation/Displays/ImageDisplay')) {
    add(textAt(display, 'dataPath'), textAt(display, 'display', 'label'));
  }
  return labels;
}
