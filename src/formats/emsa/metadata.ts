import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { formatDate, formatKeyword, type Keyword, parseDate, parseNumber, parseTime } from './keywords.ts';

/** Conditions with a unit in their name; the factor brings the unit written in the file to it. */
const CONDITIONS: readonly { keyword: string; key: string; unit: string; factors: Readonly<Record<string, number>> }[] =
  [
    { keyword: 'BEAMKV', key: 'beam_energy_keV', unit: 'kV', factors: { '': 1, kv: 1, kev: 1, v: 1e-3, ev: 1e-3 } },
    { keyword: 'PROBECUR', key: 'beam_current_nA', unit: 'nA', factors: { '': 1, na: 1, pa: 1e-3, ua: 1e3, a: 1e9 } },
    {
      keyword: 'CONVANGLE',
      key: 'convergence_angle_mrad',
      unit: 'mR',
      factors: { '': 1, mr: 1, mrad: 1, rad: 1e3, r: 1e3, dg: (1e3 * Math.PI) / 180 },
    },
  ];

/** Conditions kept with the unit of the file beside them, as `<entry>_units`. */
const DETAILS: readonly { keyword: string; tree: string; entry: string; text?: true }[] = [
  { keyword: 'XTILTSTGE', tree: 'stage', entry: 'tilt_alpha' },
  { keyword: 'COLLANGLE', tree: 'detector_EELS', entry: 'collection_angle' },
  { keyword: 'DWELLTIME', tree: 'detector_EELS', entry: 'dwell_time' },
  { keyword: 'INTEGTIME', tree: 'detector_EELS', entry: 'exposure' },
  { keyword: 'ELEVANGLE', tree: 'detector_EDS', entry: 'elevation_angle' },
  { keyword: 'AZIMANGLE', tree: 'detector_EDS', entry: 'azimuth_angle' },
  { keyword: 'SOLIDANGLE', tree: 'detector_EDS', entry: 'solid_angle' },
  { keyword: 'LIVETIME', tree: 'detector_EDS', entry: 'live_time' },
  { keyword: 'REALTIME', tree: 'detector_EDS', entry: 'real_time' },
  { keyword: 'EDSDET', tree: 'detector_EDS', entry: 'EDS_det', text: true },
];

const SIGNAL_TYPES: Readonly<Record<string, string>> = { EDS: 'EDS_TEM', ELS: 'EELS', CLS: 'CL' };

/** Conditions in the common vocabulary. A keyword whose value makes no sense is left out and told in `warnings`. */
export function readMetadata(keywords: ReadonlyMap<string, Keyword>, warnings: string[]): Metadata {
  const metadata: Metadata = Object.create(null);
  const number = (name: string): number | undefined => {
    const keyword = keywords.get(name);
    if (!keyword || keyword.value.trim() === '') return undefined;
    const value = parseNumber(keyword.value);
    if (value !== undefined && Number.isFinite(value)) return value;
    warnings.push(`#${name} is "${keyword.value}", which is no number`);
    return undefined;
  };
  for (const { keyword, key, unit, factors } of CONDITIONS) {
    const value = number(keyword);
    if (value === undefined) continue;
    const written = keywords.get(keyword)!.unit;
    const factor = Object.hasOwn(factors, written.toLowerCase()) ? factors[written.toLowerCase()] : undefined;
    if (factor === undefined) warnings.push(`#${keyword} is in "${written}", an unknown unit: taken as ${unit}`);
    metadata[key] = value * (factor ?? 1);
  }
  for (const { keyword, tree, entry, text } of DETAILS) {
    const value = text ? keywords.get(keyword)?.value.trim() || undefined : number(keyword);
    if (value === undefined) continue;
    const branch = (metadata[tree] ??= Object.create(null) as PlainTree) as PlainTree;
    branch[entry] = value;
    const unit = keywords.get(keyword)!.unit;
    if (unit) branch[`${entry}_units`] = unit;
  }
  if (Object.keys(metadata).length > 0) metadata['instrument'] = 'TEM';
  addMoment(metadata, keywords, warnings);
  addSignal(metadata, keywords);
  return metadata;
}

function addMoment(metadata: Metadata, keywords: ReadonlyMap<string, Keyword>, warnings: string[]): void {
  for (const [name, key, parse] of [
    ['DATE', 'date', parseDate],
    ['TIME', 'time', parseTime],
  ] as const) {
    const text = keywords.get(name)?.value.trim();
    if (!text) continue;
    const value = parse(text);
    if (value) metadata[key] = value;
    else warnings.push(`the ${key} "${text}" could not be read`);
  }
}

function addSignal(metadata: Metadata, keywords: ReadonlyMap<string, Keyword>): void {
  const code = keywords.get('SIGNALTYPE')?.value.trim().toUpperCase();
  const type = code ? (SIGNAL_TYPES[code] ?? code) : undefined;
  if (type) metadata['signal_type'] = type;
  const unit = keywords.get('YUNITS')?.value.trim();
  const written = keywords.get('YLABEL')?.value.trim();
  if (unit === undefined && written === undefined && !type) return;
  const label = written ?? (type === 'EELS' ? 'Electrons' : type === 'EDS_TEM' ? 'X-rays' : '');
  metadata['quantity'] = unit === undefined ? label : `${label} (${unit})`.trim();
}

/** Header lines for what {@link readMetadata} understands. */
export function metadataLines(metadata: Metadata): string[] {
  const lines: string[] = [];
  const text = (value: Plain | undefined) => (typeof value === 'string' && value !== '' ? value : undefined);
  const push = (keyword: string, value: string | number | undefined, unit?: string) => {
    if (value !== undefined) lines.push(formatKeyword(keyword, value, unit));
  };
  push('DATE', formatDate(text(metadata['date']) ?? ''));
  push('TIME', parseTime(text(metadata['time']) ?? ''));
  const type = text(metadata['signal_type']);
  const code = Object.entries(SIGNAL_TYPES).find(([, name]) => name === type)?.[0];
  push('SIGNALTYPE', code ?? (type?.startsWith('EDS') ? 'EDS' : type));
  const quantity = text(metadata['quantity'])?.trim() ?? '';
  const bracket = quantity.endsWith(')') ? quantity.lastIndexOf('(') : -1;
  push('YLABEL', (bracket < 0 ? quantity : quantity.slice(0, bracket)).trim() || undefined);
  if (bracket >= 0) push('YUNITS', quantity.slice(bracket + 1, -1));
  for (const { keyword, key, unit } of CONDITIONS) push(keyword, finite(metadata[key]), unit);
  for (const { keyword, tree, entry } of DETAILS) {
    const branch = metadata[tree];
    if (!branch || typeof branch !== 'object' || Array.isArray(branch)) continue;
    push(keyword, text(branch[entry]) ?? finite(branch[entry]), text(branch[`${entry}_units`]));
  }
  return lines;
}

function finite(value: Plain | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
