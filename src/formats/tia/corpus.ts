import { defineConformance } from '../../../test/conformance.ts';

/** Diffraction patterns in `.ser` files: in 1/nm; the reference takes them for images unless an `.emi` says otherwise. */
const reciprocal = (first: number, step: number, oracle: number) =>
  ['y', 'x'].flatMap((name, i) => [
    `signal 0 (): axis ${first + i} "${name}": unit "1 / nm", oracle "nm"`,
    `signal 0 (): axis ${first + i} "${name}": scale ${step}, oracle ${oracle}`,
  ]);
const MAP_OF_5 = ['signal 0 (): axis 0 "y": offset 0.5169066505950859, oracle -8.579180523146876e-11'];

/**
 * The reference reader turns the steps of images from m into nm, or from 1/m into 1/nm, and leaves their offsets as they
 * were: the image centred on 0, half of its width away, would be off it by 10⁹ or 10¹⁸ of its pixels.
 */
function leftInMetres(difference: string): boolean {
  const [, own, theirs] = /: offset (\S+), oracle (\S+)$/.exec(difference) ?? [];
  if (own === undefined) return false;
  return [1e9, 1e-9].some((factor) => Math.abs(Number(theirs) * factor - Number(own)) <= 1e-9 * Math.abs(Number(own)));
}

export default defineConformance({
  // The dwell time of a scan is told beside what the reference reader reports.
  compare: { metadata: 'subset' },
  beside: (path) => (path.endsWith('.emi') ? [1, 2].map((n) => path.replace(/\.emi$/, `_${n}.ser`)) : []),
  explained: leftInMetres,
  exceptions: {
    'tia/128x128x5-diffraction_preview_1.ser': reciprocal(1, 0.04246413461271668, 42464134612716670),
    'tia/64x64_diffraction_acquire_1.ser': reciprocal(0, 0.10157199619555665, 101571996195556640),
    'tia/16x16-spectrum_image-5x5x1024.emi': MAP_OF_5,
    'tia/16x16-spectrum_image-5x5x1024_1.ser': MAP_OF_5,
  },
});
