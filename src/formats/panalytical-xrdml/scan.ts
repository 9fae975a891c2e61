import type { PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { goniometerAxis, onlyPositive, type ScanPositions } from '../diffraction-pattern.ts';
import { textNumbers } from '../text-numbers.ts';
import { attribute, child, children, type Element } from '../xml-tree.ts';
import type { Document } from './xml.ts';

/** The points of one scan. */
export interface ScanPoints {
  readonly axisName: string;
  readonly unit: string;
  readonly positions: ScanPositions;
  readonly values: Float64Array;
  /** What the values are, and how long each was counted. */
  readonly metadata: PlainTree;
  readonly warnings: string[];
  /** Circles and stages that stood still. */
  readonly fixed: Readonly<Record<string, number>>;
}

interface Drive {
  readonly name: string;
  readonly unit: string;
  /** Undefined where it stood still. */
  readonly positions?: ScanPositions;
  readonly at?: number;
}

/**
 * The points of a scan; undefined where it has none.
 * @throws SpectrailError `format/bad-scan` for lists that are no numbers or not as long as one another.
 */
export function readPoints(document: Document, scan: Element, where: string): ScanPoints | undefined {
  const points = child(scan, 'dataPoints');
  const warnings: string[] = [];
  const { values, quantity } = readValues(document, points, where, warnings);
  const size = values.length;
  if (size === 0) return undefined;
  const drives = children(points, 'positions').map((element) => readDrive(document, element, size, where));
  const fixed = drives.flatMap(({ name, at }) => (at === undefined ? [] : [[name, at] as const]));
  const moving = drives.filter(({ positions }) => positions !== undefined);
  const scanned = scannedDrive(moving, attribute(scan, 'scanAxis') ?? '');
  if (!scanned) warnings.push('nothing moved in this scan: its points are numbered');
  return {
    axisName: scanned ? goniometerAxis(scanned.name) : 'Point',
    unit: scanned?.unit ?? '',
    positions: scanned?.positions ?? { start: 0, step: 1 },
    values,
    metadata: { quantity, ...countingTime(document, points, size, where, warnings) },
    warnings,
    fixed: Object.fromEntries(fixed),
  };
}

/** `2Theta-Omega` is drawn over 2θ, `Omega-2Theta` over ω; `Gonio` over 2θ. */
function scannedDrive(moving: readonly Drive[], scanAxis: string): Drive | undefined {
  const wanted = scanAxis === 'Gonio' ? '2Theta' : scanAxis.split('-')[0];
  const named = (name: string) => moving.find((drive) => drive.name.toLowerCase() === name.toLowerCase());
  return named(wanted) ?? named('2Theta') ?? moving[0];
}

/** `counts` are as the detector gave them, `intensities` as corrected for the attenuator. */
function readValues(document: Document, points: Element | undefined, where: string, warnings: string[]) {
  const tag = document.text(points, 'counts') === undefined ? 'intensities' : 'counts';
  const values = numbersOf(document.text(points, tag) ?? '', `${where}, <${tag}>`);
  const unit = attribute(child(points, tag), 'unit') ?? 'counts';
  const quantity = `Intensity (${unit === 'counts' ? 'Counts' : unit === 'cps' ? 'Counts/s' : unit})`;
  if (tag === 'counts') {
    attenuate(document, points, values, where, warnings);
    const diverging = ['divergenceCorrections', 'commonDivergenceCorrection'];
    if (diverging.some((correction) => points?.[correction] !== undefined)) {
      warnings.push('the counts are not corrected for the divergence slit, for which the file has factors');
    }
  }
  return { values, quantity };
}

/** Of all points; where they differ the values cannot be compared with one another as they are. */
function countingTime(
  document: Document,
  points: Element | undefined,
  size: number,
  where: string,
  warnings: string[],
): PlainTree {
  const common = Number(document.text(points, 'commonCountingTime'));
  const times = numbersOf(document.text(points, 'countingTimes') ?? '', `${where}, <countingTimes>`);
  if (times.length === 0) return onlyPositive({ dwell_time_s: common });
  if (times.length !== size) throw badScan(where, `${times.length} counting times stand beside ${size} values`);
  if (times.every((time) => time === times[0])) return onlyPositive({ dwell_time_s: times[0] });
  const [least, most] = times.reduce(([a, b], time) => [Math.min(a, time), Math.max(b, time)], [times[0], times[0]]);
  warnings.push(`the points were counted for ${least} to ${most} s each: the values are not divided by it`);
  return {};
}

function attenuate(
  document: Document,
  points: Element | undefined,
  values: Float64Array,
  where: string,
  warnings: string[],
): void {
  const each = document.text(points, 'beamAttenuationFactors');
  const common = document.text(points, 'commonBeamAttenuationFactor');
  if (each === undefined && common === undefined) return;
  const factors = numbersOf(each ?? common ?? '', `${where}, beam attenuation factors`);
  if (each !== undefined && factors.length !== values.length) {
    throw badScan(where, `${factors.length} beam attenuation factors stand beside ${values.length} counts`);
  }
  if (factors.every((factor) => factor === 1)) return;
  for (let i = 0; i < values.length; i++) values[i] *= factors[each === undefined ? 0 : i];
  warnings.push('the counts are multiplied with the beam attenuation factors of the file: they are no longer counts');
}

function readDrive(document: Document, element: Element, size: number, where: string): Drive {
  const name = attribute(element, 'axis') ?? '';
  const unit = attribute(element, 'unit') ?? '';
  const said = (tag: string) => {
    const text = document.text(element, tag);
    if (text === undefined) return undefined;
    return numbersOf(text, `${where}, <${tag}> of ${name}`);
  };
  const listed = said('listPositions');
  if (listed) {
    if (listed.length !== size) throw badScan(where, `${name} lists ${listed.length} positions for ${size} values`);
    const still = listed.every((position) => position === listed[0]);
    return still && size > 1 ? { name, unit, at: listed[0] } : { name, unit, positions: { listed } };
  }
  const [start, end] = [said('startPosition')?.[0], said('endPosition')?.[0]];
  if (start === undefined || end === undefined) return { name, unit, at: said('commonPosition')?.[0] };
  if (start === end && size > 1) return { name, unit, at: start };
  return { name, unit, positions: { start, step: size > 1 ? (end - start) / (size - 1) : 1 } };
}

function numbersOf(text: string, where: string): Float64Array {
  return textNumbers(text, { bad: (word) => badScan(where, `"${word}" is no number`) });
}

function badScan(where: string, what: string) {
  return formatError({
    code: 'bad-scan',
    where,
    what,
    expected: 'numbers separated by blanks, one for each point',
    fix: 'copy the file again, or export it again',
  });
}
