import type { Shape } from '../shapes/shape.ts';
import { planError } from '../signal/errors.ts';
import type { Step } from './step.ts';

type Loader = () => Promise<{ default: Step }>;

/** Every step, by the name recipes use. One line each; code loads when it is used. */
export const STEPS: Readonly<Record<string, Loader>> = {
  crop: () => import('./reshape/crop.ts'),
  rebin: () => import('./reshape/rebin.ts'),
  sum: () => import('./reshape/sum.ts'),
  scale: () => import('./reshape/scale.ts'),
  'align.zero-loss': () => import('./align/zero-loss.ts'),
  'align.correlation': () => import('./align/correlation.ts'),
  'align.apply': () => import('./align/apply.ts'),
  'align.icoshift': () => import('./align/icoshift.ts'),
  'align.dtw': () => import('./align/dtw.ts'),
  'align.cow': () => import('./align/cow.ts'),
  resample: () => import('./reshape/resample.ts'),
  'counts.camera': () => import('./counts/camera.ts'),
  'counts.anscombe': () => import('./counts/anscombe.ts'),
  'counts.anscombe-inverse': () => import('./counts/anscombe-inverse.ts'),
  'counts.photon-transfer': () => import('./counts/photon-transfer.ts'),
  'detector.dark': () => import('./detector/dark.ts'),
  'detector.gain': () => import('./detector/gain.ts'),
  'detector.spikes': () => import('./detector/spikes.ts'),
  'detector.dead-channels': () => import('./detector/dead-channels.ts'),
  'smooth.savitzky-golay': () => import('./smooth/savitzky-golay.ts'),
  'decompose.pca': () => import('./decompose/pca.ts'),
  'decompose.truncation': () => import('./decompose/truncation.ts'),
  'decompose.reconstruct': () => import('./decompose/reconstruct.ts'),
  'segment.phases': () => import('./segment/phases.ts'),
  'detect.residual': () => import('./detect/residual.ts'),
  'background.arpls': () => import('./background/arpls.ts'),
  'background.airpls': () => import('./background/airpls.ts'),
  'background.asls': () => import('./background/asls.ts'),
  'background.iasls': () => import('./background/iasls.ts'),
  'background.drpls': () => import('./background/drpls.ts'),
  'background.aspls': () => import('./background/aspls.ts'),
  'background.psalsa': () => import('./background/psalsa.ts'),
  'background.snip': () => import('./background/snip.ts'),
  'background.isrea': () => import('./background/isrea.ts'),
  'background.polynomial': () => import('./background/polynomial.ts'),
  'background.morphological': () => import('./background/morphological.ts'),
  'background.shirley': () => import('./background/shirley.ts'),
  'background.tougaard': () => import('./background/tougaard.ts'),
  'background.local-average': () => import('./background/local-average.ts'),
  'background.power-law': () => import('./background/power-law.ts'),
  'background.compare': () => import('./background/compare.ts'),
  'background.exponential': () => import('./background/exponential.ts'),
  'background.bremsstrahlung': () => import('./background/bremsstrahlung.ts'),
  'background.power-law-mixture': () => import('./background/power-law-mixture.ts'),
  'background.two-power-laws': () => import('./background/two-power-laws.ts'),
  'calibrate.axis': () => import('./calibrate/axis.ts'),
  'calibrate.check': () => import('./calibrate/check.ts'),
  'calibrate.diffraction': () => import('./calibrate/diffraction.ts'),
  'calibrate.diffraction-check': () => import('./calibrate/diffraction-check.ts'),
  'calibrate.fermi-edge': () => import('./calibrate/fermi-edge.ts'),
  'normalise.total': () => import('./normalise/total.ts'),
  'normalise.area': () => import('./normalise/area.ts'),
  'normalise.maximum': () => import('./normalise/maximum.ts'),
  'normalise.vector': () => import('./normalise/vector.ts'),
  'normalise.reference': () => import('./normalise/reference.ts'),
  'normalise.snv': () => import('./normalise/snv.ts'),
  'normalise.msc': () => import('./normalise/msc.ts'),
  'normalise.emsc': () => import('./normalise/emsc.ts'),
  'normalise.pqn': () => import('./normalise/pqn.ts'),
  'transfer.pds': () => import('./transfer/pds.ts'),
  'transfer.ds': () => import('./transfer/ds.ts'),
  'transfer.sst': () => import('./transfer/sst.ts'),
  'transfer.epo': () => import('./transfer/epo.ts'),
  'transfer.coral': () => import('./transfer/coral.ts'),
  'transfer.standards': () => import('./transfer/standards.ts'),
  'transfer.predict': () => import('./transfer/predict.ts'),
  'transfer.slope-bias': () => import('./transfer/slope-bias.ts'),
  'transfer.check': () => import('./transfer/check.ts'),
  'measure.window': () => import('./measure/window.ts'),
  'spatial.gaussian': () => import('./spatial/gaussian.ts'),
  'spatial.local-average': () => import('./spatial/local-average.ts'),
  'spatial.non-local-means': () => import('./spatial/non-local-means.ts'),
  'spatial.blur': () => import('./spatial/blur.ts'),
};

export const STEP_IDS = Object.keys(STEPS);

/** @throws SpectrailError `plan/unknown-step` with the nearest names. */
export async function loadStep(id: string): Promise<Step> {
  const load = Object.hasOwn(STEPS, id) ? STEPS[id] : undefined;
  if (!load) {
    throw planError({
      code: 'unknown-step',
      what: `there is no step "${id}"`,
      expected: `one of ${STEP_IDS.join(', ')}`,
      fix: 'see `spectrail steps`',
    });
  }
  return (await load()).default;
}

/** Finds a shape by `<step>/<name>`: what workers are told to run. */
export async function resolveShape(id: string): Promise<Shape> {
  const cut = id.lastIndexOf('/');
  const step = await loadStep(id.slice(0, cut));
  const shape = step.shapes?.[id.slice(cut + 1)];
  if (!shape) throw planError({ code: 'unknown-shape', what: `step "${step.id}" has no shape "${id.slice(cut + 1)}"` });
  return shape;
}
