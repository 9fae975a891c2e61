import { ELEMENTS } from '../../reference/elements.ts';
import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError, type SpectrailError } from '../../signal/errors.ts';
import { commonMetadata, edsDetector, gridOf, type Header, headerOf, numberIn, present } from './header.ts';
import { datasetsIn, each, overGrid, type Technique } from './technique.ts';

const SPECTRUM = 'Spectrum';
/** Groups of maps, and the unit of the values. */
const MAPS: Readonly<Record<string, string>> = {
  'Window Integral': 'counts/s',
  'Peak Area': 'counts/s',
  Composition: 'wt%',
  'Composition Sigma': 'wt%',
  'Apparent Concentration': 'wt%',
  'K Ratio': '',
};
/** Seconds of each pixel. */
const TIMES = ['Live Time', 'Real Time'];

/** The spectra of all pixels, then maps of elements, then times. */
export async function readEds(technique: Technique, left: SpectrailError[]): Promise<ArrayDataset[]> {
  const { file, source, path } = technique;
  const header = await headerOf(file, `${path}/Header`, ['Stage Position']);
  const grid = gridOf(header, `${source.name}:${path}/Header`);
  const own = await datasetsIn(technique, 'Data');
  const original: PlainTree = { header };
  const metadata = commonMetadata(header);
  const found: { group: string; name: string; element: Metadata }[] = [];
  for (const group of Object.keys(MAPS)) {
    for (const name of await datasetsIn(technique, `Data/${group}`)) {
      found.push({ group, name, element: await elementOf(technique, `${path}/Data/${group}/${name}`) });
    }
  }
  const elements = [...new Set(found.flatMap(({ element }) => (element.elements ?? []) as string[]))].sort();
  const spectra = await each(own.includes(SPECTRUM) ? [SPECTRUM] : [], left, async (name) => {
    const type = typeof metadata.instrument === 'string' ? `EDS_${metadata.instrument}` : 'EDS';
    const times = grid.width * grid.height === 1 ? await timesOf(technique, own) : {};
    const about = { quantity: 'X-rays (Counts)', signal_type: type, ...(elements.length > 0 && { elements }) };
    const described = { ...metadata, ...about, detector_EDS: { ...edsDetector(header), ...times } };
    const channels = energies(header, `${source.name}:${path}/Header`);
    return overGrid(technique, `${path}/Data/${name}`, grid, channels, { title: 'EDS', metadata: described, original });
  });
  const maps = await each([...found.keys()].map(String), left, (i) => {
    const { group, name, element } = found[Number(i)];
    const unit = MAPS[group];
    const quantity = unit === '' ? group : `${group} (${unit})`;
    const about = { title: `${name} ${group}`, metadata: { ...metadata, ...element, quantity }, original };
    return overGrid(technique, `${path}/Data/${group}/${name}`, grid, noneMore, about);
  });
  const times = grid.width * grid.height === 1 ? [] : TIMES.filter((name) => own.includes(name));
  const seconds = await each(times, left, (name) => {
    const about = { title: name, metadata: { ...metadata, quantity: `${name} (s)` }, original };
    return overGrid(technique, `${path}/Data/${name}`, grid, noneMore, about);
  });
  return [...spectra, ...maps, ...seconds];
}

const noneMore = (rows: readonly number[]): Axis[] => rows.map((size) => uniformAxis({ role: 'signal', size }));

/** keV, as of other files of X-rays; the header has eV. */
function energies(header: Header, where: string): (rows: readonly number[]) => Axis[] {
  const [width, start] = ['Channel Width', 'Start Channel'].map((name) => numberIn(header, name));
  return ([size = 1, ...more]) => {
    if (width === undefined || width <= 0 || start === undefined || more.length > 0) {
      throw formatError({
        code: 'bad-h5oina',
        where,
        what: `spectra with a channel width of ${width ?? 'nothing'} eV from ${start ?? 'nowhere'}`,
        expected: 'Channel Width above 0 and Start Channel, and one row of channels a pixel',
      });
    }
    const calibration = { origin: 'file' };
    const [scale, offset] = [width / 1000, start / 1000];
    return [uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size, scale, offset, calibration })];
  };
}

/** Live and real time of a single spectrum. */
async function timesOf({ file, path }: Technique, own: readonly string[]): Promise<Metadata> {
  const times = await headerOf(file, `${path}/Data`);
  const [live, real] = TIMES.map((name) => (own.includes(name) ? numberIn(times, name) : undefined));
  return present({ live_time: live, real_time: real });
}

async function elementOf({ file }: Technique, path: string): Promise<Metadata> {
  const attributes = await file.attributes(path);
  const number = [attributes['Atomic Number']?.value].flat()[0];
  const line = [attributes['X-ray Line']?.value].flat()[0];
  const symbol = typeof number === 'number' ? ELEMENTS[number - 1]?.symbol : undefined;
  if (symbol === undefined) return {};
  const single = typeof line === 'string' && /^[KLM][a-z]\d?$/.test(line);
  return { elements: [symbol], ...(single && { xray_lines: [`${symbol}_${line}`] }) };
}
