import { defineConformance } from '../../../test/conformance.ts';
import { COMMON, column, madeH5oina, put, spectrum, technique } from '../../../test/synthetic-h5oina.ts';

export default defineConformance({
  made: [
    await madeH5oina((file) => {
      spectrum(file);
      file.group('/1/EDS/Data/Window Integral');
      put(file, '/1/EDS/Data/Window Integral/Fe Ka1', [6, 1], column(6));
      file.attribute('/1/EDS/Data/Window Integral/Fe Ka1', 'Atomic Number', 26);
      technique(file, '/1/EBSD', COMMON);
      put(file, '/1/EBSD/Data/Euler', [6, 3], column(18));
    }),
  ],
});
