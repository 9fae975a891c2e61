import type { EventsBlock } from '../../signal/block.ts';
import { concatBlocks } from '../../signal/block.ts';
import { EventsCollector, makeTally } from '../events-collector.ts';
import type { Unpacked } from './unpacked.ts';

/** Versions from Element Identification 3.8 on. */
const NEWEST = 4;
const MOST_CHANNELS = 1 << 16;
const MOST_SIDE = 1 << 16;
/** Bytes of a TIFF file. */
const MOST_IMAGE = 1 << 26;
/** Each takes some memory of its own, however short it is. */
const MOST_ANALYSES = 1 << 12;
/** Of the spectra of all analyses. */
const MOST_SPECTRA = 1 << 24;
/** Of all maps and lines together. A count that is not 0 cannot be packed into less than an eighth of a byte, but for nonsense. */
const MOST_ENTRIES = 1 << 22;
const ENTRIES_PER_BYTE = 64;

/** Counts over the energy, in eV. */
export interface Spectrum {
  readonly offset: number;
  readonly dispersion: number;
  readonly counts: Uint32Array;
}

/** How an analysis was measured: SI units, angles in degrees. */
export interface Conditions {
  readonly highTension: number;
  readonly elevation: number;
  readonly azimuth: number;
  readonly liveTime: number;
  readonly realTime: number;
  /** FWHM at Mn Kα, eV. */
  readonly resolution: number;
  readonly instrument: string;
  /** From version 1 on. */
  readonly workingDistance?: number;
  readonly tilt?: number;
}

/** Counts at places in the image: of a line one after the other, of a map line by line. */
export interface Scan {
  readonly offset: number;
  readonly dispersion: number;
  readonly channels: number;
  readonly points: number;
  /** 1 for a line. */
  readonly lines: number;
  /** Left, top, right, bottom; or of a line both ends: parts of the field, from its middle. */
  readonly frame: readonly number[];
  readonly counts: EventsBlock;
}

export type Kind = 'MSA' | 'Spot' | 'Line' | 'Map' | 'Difference' | 'Region' | 'Constructive';

export interface Analysis {
  readonly kind: Kind;
  readonly spectrum: Spectrum;
  readonly conditions: Conditions;
  /** Atomic numbers. */
  readonly elements: readonly number[];
  /** By which the program counts the analyses of an image; of a difference both. */
  readonly numbers: readonly number[];
  readonly scan?: Scan;
}

export interface ProjectImage {
  /** A TIFF file; empty where there is none. */
  readonly tiff: Uint8Array;
  readonly label: string;
  readonly analyses: readonly Analysis[];
}

export interface Project {
  readonly version: number;
  readonly images: readonly ProjectImage[];
  /** Of no image. */
  readonly analyses: readonly Analysis[];
}

/** The mark at the beginning; the version follows. */
export const MAGIC = 'EID2';

/** @throws SpectrailError `format/bad-elid`, `format/truncated`, `format/bad-compression`, `format/zip-bomb`. */
export function readProject(from: Unpacked): Project {
  const magic = new TextDecoder('latin1').decode(from.bytes(MAGIC.length));
  if (magic !== MAGIC) throw from.bad('the packed file does not begin as a project', MAGIC);
  const version = from.u32();
  if (version > NEWEST) throw from.bad(`the project is of version ${version}`, `a version up to ${NEWEST}`);
  const reader = new ProjectReader(from, version);
  const images = Array.from({ length: from.count() }, () => reader.image());
  const analyses = version >= 1 ? [...reader.analyses(), ...reader.analyses()] : [];
  from.finish();
  return { version, images, analyses };
}

class ProjectReader {
  readonly #from: Unpacked;
  readonly #version: number;
  #met = 0;
  #channelsMet = 0;
  #entriesMet = 0;

  constructor(from: Unpacked, version: number) {
    this.#from = from;
    this.#version = version;
  }

