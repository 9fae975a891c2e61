import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The corpus has no sheet of this kind.
  folders: [],
  made: [
    'type,900,901.5,903,id\ncollagen,1,2,3,a\nDNA,4,5.5,,b\n',
    'Energy (eV),y = 0; x = 0 nm,y = 0; x = 2 nm,y = 1; x = 0 nm,y = 1; x = 2 nm\n100,0,3,6,9\n100.5,1,4,7,10\n',
    'y \\ x (nm),0,2\n0,0.1,2\n1,3.25,-0\n',
  ],
});
