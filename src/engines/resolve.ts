import { loadRowReader } from '../formats/row-readers.ts';
import type { ShapeResolver } from '../shapes/shape.ts';
import { resolveShape } from '../steps/index.ts';

/** Finds whatever a job may name: shapes of steps, and readers of rows. */
export const resolveMember: ShapeResolver = (id) => (id.startsWith('rows/') ? loadRowReader(id) : resolveShape(id));
