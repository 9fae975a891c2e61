import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { axisType, storedXType } from './axis-types.ts';
import { badSpc, FLAGS, readHeader, type SpcHeader } from './header.ts';
import { readLog, spcMetadata } from './log.ts';
import { decodeFloats, decodeSpectrum, listSpectra, type SpcSpectrum } from './spectra.ts';

const LARGEST = 2 ** 28;
const MOST_DATASETS = 1024;

interface Content {
  readonly bytes: Uint8Array;
  readonly header: SpcHeader;
  readonly where: string;
}

/**
 * Spectra of one axis as one dataset, with z (and w) before it; spectra with axes of their own as one each.
 * @throws SpectrailError `format/bad-spc`, `format/too-large`
 */
export async function readSpc(file: ByteSource): Promise<ArrayDataset[]> {
  if (file.size > LARGEST) {
    throw formatError({
      code: 'too-large',
      where: file.name,
      what: `the file has ${file.size} bytes`,
      expected: `at most ${LARGEST}`,
      fix: 'export fewer spectra into one file',
    });
  }
  const bytes = await file.read(0, file.size);
  const header = readHeader(bytes, file.name);
  const content = { bytes, header, where: file.name };
  const warnings: string[] = [];
  const spectra = listSpectra(bytes, header, file.name, warnings);
  if (!haveOneAxis(content, spectra)) {
    if (spectra.length > MOST_DATASETS) {
      warnings.push(`of ${spectra.length} spectra with axes of their own the first ${MOST_DATASETS} are given`);
    }
    return spectra.slice(0, MOST_DATASETS).map((spectrum) => describe(content, [spectrum], warnings));
  }
  return [describe(content, spectra, warnings)];
}

function haveOneAxis({ bytes, header }: Content, spectra: readonly SpcSpectrum[]): boolean {
  const [first] = spectra;
  if (first.xOffset === undefined) return true;
  const of = ({ xOffset = 0, points }: SpcSpectrum) => bytes.subarray(xOffset, xOffset + 4 * points);
  const axis = of(first);
  if (!decodeFloats(bytes, first.xOffset, first.points, header.littleEndian).every(Number.isFinite)) return false;
  return spectra.every((spectrum) => {
    const own = of(spectrum);
    return own.length === axis.length && own.every((byte, i) => byte === axis[i]);
  });
}

function describe(content: Content, spectra: readonly SpcSpectrum[], notes: readonly string[]): ArrayDataset {
  const { bytes, header } = content;
  const warnings = [...notes];
  const { points } = spectra[0];
  const axes = [...navigation(header, spectra, warnings), spectralAxis(content, spectra[0])];
  const log = readLog(bytes, header);
  return {
    kind: 'array',
    title: header.comment,
    shape: axes.map(({ size }) => size),
    dtype: 'float64',
    axes,
    values: {
      kind: 'dense',
      load: async () => {
        const out = new Float64Array(spectra.length * points);
        spectra.forEach((spectrum, i) => {
          decodeSpectrum(bytes, header, spectrum, out, i * points);
        });
        return out;
      },
    },
    metadata: spcMetadata(header, log),
    original: { ...headerTree(header, spectra), log },
    warnings,
  };
}

function spectralAxis({ bytes, header, where }: Content, spectrum: SpcSpectrum): Axis {
  const { flags, littleEndian, first, last } = header;
  const { points } = spectrum;
  const options = { ...axisType(header.xType, header.labels?.[0]), role: 'spectral' as const };
  const offset = spectrum.xOffset ?? (flags.TXVALS ? header.dataOffset : undefined);
  if (offset !== undefined) {
    const positions = decodeFloats(bytes, offset, points, littleEndian);
    const wrong = positions.findIndex((position) => !Number.isFinite(position));
    if (wrong >= 0) {
      throw badSpc(
        `${where}, byte ${offset + 4 * wrong}`,
        `position ${wrong} is ${positions[wrong]}`,
        'finite numbers',
      );
    }
    return explicitAxis({ ...options, positions });
  }
  if (points > 1 && first === last) throw badSpc(where, `the axis runs from ${first} to ${last}`, 'two different ends');
  const scale = points > 1 ? (last - first) / (points - 1) : 1;
  return uniformAxis({ ...options, size: points, offset: first, scale });
}

/** z from the header where it is evenly spaced, else from the spectra; with planes of w around it. */
function navigation(header: SpcHeader, spectra: readonly SpcSpectrum[], warnings: string[]): Axis[] {
  const { flags, wPlanes, labels } = header;
  const count = spectra.length;
  if (count === 1 && !flags.TMULTI) return [];
  const planes = wPlanes > 1 && wPlanes <= count && count % wPlanes === 0 ? wPlanes : 1;
  const size = count / planes;
  const z = { ...axisType(header.zType, labels?.[2]), role: 'navigation' as const };
  if (z.name === 'Arbitrary') z.name = 'z';
  const [start, next] = [spectra[0].z, spectra[0].nextZ];
  const axes: Axis[] = [];
  if (planes > 1) {
    const w = axisType(header.wType);
    const scale = Number.isFinite(header.wStep) && header.wStep !== 0 ? header.wStep : 1;
    axes.push(
      uniformAxis({ ...w, name: w.name === 'Arbitrary' ? 'w' : w.name, role: 'navigation', size: planes, scale }),
    );
  }
  const listed = Float64Array.from({ length: size }, (_, i) => spectra[i].z);
  const step = header.zStep !== 0 ? header.zStep : next - start;
  if (!flags.TORDRD && !flags.TRANDM && Number.isFinite(step) && step !== 0 && Number.isFinite(start)) {
    return [...axes, uniformAxis({ ...z, size, offset: start, scale: step })];
  }
  const direction = Math.sign(listed[size - 1] - listed[0]);
  const oneWay = listed.every(
    (value, i) => Number.isFinite(value) && (i === 0 || Math.sign(value - listed[i - 1]) === direction),
  );
  if (oneWay && (direction !== 0 || size === 1)) return [...axes, explicitAxis({ ...z, positions: listed })];
  warnings.push('the z values of the spectra do not go one way: the spectra are counted');
  return [...axes, uniformAxis({ name: 'Spectrum', role: 'navigation', size })];
}

function headerTree(header: SpcHeader, spectra: readonly SpcSpectrum[]): PlainTree {
  const tree: PlainTree = {
    fileType: `0x${header.version.toString(16)}`,
    flags: Object.keys(FLAGS).filter((name) => header.flags[name as keyof typeof FLAGS]),
    fexp: header.exponent,
    fnpts: header.points,
    ffirst: header.first,
    flast: header.last,
    xType: storedXType(header.xType),
    yType: header.yType,
    comment: header.comment,
  };
  if (header.spectra !== undefined) {
    tree.fnsub = header.spectra;
    tree.zType = header.zType;
    tree.logOffset = header.logOffset;
    tree.labels = header.labels ? [...header.labels] : null;
  }
  if (header.storedDate !== undefined) tree.date = header.storedDate;
  if (spectra.length === 1) {
    tree.subExponent = spectra[0].exponent;
    tree.z = Number.isFinite(spectra[0].z) ? spectra[0].z : null;
  }
  return tree;
}
