import { machine } from '../wasm/machine.ts';
import { type BaselineFit, fitRows, LANES, type Lanes, STIFFEST } from './lanes.ts';
import { requireShare } from './penalty.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

export interface AslsOptions extends Omit<WhittakerOptions, 'tolerance'> {
  /** Weight of what lies above the baseline, 1 − p below. In (0, 1), default 0.01. */
  readonly p?: number;
}

/**
 * Asymmetric least squares (P. Eilers, H. Boelens, Leiden University Medical Centre report, 2005): minimises
 * Σ w(y − z)² + λ Σ (Dz)², w = p where y > z and 1 − p elsewhere, until no weight changes. Default λ = 10⁶. The baseline of
 * noise alone is its p-expectile, well below its mean: see `expectileOffset`.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function asls(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: AslsOptions = {},
): BaselineFit {
  const { p = 0.01 } = options;
  requireShare(p, 'p');
  const settings = whittakerSettings({ ...options, tolerance: 0 }, { lambda: 1e6 });
  if (settings.order !== 2 || settings.lambda > STIFFEST * Math.min(p, 1 - p)) {
    return fitRows(values, channels, out, settings, { reweigh: (lanes) => byStep(lanes, p), corrected: true });
  }
  let kept: Uint32Array | undefined;
  return fitRows(values, channels, out, settings, {
    solve({ at, lambda }) {
      const { y, w, z, elimination, changes } = at;
      machine().asymmetricRound(y, w, channels, z, elimination, p / lambda, (1 - p) / lambda, changes);
    },
    reweigh(lanes) {
      // Whole numbers of 64 bits, of which the lower half is all.
      kept ??= new Uint32Array(lanes.numbers.buffer, lanes.at.changes, 2 * LANES);
      for (let lane = 0; lane < LANES; lane++) if (kept[2 * lane] === channels) lanes.finish(lane, true);
    },
  });
}

/** Asymmetric weights for any system. */
export function byStep(lanes: Lanes, p: number): void {
  for (let lane = 0; lane < LANES; lane++) lanes.tell(lane, p, 1 - p);
  lanes.weigh(({ stepWeights }) => stepWeights);
  lanes.endWhereSettled();
}
