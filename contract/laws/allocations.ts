const ARRAYS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;
const BUFFERS = ['ArrayBuffer', 'SharedArrayBuffer'] as const;
/** What makes a typed array out of another without a word to any constructor that code can name. */
const METHODS = ['slice', 'map', 'filter', 'toSorted', 'toReversed', 'with'] as const;
/** Bytes of an element of a plain list, at least. */
const LIST_ELEMENT_BYTES = 8;

export interface Allocations {
  /** Bytes of the largest single array or buffer made, and where. */
  readonly largest: number;
  readonly where: string;
  readonly count: number;
}

interface Watch {
  largest: number;
  where: string;
  count: number;
}
let watch: Watch | undefined;

function weigh(bytes: number): void {
  if (!watch) return;
  watch.count++;
  if (bytes <= watch.largest) return;
  watch.largest = bytes;
  watch.where = (new Error().stack ?? '').split('\n').slice(3, 7).join('\n');
}

const watched = <T>(make: (...given: never[]) => T, bytesOf: (made: T) => number) =>
  function (this: unknown, ...given: never[]) {
    const made = make.apply(this, given);
    weigh(bytesOf(made));
    return made;
  };

function watchedClass<T>(original: new (...given: never[]) => T, weighMade: (made: T, given: unknown[]) => void) {
  const proxy: typeof original = new Proxy(original, {
    construct(target, given, newTarget) {
      // With the proxy itself as the new target, arrays would get a hidden class of their own, and all loops be slow.
      const made = Reflect.construct(target, given, newTarget === proxy ? target : newTarget);
      weighMade(made as T, given);
      return made as object;
    },
  });
  return proxy;
}

const bytesOfView = (made: ArrayBufferView) => made.byteLength;
const bytesOfList = (made: unknown[]) => made.length * LIST_ELEMENT_BYTES;
const replace = (owner: object, name: string, value: unknown) => {
  (owner as Record<string, unknown>)[name] = value;
};

function install(): void {
  const [Buffer, Shared] = [ArrayBuffer, SharedArrayBuffer];
  for (const name of [...ARRAYS, ...BUFFERS]) {
    const original = globalThis[name] as unknown as new (...given: never[]) => ArrayBufferView;
    const weighMade = (made: ArrayBufferView, [first]: unknown[]) => {
      if (!(first instanceof Buffer || first instanceof Shared)) weigh(made.byteLength);
    };
    replace(globalThis, name, watchedClass(original, weighMade));
  }
  const TypedArray = Object.getPrototypeOf(Int8Array.prototype).constructor;
  for (const name of ['from', 'of']) replace(TypedArray, name, watched(TypedArray[name], bytesOfView));
  const { prototype } = TypedArray;
  for (const name of METHODS) if (name in prototype) replace(prototype, name, watched(prototype[name], bytesOfView));
  const List = Array as unknown as new (...given: never[]) => unknown[];
  replace(
    globalThis,
    'Array',
    watchedClass(List, (made) => weigh(bytesOfList(made))),
  );
  replace(Array, 'from', watched(Array.from as never, bytesOfList));
  for (const name of ['map', 'flatMap', 'slice'] as const) {
    replace(Array.prototype, name, watched(Array.prototype[name] as never, bytesOfList));
  }
}

// Here and now, before any module of the project is loaded: some keep the constructors they find in tables.
install();

/**
 * Runs `work` while every array with a stated length is weighed: typed arrays and buffers made by `new`, `from`, `of` and
 * by methods of others, and plain lists made by `new Array(n)`, `Array.from`, `map` and `slice`. Import this module first.
 */
export async function weighAllocations(work: () => unknown): Promise<Allocations> {
  const mine: Watch = { largest: 0, where: '', count: 0 };
  watch = mine;
  try {
    await work();
  } finally {
    watch = undefined;
  }
  return mine;
}
