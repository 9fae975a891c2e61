import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The corpus has no file of this kind.
  folders: [],
  made: [
    '##NAMES=Corundum\n##RRUFFID=R060020\n##IDEAL CHEMISTRY=Al_2_O_3_\n##CELL PARAMETERS=a: 4.76274 b: 4.76274 c: 13.0016 alpha: 90 beta: 90 gamma: 120\n##FILETYPE=Raman Processed\n##RAMAN WAVELENGTH=514\n\n179.505, 136.8613\n180.729, 44.83008\n181.952, 48.55469\n##END=\n',
    '##NAMES=Quartz\n##RRUFFID=R040031\n##X-RAY WAVELENGTH=1.541838\n5.00, 10\n5.01, 12\n5.02, 11\n##END=\n',
  ],
});