  image(): ProjectImage {
    const length = this.#from.u32();
    if (length > MOST_IMAGE) throw this.#from.bad(`an image of ${length} bytes`, `at most ${MOST_IMAGE}`);
    const tiff = this.#from.bytes(length);
    return { tiff, label: this.#from.text(), analyses: this.analyses() };
  }

  analyses(): Analysis[] {
    const count = this.#from.count();
    this.#met += count;
    if (this.#met > MOST_ANALYSES) throw this.#from.bad(`more than ${MOST_ANALYSES} analyses`, 'fewer');
    return Array.from({ length: count }, () => this.#analysis());
  }

  #analysis(): Analysis {
    const from = this.#from;
    const type = from.u8();
    if (type < 1 || type > 7) throw from.bad(`an analysis is of the unknown type ${type}`, 'a type from 1 to 7');
    // A piece cut out of the image.
    from.skip(from.u32());
    const spectrum = this.#spectrum();
    const conditions = this.#conditions();
    const elements = this.#bytes();
    // Elements ruled out; channels where the background was fitted; oxides.
    from.skip(from.count());
    from.skip(4 * from.count());
    from.skip(3 * from.count());
    // Whether elements were found automatically.
    from.skip(1);
    const number = from.u32();
    // Families of lines chosen by hand; whether the drift was corrected; elements ignored.
    from.skip(2 * from.count());
    if (this.#version >= 2) from.skip(1);
    if (this.#version >= 4) from.skip(from.count());
    const common = { spectrum, conditions, elements, numbers: [number] };
    switch (type) {
      case 1:
        return { ...common, kind: 'MSA' };
      case 2:
        from.skip(2 * 8);
        return { ...common, kind: 'Spot' };
      case 3:
        return { ...common, kind: 'Line', scan: this.#line() };
      case 4:
        return { ...common, kind: 'Map', scan: this.#map() };
      case 5:
        return { ...common, kind: 'Difference', numbers: [from.u32(), from.u32()] };
      case 6:
        from.skip(4 * 8);
        return { ...common, kind: 'Region' };
      default:
        from.text();
        // Of each analysis it is made of the number and the weight.
        from.skip(12 * from.count());
        return { ...common, kind: 'Constructive' };
    }
  }

  #bytes(): number[] {
    const from = this.#from;
    return Array.from({ length: from.count() }, () => from.u8());
  }

  #channels(): number {
    const channels = this.#from.u32();
    if (channels < 1 || channels > MOST_CHANNELS) {
      throw this.#from.bad(`a spectrum has ${channels} channels`, `from 1 to ${MOST_CHANNELS}`);
    }
    return channels;
  }

  #energies(): { offset: number; dispersion: number } {
    const [offset, dispersion] = this.#from.f64s(2);
    if (Number.isFinite(offset) && Number.isFinite(dispersion) && dispersion > 0) return { offset, dispersion };
    throw this.#from.bad(`energies begin at ${offset} eV in steps of ${dispersion} eV`, 'steps above 0');
  }

  #spectrum(): Spectrum {
    const energies = this.#energies();
    const counts = new Uint32Array(this.#channels());
    this.#channelsMet += counts.length;
    if (this.#channelsMet > MOST_SPECTRA) {
      throw this.#from.bad(`the spectra have more than ${MOST_SPECTRA} channels`, 'fewer');
    }
    for (let i = 0; i < counts.length; i++) counts[i] = this.#from.varuint();
    return { ...energies, counts };
  }

  #conditions(): Conditions {
    const from = this.#from;
    const [highTension, elevation, azimuth, liveTime, realTime, , , resolution] = from.f64s(8);
    const degrees = (radians: number) => (radians * 180) / Math.PI;
    const common = { highTension, azimuth: degrees(azimuth), liveTime, realTime, resolution, instrument: from.text() };
    if (this.#version === 0) return { ...common, elevation };
    const [, workingDistance, , , tilt] = from.f64s(5);
    // A correction for carbon, the type of the detector, and how the spectrum was corrected.
    if (this.#version >= 3) from.skip(8 + 1 + 1);
    return { ...common, elevation: degrees(elevation), workingDistance, tilt: degrees(tilt) };
  }

  #line(): Scan {
    const from = this.#from;
    const frame = from.f64s(4);
    const points = this.#side();
    const channels = this.#channels();
    const energies = this.#energies();
    this.#conditions();
    const times = [from.flag(), from.flag()];
    const counts = this.#collect(points, channels, () => from.varuint());
    this.#skipTimes(times, points);
    // Whether it is to be quantified with high accuracy.
    from.skip(1);
    return { ...energies, channels, points, lines: 1, frame, counts };
  }

  #map(): Scan {
    const from = this.#from;
    const frame = from.f64s(4);
    // The brightness of the colours of elements.
    from.skip(8 * from.count());
    const [points, lines] = [this.#side(), this.#side()];
    const channels = this.#channels();
    const energies = this.#energies();
    this.#conditions();
    const times = [from.flag(), from.flag()];
    const pixel = new Uint8Array(channels);
    const blocks: EventsBlock[] = [];
    for (let line = 0; line < lines; line++) {
      const counts = this.#collect(points, channels, (channel) => {
        if (channel === 0) from.into(pixel);
        return pixel[channel];
      });
      blocks.push(counts);
    }
    this.#skipTimes(times, points * lines);
    return { ...energies, channels, points, lines, frame, counts: concatBlocks(blocks) as EventsBlock };
  }

  #side(): number {
    const side = this.#from.u32();
    if (side < 1 || side > MOST_SIDE) throw this.#from.bad(`a scan of ${side} points`, `from 1 to ${MOST_SIDE}`);
    return side;
  }

  /** Counts of all channels of one pixel after the other. */
  #collect(pixels: number, channels: number, next: (channel: number) => number): EventsBlock {
    const events = new EventsCollector(pixels, channels, pixels);
    const tally = makeTally(channels);
    const { counts, filled, groups } = tally;
    const most = MOST_ENTRIES + ENTRIES_PER_BYTE * this.#from.packedBytes;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        const count = next(channel);
        if (count === 0) continue;
        counts[channel] = count;
        filled[channel >> 5] |= 1 << (channel & 31);
        groups[channel >> 10] |= 1 << ((channel >> 5) & 31);
        this.#entriesMet++;
      }
      if (this.#entriesMet > most)
        throw this.#from.bad(`the maps have more than ${most} counts that are not 0`, 'fewer');
      events.take(tally, pixel);
    }
    return events.finish();
  }

  /** Real and live times: of each pixel where they differ, else one of all. */
  #skipTimes(each: readonly boolean[], pixels: number): void {
    for (const differ of each) this.#from.skip(differ ? 8 * pixels : 8);
  }
}
