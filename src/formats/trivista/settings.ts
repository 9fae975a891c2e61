import type { PlainTree } from '../../signal/dataset.ts';
import { elementText, withoutEntities } from '../guarded-xml.ts';
import { attribute, child, children, type Element } from '../xml-tree.ts';
import { parseXml } from './xml.ts';

/** Settings of a measurement under their headings, as VistaControl shows them. */
export interface Settings {
  readonly name: string;
  /** The first of each name. */
  readonly items: ReadonlyMap<string, string>;
  readonly groups: readonly Settings[];
}

const NONE: Settings = { name: '', items: new Map(), groups: [] };

/** The settings in the attribute `InfoSerialized`; none, with a warning, where they cannot be understood. */
export function settingsOf(document: Element, where: string, warnings: string[]): Settings {
  const text = attribute(document, 'InfoSerialized');
  if (text === undefined) return NONE;
  try {
    return groupOf(child(parseXml(withoutEntities(text), where), 'Info') ?? {});
  } catch (error) {
    warnings.push(`the settings of the measurement cannot be read: ${(error as Error).message.split('\n')[0]}`);
    return NONE;
  }
}

function groupOf(element: Element): Settings {
  const items = new Map<string, string>();
  for (const item of children(child(element, 'Items'), 'Item')) {
    const name = elementText(child(item, 'Name'));
    if (name !== '' && !items.has(name)) items.set(name, elementText(child(item, 'Value')));
  }
  return {
    name: elementText(child(element, 'Name')),
    items,
    groups: children(child(element, 'Groups'), 'Group').map(groupOf),
  };
}

/** A setting by its heading and name; where several headings are called so, of the first that has it and is not empty. */
export function setting(settings: Settings, heading: string, name: string): string | undefined {
  for (const group of settings.groups) {
    const value = group.name === heading ? group.items.get(name) : undefined;
    if (value) return value;
  }
  return undefined;
}

const LONGEST_TEXT = 400;

/** All of them as plain data; of headings that are called alike the later ones are numbered. */
export function settingsTree({ items, groups }: Settings): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [name, value] of items) tree[name] = value.slice(0, LONGEST_TEXT);
  const met = new Map<string, number>();
  for (const group of groups) {
    const times = (met.get(group.name) ?? 0) + 1;
    met.set(group.name, times);
    tree[times === 1 ? group.name : `${group.name} ${times}`] = settingsTree(group);
  }
  return tree;
}
