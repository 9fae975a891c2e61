import type { Plain, PlainTree } from '../../signal/dataset.ts';
import type { Tag, TagArray, TagGroup } from './tags.ts';

const MAX_LISTED = 16;
const MAX_TEXT = 2000;

/** The tag at a path of names; undefined when any part is missing. */
export function tagAt(group: TagGroup | undefined, ...path: string[]): Tag | undefined {
  let tag: Tag | undefined = group;
  for (const name of path) {
    if (typeof tag !== 'object' || tag.kind !== 'group') return undefined;
    tag = tag.tags.get(name);
  }
  return tag;
}

export function groupAt(group: TagGroup | undefined, ...path: string[]): TagGroup | undefined {
  const tag = tagAt(group, ...path);
  return typeof tag === 'object' && tag.kind === 'group' ? tag : undefined;
}

/** A finite number; undefined otherwise. */
export function numberAt(group: TagGroup | undefined, ...path: string[]): number | undefined {
  const tag = tagAt(group, ...path);
  return typeof tag === 'number' && Number.isFinite(tag) ? tag : undefined;
}

/** Text without surrounding blanks; undefined when it is empty or no text. */
export function textAt(group: TagGroup | undefined, ...path: string[]): string | undefined {
  const tag = tagAt(group, ...path);
  const text = tag === undefined ? undefined : tagText(tag);
  return text?.trim() || undefined;
}

/** Sub-groups in file order. */
export function groupsOf(group: TagGroup | undefined): TagGroup[] {
  return [...(group?.tags.values() ?? [])].filter(
    (tag): tag is TagGroup => typeof tag === 'object' && tag.kind === 'group',
  );
}

/** Text of a string tag or of an array of UTF-16 units; undefined for anything else. */
export function tagText(tag: Tag): string | undefined {
  if (typeof tag === 'string') return withoutNulls(tag);
  if (typeof tag !== 'object' || tag.kind !== 'array' || tag.type !== 4 || !tag.values) return undefined;
  let text = '';
  for (const unit of tag.values) text += String.fromCharCode(unit);
  return withoutNulls(text);
}

function withoutNulls(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\0') end--;
  return text.slice(0, end);
}

/** A list above 16 numbers is told as its length and its ends. */
export function summarise(values: readonly number[]): Plain {
  if (values.length <= MAX_LISTED) return values.map(finiteOrNull);
  return { list: values.length, first: finiteOrNull(values[0]), last: finiteOrNull(values[values.length - 1]) };
}

/** A tag tree as plain data: long texts are cut, long arrays told in a few words. */
export function plainTags(group: TagGroup): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [name, tag] of group.tags) tree[name] = plain(tag);
  return tree;
}

function plain(tag: Tag): Plain {
  if (typeof tag === 'number') return finiteOrNull(tag);
  if (typeof tag === 'boolean') return tag;
  if (typeof tag === 'string') return cut(tag);
  if (tag.kind === 'group') return plainTags(tag);
  if (tag.kind === 'struct')
    return tag.fields.map((field) => (typeof field === 'number' ? finiteOrNull(field) : field));
  const text = tagText(tag);
  if (text !== undefined && isReadable(text)) return cut(text);
  return tag.values ? summarise(tag.values) : describeArray(tag);
}

function describeArray(tag: TagArray): string {
  return `${tag.count} elements, ${tag.bytes} bytes`;
}

function isReadable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 0xfffd) return false;
  }
  return true;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
