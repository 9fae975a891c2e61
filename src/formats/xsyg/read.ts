import type { Dataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { calendarDay } from '../written-date.ts';
import { curveDataset } from './curve.ts';
import { badXml, type Tag, tagsOf } from './tags.ts';

const PARENTS: Readonly<Record<string, string>> = { Sequence: 'Sample', Record: 'Sequence', Curve: 'Record' };
const LONGEST_TEXT = 400;

/**
 * Each curve with values, in the order of the file: measured ones and those that were only set.
 * @throws SpectrailError `format/bad-xsyg`, `input/too-large`
 */
export async function readXsyg(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file);
  const datasets: Dataset[] = [];
  const open: Tag[] = [];
  const places = { Sequence: 0, Record: 0 };
  for (const tag of tagsOf(text, file.name)) {
    const where = `${file.name}, character ${tag.start}`;
    const inside = open[open.length - 1];
    if (tag.kind === 'close') {
      if (inside?.name !== tag.name) throw badXml(where, `</${tag.name.slice(0, 40)}> closes <${inside?.name ?? ''}>`);
      open.pop();
      const own = tag.name === 'Curve' && !text.slice(inside.end, tag.start).includes('<');
      const found = own
        ? curveDataset(text, curveOf([...open, inside], inside.end, tag.start, places, where))
        : undefined;
      if (found) datasets.push(found);
      continue;
    }
    const parent = PARENTS[tag.name];
    if (parent && inside?.name !== parent) throw badXml(where, `<${tag.name}> stands in <${inside?.name ?? ''}>`);
    if (open.length === 0 && tag.name !== 'Sample') throw badXml(where, `the file is a <${tag.name.slice(0, 40)}>`);
    if (tag.name === 'Sequence') {
      places.Sequence++;
      places.Record = 0;
    }
    if (tag.name === 'Record') places.Record++;
    if (tag.kind === 'open') open.push(tag);
    if (open.length > 16) throw badXml(where, 'elements are nested more than 16 deep');
  }
  if (open.length > 0) throw badXml(file.name, `the file ends inside of <${open[open.length - 1].name.slice(0, 40)}>`);
  if (datasets.length === 0) throw badXml(file.name, 'no curve has values');
  return datasets;
}

function curveOf(
  [sample, sequence, record, curve]: readonly Tag[],
  start: number,
  end: number,
  places: { readonly Sequence: number; readonly Record: number },
  where: string,
) {
  const said = ({ attributes }: Tag, name: string) => attributes.get(name)?.trim() ?? '';
  const type = said(record, 'recordType');
  const device = said(curve, 'detector') || said(curve, 'stimulator');
  const set = said(curve, 'curveType') === 'predefined' ? ', predefined' : '';
  const position = said(sequence, 'position') || places.Sequence;
  const title = `AQ: ${position}, Meas.: ${places.Record}, Type: ${type} (${device}${set})`;
  const metadata: Metadata = { ...momentOf(said(curve, 'startDate') || said(record, 'startDate')) };
  const add = (key: string, text: string) => {
    if (text !== '' && text !== 'unknown') metadata[key] = text;
  };
  add('signal_type', type);
  add('sample', said(sample, 'name'));
  add('quantity', (said(curve, 'curveDescripter').split(';')[1] ?? '').trim());
  const original: PlainTree = {
    sample: tree(sample),
    sequence: tree(sequence),
    record: tree(record),
    curve: tree(curve),
  };
  return { title, where, attributes: curve.attributes, metadata, original, start, end };
}

function tree({ attributes }: Tag): PlainTree {
  const found: PlainTree = Object.create(null);
  for (const [name, text] of attributes) {
    found[name] = text.length <= LONGEST_TEXT ? text : `${text.slice(0, 40)}… (${text.length} characters)`;
  }
  return found;
}

/** `20160224155123` */
function momentOf(text: string): Metadata {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(text) ?? [];
  const date = second === undefined || Number(year) < 1900 ? undefined : calendarDay(year, month, day);
  return date === undefined ? {} : { date, time: `${hour}:${minute}:${second}` };
}
