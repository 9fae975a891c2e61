import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { commentMetadata, parseComment, sectionTree } from './comment.ts';
import type { SurfAxis, SurfHeader } from './header.ts';
import { pointBytes, readObjects, type SurfObject, toHeights } from './objects.ts';

const PROFILES: ReadonlySet<number> = new Set([1, 4, 7, 14, 15, 17]);
const SERIES: ReadonlySet<number> = new Set([4, 5, 15, 18]);
/** RGB images and surfaces, and series of them: their colours are layers of intensity. */
const COLOURED: ReadonlySet<number> = new Set([12, 13, 16, 18]);
const INTENSITY = 10;
const SPECTRA = 20;
const HYPERSPECTRAL = 21;

/**
 * The objects of a file: one array where they are all of one size (the layers of an RGB surface, a series), else one each.
 * Spectra come with the spectral axis last.
 */
export async function readSurf(file: ByteSource): Promise<ArrayDataset[]> {
  const { objects, warnings } = await readObjects(file);
  const size = ({ header }: SurfObject) => [header.lines, header.columns, header.channels].join();
  const stacked = objects.every((object) => size(object) === size(objects[0]));
  const groups = stacked ? [objects] : objects.map((object) => [object]);
  return groups.map((group) => describe(file, group, warnings));
}

function describe(file: ByteSource, objects: readonly SurfObject[], noted: readonly string[]): ArrayDataset {
  const { header, comment } = objects[0];
  const warnings = [...noted];
  const axes = axesOf(header, objects.length, warnings);
  const points = header.lines * header.columns * header.channels;
  const sections = parseComment(comment);
  return {
    kind: 'array',
    title: '',
    shape: axes.map((axis) => axis.size),
    dtype: 'float64',
    axes,
    values: { kind: 'dense', load: () => loadAll(file, objects, points) },
    metadata: metadataOf(header, commentMetadata(sections)),
    original: {
      ...header.original,
      comment: sectionTree(sections),
      ...(objects.length > 1 && { layers: objects.slice(1, 64).map((object) => object.header.original) }),
    },
    warnings,
  };
}

async function loadAll(file: ByteSource, objects: readonly SurfObject[], points: number): Promise<Float64Array> {
  let values: Float64Array | undefined;
  for (const [i, object] of objects.entries()) {
    const raw = await pointBytes(file, object);
    // Only now: streams that lie about their length have been found out.
    values ??= allocate(file.name, objects.length * points);
    const colour = COLOURED.has(objects[0].header.studiable) && object.header.studiable === INTENSITY;
    toHeights(raw, object.header, colour, values.subarray(i * points, (i + 1) * points));
  }
  return values ?? new Float64Array(0);
}

function allocate(where: string, points: number): Float64Array {
  try {
    return new Float64Array(points);
  } catch (cause) {
    throw formatError({
      code: 'too-large',
      where,
      what: `${points} points do not fit in memory`,
      expected: 'an array that this machine can hold',
      cause,
    });
  }
}

function axesOf(header: SurfHeader, layers: number, warnings: string[]): Axis[] {
  const { studiable, x, y, t, columns, lines, channels } = header;
  const built = (axis: SurfAxis, role: AxisRole, size: number) => axisOf(axis, role, size, warnings);
  const axes: Axis[] = [];
  if (layers > 1) {
    axes.push(
      SERIES.has(studiable) ? built(t, 'navigation', layers) : uniformAxis({ role: 'navigation', size: layers }),
    );
  }
  if (studiable === HYPERSPECTRAL) {
    return [...axes, built(y, 'navigation', lines), built(x, 'navigation', columns), built(t, 'spectral', channels)];
  }
  const spectra = studiable === SPECTRA;
  if (spectra || (lines === 1 && PROFILES.has(studiable))) {
    if (lines > 1) axes.push(built(y, 'navigation', lines));
    return [...axes, built(x, spectra ? 'spectral' : 'signal', columns)];
  }
  return [...axes, built(y, 'signal', lines), built(x, 'signal', columns)];
}

function axisOf(axis: SurfAxis, role: AxisRole, size: number, warnings: string[]): Axis {
  const { name, unit, spacing, offset } = axis;
  if (spacing !== 0 && Number.isFinite(spacing) && Number.isFinite(offset)) {
    return uniformAxis({ name, unit, role, size, scale: spacing, offset });
  }
  warnings.push(`axis "${name}" is not calibrated (spacing ${spacing}, offset ${offset}): positions are points`);
  return uniformAxis({ name, role, size });
}

function metadataOf(header: SurfHeader, conditions: Metadata): Metadata {
  const { z, operator, date, time } = header;
  const quantity = z.name && z.unit ? `${z.name} (${z.unit})` : z.name;
  return {
    ...conditions,
    ...(operator && { authors: operator }),
    ...(date && { date }),
    ...(time && { time }),
    ...(/^CL\b/.test(z.name) && { signal_type: 'CL' }),
    ...(quantity && { quantity }),
  };
}
