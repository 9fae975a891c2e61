/** A typed array whose buffer may be shared. */
export type AnyArray = ArrayBufferView & { slice(): ArrayBufferView };

/** The same plain data (objects, lists, values) with every typed array replaced; what stays the same is not copied. */
export function mapArrays(value: unknown, change: (array: AnyArray) => ArrayBufferView): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? value : change(value as AnyArray);
  if (Array.isArray(value)) {
    const items = value.map((item) => mapArrays(item, change));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record);
  const items: unknown[] = [];
  let changed = false;
  for (const key of keys) {
    const item = mapArrays(record[key], change);
    changed ||= item !== record[key];
    items.push(item);
  }
  return changed ? Object.fromEntries(keys.map((key, i) => [key, items[i]])) : value;
}

export function isShared(array: ArrayBufferView): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && array.buffer instanceof SharedArrayBuffer;
}

/**
 * A message in which no array drags along the rest of its buffer: cloning a view copies the whole buffer behind it, which
 * for a few rows of a cube is the cube. Shared memory is left as it is.
 */
export function compact<T>(message: T): T {
  const copies = new Map<AnyArray, ArrayBufferView>();
  return mapArrays(message, (array) => {
    if (isShared(array) || array.byteLength === array.buffer.byteLength) return array;
    const copy = copies.get(array) ?? array.slice();
    copies.set(array, copy);
    return copy;
  }) as T;
}

/** The buffers of all arrays that are not shared. */
export function buffersIn(message: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  mapArrays(message, (array) => {
    if (array.buffer instanceof ArrayBuffer) found.add(array.buffer);
    return array;
  });
  return [...found];
}
