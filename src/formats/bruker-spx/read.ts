import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { formatError, isSpectrailError } from '../../signal/errors.ts';
import { edsDetector, energyAxis, instrumentOf, QUANTITY } from '../bruker-bcf/eds-vocabulary.ts';
import { bad, readSpectrum, type SumSpectrum } from '../bruker-bcf/spectrum.ts';
import { children, instance, instances, parseXml, plainTree, textOf } from '../bruker-bcf/xml-node.ts';
import type { ByteSource } from '../format.ts';
import { child, type Element } from '../xml-tree.ts';

/** Spectra have some tens of kilobytes. */
const LARGEST_FILE = 1 << 26;

/**
 * Spectra as Esprit exports them: XML in the vocabulary of the headers of Bruker's composite files, the counts as a list
 * with commas. Energies in keV.
 * @throws SpectrailError `format/bad-header` when the XML, the calibration or the counts cannot be used,
 * `format/too-large`.
 */
export async function readSpx(file: ByteSource): Promise<ArrayDataset[]> {
  if (file.size > LARGEST_FILE) {
    throw formatError({
      code: 'too-large',
      where: file.name,
      what: `a spectrum of ${file.size} bytes`,
      expected: `${LARGEST_FILE} bytes at most`,
    });
  }
  const root = parseRoot(await file.read(0, file.size), file.name);
  const spectra = instances(child(root, 'TRTSpectrum'), 'TRTSpectrum');
  if (spectra.length === 0) {
    throw bad(file.name, 'the file has no spectrum', 'a ClassInstance of Type TRTSpectrum in TRTSpectrum');
  }
  return spectra.map((node) => spectrumDataset(node, file.name));
}

function parseRoot(bytes: Uint8Array, where: string): Element {
  try {
    return parseXml(bytes).root;
  } catch (cause) {
    if (isSpectrailError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : cause;
    throw bad(where, `the file is not readable XML (${why})`, 'XML as Esprit writes it', cause);
  }
}

function spectrumDataset(node: Element, where: string): ArrayDataset {
  const spectrum = readSpectrum(node, where);
  const { channels, counts } = spectrum;
  if (counts.length === 0) throw bad(where, 'the spectrum has no list of counts', 'numbers in Channels, with commas');
  const warnings: string[] = [];
  if (counts.length !== channels) {
    warnings.push(`ChannelCount says ${channels}, the list of counts has ${counts.length}`);
  }
  const whole = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  // Spectra from which something was subtracted are neither whole nor positive.
  const values = whole ? BigUint64Array.from(counts, BigInt) : Float64Array.from(counts);
  return {
    kind: 'array',
    title: 'EDX',
    shape: [counts.length],
    dtype: whole ? 'uint64' : 'float64',
    axes: [energyAxis(spectrum, counts.length)],
    values: { kind: 'dense', load: async () => values.slice() },
    metadata: spectrumMetadata(node, spectrum),
    original: plainTree(node),
    warnings,
  };
}

function spectrumMetadata(node: Element, spectrum: SumSpectrum): Metadata {
  const { primaryEnergy: energy, magnification, date, time } = spectrum;
  const metadata: Metadata = {};
  if (energy !== undefined) metadata.instrument = instrumentOf(energy);
  if (energy !== undefined) metadata.beam_energy_keV = energy;
  if (magnification !== undefined) metadata.magnification = magnification;
  const detector = edsDetector(spectrum);
  if (Object.keys(detector).length > 0) metadata.detector_EDS = detector;
  if (date !== undefined) metadata.date = date;
  if (time !== undefined) metadata.time = time;
  metadata.signal_type = energy === undefined ? 'EDS' : `EDS_${instrumentOf(energy)}`;
  metadata.quantity = QUANTITY;
  const elements = chosenElements(node);
  if (elements.length > 0) metadata.elements = elements;
  return metadata;
}

/** In the order in which they were chosen. */
function chosenElements(node: Element): string[] {
  return children(instance(node, 'TRTPSEElementList'))
    .map((element) => textOf(element, '@_Name') ?? '')
    .filter((symbol) => /^[A-Z][a-z]?$/.test(symbol));
}
