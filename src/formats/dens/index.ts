import type { ArrayDataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { NumberList } from '../number-list.ts';
import { TextLines } from '../text-lines.ts';
import { timeAxis } from '../time-axis.ts';
import { readWhole } from '../whole-text.ts';

const DAY_S = 86_400;

/**
 * Heating logs of DENSsolutions (Digiheater): the measured temperature over the time of day, in s since midnight of the first
 * day. The other columns are in `original`, as a list of their names only.
 */
export default defineFormat({
  id: 'dens',
  title: 'DENSsolutions heating log',
  extensions: ['.dens'],
  sniff(head) {
    const text = new TextDecoder('latin1').decode(head);
    return /Digiheater/.test(text) && /^sample\ttime\t/m.test(text) ? 'certain' : 'no';
  },
  read: readDens,
});

/** @throws SpectrailError `format/bad-dens`, `format/truncated`, `input/too-large`. */
async function readDens(file: ByteSource): Promise<ArrayDataset[]> {
  const lines = new TextLines(new TextDecoder('latin1').decode(await readWhole(file)));
  const header: string[] = [];
  let names: string[] | undefined;
  while (!names && lines.next()) {
    if (lines.line.startsWith('sample\t')) names = lines.line.split('\t').map((name) => name.trim());
    else if (!lines.isBlank && header.length < 64) header.push(lines.line.slice(0, 1024));
  }
  const [time, temperature] = ['time', 'Tmeas[C]'].map((name) => names?.indexOf(name) ?? -1);
  if (!names || time < 0 || temperature < 0) {
    throw formatError({
      code: 'bad-dens',
      where: `${file.name}, line ${lines.number}`,
      what: 'there is no line of column names with "time" and "Tmeas[C]"',
      expected: '"sample", "time", "Tset[C]", "Tmeas[C]" … between tabs',
    });
  }
  const times = new NumberList();
  const values = new NumberList();
  const warnings: string[] = [];
  let [left, midnights, previous] = [0, 0, 0];
  while (lines.next()) {
    if (lines.isBlank) continue;
    const cells = lines.line.split('\t', Math.max(time, temperature) + 1);
    const clock = secondsOf(cells[time] ?? '');
    const value = Number(cells[temperature]?.trim() || Number.NaN);
    if (clock === undefined || !Number.isFinite(value)) {
      left++;
      continue;
    }
    if (clock < previous) midnights++;
    previous = clock;
    times.push(clock + midnights * DAY_S);
    values.push(value);
  }
  if (values.length === 0) {
    throw formatError({
      code: 'bad-dens',
      where: `${file.name}, line ${lines.number}`,
      what: 'there is no row with a time and a temperature',
      expected: 'at least one',
    });
  }
  if (left > 0) warnings.push(`${left} rows without a time or a temperature were left out`);
  const temperatures = values.toArray();
  return [
    {
      kind: 'array',
      title: '',
      shape: [temperatures.length],
      dtype: 'float64',
      axes: [timeAxis(times.toArray(), warnings)],
      values: { kind: 'dense', load: async () => temperatures.slice() },
      metadata: { ...dateOf(header), quantity: 'Temperature (Celsius)' },
      original: { header, columns: names } satisfies PlainTree,
      warnings,
    },
  ];
}

/** "13:54:37.68" in s. */
function secondsOf(clock: string): number | undefined {
  const match = /^\s*(\d{1,2}):(\d\d):(\d\d(?:\.\d{1,9})?)\s*$/.exec(clock);
  return match ? (Number(match[1]) * 60 + Number(match[2])) * 60 + Number(match[3]) : undefined;
}

/** "16/04/'15 13:53": day, month, year. */
function dateOf(header: readonly string[]): Metadata {
  const match = /^\s*(\d\d)\/(\d\d)\/'(\d\d)\s+(\d\d):(\d\d)/.exec(header[0] ?? '');
  if (!match || Number(match[2]) > 12 || Number(match[1]) > 31) return {};
  return { date: `20${match[3]}-${match[2]}-${match[1]}`, time: `${match[4]}:${match[5]}:00` };
}
