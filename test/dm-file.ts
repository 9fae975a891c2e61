/** Values of a synthetic DM tag: numbers are f64, texts UTF-16 arrays, arrays hold one encoded type, objects are groups. */
export type DmValue =
  | number
  | string
  | boolean
  | { type: number; values: number[] }
  | { type?: number; count: number }
  | DmGroup;
export interface DmGroup {
  tags: [string, DmValue][];
}

export interface DmOptions {
  version?: 3 | 4;
  littleEndian?: boolean;
}

const BYTES: Record<number, number> = { 2: 2, 3: 4, 4: 2, 5: 4, 6: 4, 7: 8, 8: 1, 9: 1, 10: 1, 11: 8, 12: 8 };

export function group(tags: Record<string, DmValue> | [string, DmValue][]): DmGroup {
  return { tags: Array.isArray(tags) ? tags : Object.entries(tags) };
}

/** Unnamed members. */
export function list(...values: DmValue[]): DmGroup {
  return { tags: values.map((value) => ['', value]) };
}

/** The bytes of a DM3 or DM4 file with this tag tree. `{ count }` claims an array of that many values, of float64 unless it says otherwise, and holds none. */
export function dmFile(root: DmGroup, { version = 3, littleEndian = true }: DmOptions = {}): Uint8Array {
  const bytes: number[] = [];
  const put = (size: number, set: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(size));
    set(view);
    bytes.push(...new Uint8Array(view.buffer));
  };
  const u32 = (value: number) => put(4, (view) => view.setUint32(0, value));
  const word = (value: number) => (version === 3 ? u32(value) : put(8, (view) => view.setBigUint64(0, BigInt(value))));
  const number = (type: number, value: number) =>
    put(BYTES[type], (view) => {
      if (type === 2) view.setInt16(0, value, littleEndian);
      else if (type === 3) view.setInt32(0, value, littleEndian);
      else if (type === 4) view.setUint16(0, value, littleEndian);
      else if (type === 5) view.setUint32(0, value, littleEndian);
      else if (type === 6) view.setFloat32(0, value, littleEndian);
      else if (type === 7) view.setFloat64(0, value, littleEndian);
      else if (type === 11) view.setBigInt64(0, BigInt(value), littleEndian);
      else if (type === 12) view.setBigUint64(0, BigInt(value), littleEndian);
      else view.setUint8(0, value & 255);
    });
  const info = (...words: number[]) => {
    u32(0x25252525);
    word(words.length);
    words.forEach(word);
  };
  const data = (value: Exclude<DmValue, DmGroup>) => {
    if (typeof value === 'number') {
      info(7);
      number(7, value);
    } else if (typeof value === 'boolean') {
      info(8);
      number(8, Number(value));
    } else if (typeof value === 'string') {
      info(20, 4, value.length);
      for (let i = 0; i < value.length; i++) number(4, value.charCodeAt(i));
    } else if ('count' in value) {
      info(20, value.type ?? 7, value.count);
    } else {
      info(20, value.type, value.values.length);
      for (const element of value.values) number(value.type, element);
    }
  };
  const writeGroup = ({ tags }: DmGroup) => {
    bytes.push(1, 0);
    word(tags.length);
    for (const [name, value] of tags) {
      const isGroup = typeof value === 'object' && 'tags' in value;
      bytes.push(isGroup ? 20 : 21);
      put(2, (view) => view.setUint16(0, name.length));
      for (let i = 0; i < name.length; i++) bytes.push(name.charCodeAt(i) & 255);
      if (version === 4) word(0);
      if (isGroup) writeGroup(value);
      else data(value);
    }
  };
  u32(version);
  word(0);
  u32(littleEndian ? 1 : 0);
  writeGroup(root);
  return Uint8Array.from(bytes);
}

/** A file with one image and no thumbnail; dimensions fastest first. */
export function dmImage(
  image: {
    dataType: number;
    data: DmValue;
    dimensions: number[];
    calibrations?: DmGroup[];
    tags?: Record<string, DmValue> | [string, DmValue][];
    name?: string;
  },
  options: DmOptions = {},
): Uint8Array {
  const { dataType, data, dimensions, calibrations = [], tags = {}, name = 'synthetic' } = image;
  return dmFile(
    group({
      ImageList: list(
        group({
          ImageData: group({
            Calibrations: group({ Dimension: list(...calibrations) }),
            Data: data,
            DataType: dataType,
            Dimensions: list(...dimensions),
          }),
          ImageTags: group(tags),
          Name: name,
        }),
      ),
    }),
    options,
  );
}
