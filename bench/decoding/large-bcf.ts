import { deflateSync } from 'node:zlib';
import { blocksOf, composite, compressed, mapStream, type Pixel, packedRuns } from '../../test/synthetic-bcf.ts';

export interface LargeBcf {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Mean photons per pixel. */
  readonly dose: number;
  /** As the instrument stores few photons (12-bit pulses, not compressed), or many (packed runs in compressed blocks). */
  readonly storage: 'pulses' | 'runs';
}

/** Bytes before compression in one block of the container. */
const BLOCK = 1 << 17;

/** A Bruker composite file with one EDS map and one image, which HyperSpy opens too. */
export function largeBcf({ height, width, channels, dose, storage }: LargeBcf): Uint8Array {
  const draw = photonsOf(channels);
  const sum = new Float64Array(channels);
  const pixel = (column: number): Pixel => {
    const photons = draw(dose);
    for (const channel of photons) sum[channel]++;
    const used = Math.max(...photons) + 1;
    if (storage === 'pulses') return { column, packing: 1, channels: used, pulses: photons };
    const spectrum = new Uint16Array(used);
    for (const channel of photons) spectrum[channel]++;
    return { column, packing: 3, channels: used, runs: packedRuns(spectrum), pulses: [] };
  };
  const lines = function* () {
    for (let line = 0; line < height; line++) yield Array.from({ length: width }, (_, column) => pixel(column));
  };
  const stream = mapStream(height, width, lines());
  const contents = {
    'EDSDatabase/HeaderData': new TextEncoder().encode(headerOf(height, width, sum)),
    'EDSDatabase/SpectrumData0': stream,
  };
  if (storage === 'pulses') return composite(contents);
  return composite(
    Object.fromEntries(
      Object.entries(contents).map(([path, bytes]) => [path, compressed(bytes, blocksOf(bytes, BLOCK))]),
    ),
  );
}

/** Draws the photons of one pixel: seven lines on a falling background, always the same sequence. */
function photonsOf(channels: number): (mean: number) => number[] {
  let state = 20250401;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const lines = [0.03, 0.04, 0.1, 0.22, 0.31, 0.34, 0.44];
  const cumulative = new Float64Array(channels);
  let total = 0;
  for (let j = 0; j < channels; j++) {
    const x = j / channels;
    total += Math.exp(-5 * x);
    for (const line of lines) total += 20 * Math.exp(-(((x - line) * 200) ** 2));
    cumulative[j] = total;
  }
  const table = new Uint16Array(1 << 16);
  for (let i = 0, j = 0; i < table.length; i++) {
    while (cumulative[j] < (total * (i + 0.5)) / table.length) j++;
    table[i] = j;
  }
  return (mean) => {
    const count = Math.round(mean * (0.5 + uniform()));
    return Array.from({ length: count }, () => table[Math.floor(uniform() * table.length)]);
  };
}

const text = (entries: Readonly<Record<string, string | number>>) =>
  Object.entries(entries)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');

const instance = (type: string, inside: string) => `<ClassInstance Type="${type}">${inside}</ClassInstance>`;

/** The fields that one reader or the other asks for. */
function headerOf(height: number, width: number, sum: Float64Array): string {
  const image = new Uint8Array(new Uint16Array(height * width).fill(1000).buffer);
  const when = { Date: '01.04.2025', Time: '12:00:00' };
  const layers = deflateSync(Buffer.from('<DetLayers/>')).toString('base64');
  const spectrum =
    `<TRTHeaderedClass>${instance('TRTSpectrumHardwareHeader', text({ RealTime: 60000, LifeTime: 55000, Amplification: 20000 }))}` +
    instance('TRTDetectorHeader', text({ Type: 'XFlash 6|30', DetLayers: layers })) +
    `${instance('TRTESMAHeader', text({ PrimaryEnergy: 20, ElevationAngle: 35 }))}</TRTHeaderedClass>` +
    instance(
      'TRTSpectrumHeader',
      text({ ...when, ChannelCount: sum.length, CalibAbs: -0.95, CalibLin: 20 / sum.length }),
    ) +
    text({ Channels: sum.join() });
  const database =
    `<Header>${text({ ...when, FileVersion: 2 })}</Header>` +
    instance('TRTSEMData', text({ HV: 20, Mag: 1000, DX: 0.1, DY: 0.1 })) +
    instance('TRTSEMStageData', text({ X: 0, Y: 0, Z: 0 })) +
    instance('TRTDSPConfiguration', text({ LineAverage: 1, PixelAverage: 1, PixelTime: 8 })) +
    instance(
      'TRTImageData',
      text({ Width: width, Height: height, ItemSize: 2, PlaneCount: 1 }) +
        `<Plane0>${text({ Description: 'BSE', Data: Buffer.from(image).toString('base64') })}</Plane0>`,
    ) +
    text({ LineCounter: Array.from({ length: height }, () => 1).join(), ChCount: sum.length, DetectorCount: 1 }) +
    `<SpectrumData0>${instance('TRTSpectrum', spectrum)}</SpectrumData0>`;
  return (
    '<?xml version="1.0" encoding="WINDOWS-1252"?><TRTSpectrumDatabase>' +
    `<ClassInstance Type="TRTSpectrumDatabase" Name="Map">${database}</ClassInstance></TRTSpectrumDatabase>`
  );
}
