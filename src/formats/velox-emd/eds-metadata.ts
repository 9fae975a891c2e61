import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import { edsDetector, microscopeMetadata } from './microscope.ts';

/** @param frames Summed into the values, where they are a map. */
export function edsMetadata(
  tree: PlainTree,
  detectors: readonly PlainTree[],
  elements: readonly string[] | undefined,
  frames?: number,
): Metadata {
  const metadata = microscopeMetadata(tree);
  const detector = edsDetector(detectors, frames);
  if (Object.keys(detector).length > 0) metadata.detector_EDS = detector;
  metadata.signal_type = 'EDS_TEM';
  if (elements) metadata.elements = [...elements];
  return metadata;
}
