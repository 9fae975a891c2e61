export { parseArray, readArray, type ZarrArray } from './array.ts';
export { badJson, parseJson, readJson } from './json.ts';
export { readableElement, readRows, rowCount } from './rows.ts';
