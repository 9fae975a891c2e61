import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { plainNumber } from '../plain-number.ts';
import { localDay } from '../written-date.ts';
import type { Comment } from './comment.ts';

const MODES = ['live', 'acquire', 'photon_counting', 'analog_integration'];
const SECONDS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/**
 * Camera (s), streak tube and spectrograph (nm, grooves per mm, slits in µm) as HPD-TA notes them; the detector is the streak
 * tube, or the camera where there is none. What the comment does not say is absent, as is 0 where it means that nothing was set.
 */
export function streakMetadata(comment: Comment): Metadata {
  const number = (section: string, key: string) => plainNumber(comment.entry(section, key) ?? '');
  const set = (section: string, key: string) => positive(number(section, key));
  const exposure = seconds(comment.entry('Acquisition', 'ExposureTime') ?? '');
  const frames = set('Acquisition', 'NrExposure');
  const range = /^([\d.]+) (\S{1,8})$/.exec(comment.entry('Streak camera', 'Time Range') ?? '');
  const streak = comment.entry('Streak camera', 'DeviceName');
  const entrance = set('Spectrograph', 'Side Ent. Slitw.') ?? set('Spectrograph', 'Slit Width');
  const exit = set('Spectrograph', 'Exit Slit Width');
  return known({
    instrument_Detector: known({
      frames,
      exposure_per_frame: exposure,
      integration_time: exposure === undefined || frames === undefined ? undefined : exposure * frames,
      binning: pair(comment.entry('Acquisition', 'pntBinning')),
      processing: known({
        shading_correction: flag(number('Acquisition', 'ShadingCorr')),
        background_correction: flag(number('Acquisition', 'BacksubCorr')),
        curvature_correction: flag(number('Acquisition', 'CurveCorr')),
        defect_correction: flag(number('Acquisition', 'DefectCorrection')),
      }),
      detector_type: streak === undefined ? undefined : 'StreakCamera',
      model: streak ?? comment.entry('Camera', 'CameraName'),
      mcp_gain: number('Streak camera', 'MCP Gain'),
      time_range: range ? plainNumber(range[1]) : undefined,
      time_range_units: range?.[2],
      acquisition_mode: MODES[(number('Acquisition', 'AcqMode') ?? 0) - 1],
    }),
    instrument_Spectrometer: known({
      model: comment.entry('Spectrograph', 'DeviceName'),
      Grating: known({
        groove_density: set('Spectrograph', 'Ruling'),
        blazing_wavelength: set('Spectrograph', 'Blaze'),
      }),
      central_wavelength: set('Spectrograph', 'Wavelength'),
      entrance_slit_width: entrance,
      entrance_slit_width_units: entrance && 'µm',
      exit_slit_width: exit,
      exit_slit_width_units: exit && 'µm',
    }),
    date: localDay(comment.entry('Application', 'Date') ?? ''),
    time: /^(\d\d:\d\d:\d\d)(?:\.\d{1,6})?$/.exec(comment.entry('Application', 'Time') ?? '')?.[1],
    notes: comment.entry('Comment', 'UserComment'),
    quantity: quantityOf(comment.entry('Acquisition', 'ZAxisLabel'), comment.entry('Acquisition', 'ZAxisUnit')),
  });
}

function seconds(text: string): number | undefined {
  const [, value, unit] = /^([\d.]+) ?(\S{1,2})$/.exec(text) ?? [];
  const number = plainNumber(value ?? '');
  return number !== undefined && Object.hasOwn(SECONDS, unit) ? number * SECONDS[unit] : undefined;
}

function pair(text: string | undefined): number[] | undefined {
  const [, first, second] = /^(\d{1,4}),(\d{1,4})$/.exec(text ?? '') ?? [];
  return second === undefined ? undefined : [Number(first), Number(second)];
}

function quantityOf(label: string | undefined, unit: string | undefined): string | undefined {
  if (label === undefined || unit === undefined) return label;
  return `${label} (${unit === 'Count' ? 'Counts' : unit})`;
}

const flag = (value: number | undefined) => (value === undefined ? undefined : value !== 0);
const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : undefined);

function known(sparse: { readonly [key: string]: Plain | undefined }): PlainTree {
  const entries = Object.entries(sparse).filter((entry): entry is [string, Plain] => {
    const value = entry[1];
    return value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length > 0);
  });
  return Object.fromEntries(entries);
}
