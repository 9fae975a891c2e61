import { createHdf5, type Hdf5Writer } from '../src/formats/hdf5/index.ts';
import type { Plain, PlainTree } from '../src/signal/dataset.ts';
import type { Dtype, ValueArray } from '../src/signal/dtype.ts';

/** Ends a pixel in a stream. */
export const END = 65535;

export interface SyntheticStream {
  readonly values: readonly number[];
  readonly metadata?: PlainTree;
  /** Laid over `bincount`, `StreamEncoding` and the raster of the scan. */
  readonly settings?: PlainTree;
  readonly dtype?: Dtype;
  /** In the table of where they begin; by default there is none. */
  readonly frames?: number;
}

export interface SyntheticArray {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly values: ValueArray;
  readonly metadata?: PlainTree;
}

/** What a Velox file for tests holds; images, spectra and EELS maps by the name of their group. */
export interface SyntheticVelox {
  readonly version?: Plain;
  readonly streams?: readonly SyntheticStream[];
  /** First frame and last that Velox summed, counted from 1. */
  readonly range?: readonly [number, number];
  readonly images?: Readonly<Record<string, SyntheticArray>>;
  readonly spectra?: Readonly<Record<string, SyntheticArray>>;
  readonly eels?: Readonly<Record<string, SyntheticArray & { readonly acquisition: PlainTree }>>;
  /** JSON by path, written as text. */
  readonly texts?: Readonly<Record<string, Plain>>;
}

/** Bytes of a Velox file as far as readers look at one. */
export async function veloxFile(contents: SyntheticVelox): Promise<Uint8Array<ArrayBuffer>> {
  const file = await createHdf5();
  const groups = new Set<string>();
  const group = (path: string) => {
    const parts = path.split('/').slice(1);
    for (let n = 1; n <= parts.length; n++) {
      const inside = `/${parts.slice(0, n).join('/')}`;
      if (!groups.has(inside)) file.group(inside);
      groups.add(inside);
    }
  };
  const text = (path: string, value: Plain) => {
    group(path.slice(0, path.lastIndexOf('/')) || '/Data');
    file.strings(path, [JSON.stringify(value)]);
  };
  group('/Data');
  text('/Version', contents.version ?? { format: 'Velox', version: '11' });
  for (const [path, value] of Object.entries(contents.texts ?? {})) text(path, value);
  for (const [i, { values, metadata, settings, frames, dtype = 'uint16' }] of (contents.streams ?? []).entries()) {
    const path = `/Data/SpectrumStream/${String(i).padStart(32, '0')}`;
    group(path);
    text(`${path}/AcquisitionSettings`, { bincount: '16', StreamEncoding: 'uint16', ...settings });
    column(file, `${path}/Metadata`, metadata ?? eds(i + 1));
    const stored = dtype === 'uint16' ? Uint16Array.from(values) : Uint8Array.from(values);
    file.dataset(`${path}/Data`, [values.length, 1], dtype, values.length > 0 ? [stored] : []);
    if (frames) file.dataset(`${path}/FrameLocationTable`, [frames, 1], 'uint32', [new Uint32Array(frames)]);
  }
  if (contents.range) {
    const [startFramePosition, endFramePosition] = contents.range.map(String);
    text('/Data/SpectrumImage/0/SpectrumImageSettings', { startFramePosition, endFramePosition });
  }
  const places = { Image: contents.images, Spectrum: contents.spectra, EelsSpectrumImage: contents.eels };
  for (const [place, arrays] of Object.entries(places)) {
    for (const [name, { shape, dtype, values, metadata = {} }] of Object.entries(arrays ?? {})) {
      group(`/Data/${place}/${name}`);
      file.dataset(`/Data/${place}/${name}/Data`, shape, dtype, [values]);
      column(file, `/Data/${place}/${name}/Metadata`, metadata);
    }
  }
  for (const [name, { acquisition }] of Object.entries(contents.eels ?? {})) {
    column(file, `/Data/EelsSpectrumImage/${name}/AcquisitionMetadata`, acquisition);
  }
  return Uint8Array.from(file.finish());
}

/** JSON as a column of bytes padded with NUL; one column per frame, of which readers need the first. */
function column(file: Hdf5Writer, path: string, tree: PlainTree): void {
  const text = new TextEncoder().encode(JSON.stringify(tree));
  const bytes = new Uint8Array(2 * (text.length + 16));
  for (const [i, byte] of text.entries()) bytes[2 * i] = byte;
  file.dataset(path, [text.length + 16, 2], 'uint8', [bytes]);
}

/** Metadata of the stream or spectrum of one segment of a detector; `scan` is its size, `area` the part of it scanned. */
export function eds(segment: number, scan: readonly [height: number, width: number] = [2, 3], area = '1'): PlainTree {
  const segments = [1, 2].map((n) => ({
    DetectorName: `SuperX${n}`,
    Dispersion: '5',
    OffsetEnergy: '-250',
    ElevationAngle: '0.314159265',
    AzimuthAngle: String((n * Math.PI) / 4),
    LiveTime: String(20 + n),
    RealTime: '30',
  }));
  return {
    Optics: { AccelerationVoltage: '200000', BeamConvergence: '0.03', CameraLength: '0' },
    Instrument: { InstrumentClass: 'Titan' },
    Acquisition: { AcquisitionStartDatetime: { DateTime: '1718786459' } },
    Stage: { Position: { x: '1.26e-6', y: '0', z: '0' }, AlphaTilt: '0.1', BetaTilt: '0' },
    Scan: {
      ScanSize: { height: String(scan[0]), width: String(scan[1]) },
      ScanArea: { left: '0', top: '0', right: area, bottom: area },
      DwellTime: '2e-6',
      FrameTime: '0.5',
    },
    Detectors: { 'Detector-0': segments[0], 'Detector-1': segments[1] },
    BinaryResult: {
      Detector: `SuperX${segment}`,
      PixelSize: { width: '2e-9', height: '3e-9' },
      Offset: { x: '-4e-9', y: '0' },
      PixelUnitX: 'm',
    },
  };
}
