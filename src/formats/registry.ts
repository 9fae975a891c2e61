import type { Format } from './format.ts';

/** What is known of a format before its code is loaded. */
export interface FormatEntry {
  readonly id: string;
  readonly title: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  readonly load: () => Promise<{ readonly default: Format }>;
}

/** In the order in which equally sure formats are tried. */
export const FORMATS: readonly FormatEntry[] = [
  {
    id: 'gatan-dm',
    title: 'Gatan DigitalMicrograph 3/4',
    extensions: ['.dm3', '.dm4'],
    load: () => import('./gatan-dm/index.ts'),
  },
  {
    id: 'bruker-bcf',
    title: 'Bruker composite file (EDS map)',
    extensions: ['.bcf'],
    load: () => import('./bruker-bcf/index.ts'),
  },
  {
    id: 'bruker-spx',
    title: 'Bruker SPX spectrum (EDS)',
    extensions: ['.spx'],
    load: () => import('./bruker-spx/index.ts'),
  },
  {
    id: 'hspy',
    title: 'HyperSpy (HDF5)',
    extensions: ['.hspy', '.hdf5', '.h5'],
    load: () => import('./hspy/index.ts'),
  },
  { id: 'store', title: 'Spectrail store', extensions: ['.spectrail'], load: () => import('./store/index.ts') },
  { id: 'zspy', title: 'HyperSpy (Zarr)', extensions: ['.zspy'], load: () => import('./zspy/index.ts') },
  {
    id: 'velox-emd',
    title: 'Velox EMD (Thermo Fisher)',
    extensions: ['.emd'],
    load: () => import('./velox-emd/index.ts'),
  },
  {
    id: 'jeol',
    title: 'JEOL Analysis Station',
    extensions: ['.asw', '.pts', '.map', '.img', '.eds'],
    load: () => import('./jeol/index.ts'),
  },
  {
    id: 'edax',
    title: 'EDAX spectrum or map (SPC, SPD)',
    extensions: ['.spc', '.spd'],
    load: () => import('./edax/index.ts'),
  },
  {
    id: 'ncem-emd',
    title: 'EMD (Berkeley, Prismatic)',
    extensions: ['.emd', '.h5'],
    load: () => import('./ncem-emd/index.ts'),
  },
  { id: 'nexus', title: 'NeXus (NXdata)', extensions: ['.nxs', '.nx', '.h5'], load: () => import('./nexus/index.ts') },
  {
    id: 'delmic-h5',
    title: 'Delmic (Odemis HDF5)',
    extensions: ['.h5', '.hdf5'],
    load: () => import('./delmic-h5/index.ts'),
  },
  { id: 'pantarhei', title: 'Panta Rhei (CEOS)', extensions: ['.prz'], load: () => import('./pantarhei/index.ts') },
  { id: 'tia', title: 'TIA (.emi with .ser)', extensions: ['.emi', '.ser'], load: () => import('./tia/index.ts') },
  {
    id: 'emsa',
    title: 'EMSA/MAS spectral data (ISO 22029)',
    extensions: ['.msa', '.emsa', '.ems'],
    load: () => import('./emsa/index.ts'),
  },
  {
    id: 'ripple',
    title: 'Ripple (.rpl with .raw)',
    extensions: ['.rpl', '.raw'],
    load: () => import('./ripple/index.ts'),
  },
  {
    id: 'renishaw-wdf',
    title: 'Renishaw WiRE (WDF)',
    extensions: ['.wdf'],
    load: () => import('./renishaw-wdf/index.ts'),
  },
  {
    id: 'galactic-spc',
    title: 'Galactic SPC (GRAMS)',
    extensions: ['.spc'],
    load: () => import('./galactic-spc/index.ts'),
  },
  {
    id: 'jobinyvon-xml',
    title: 'LabSpec XML (Horiba Jobin Yvon)',
    extensions: ['.xml'],
    load: () => import('./jobinyvon-xml/index.ts'),
  },
  { id: 'witec-text', title: 'WITec text export', extensions: ['.txt'], load: () => import('./witec-text/index.ts') },
  {
    id: 'bruker-opus',
    title: 'Bruker OPUS',
    extensions: ['.0', '.1', '.2', '.opus'],
    load: () => import('./bruker-opus/index.ts'),
  },
  {
    id: 'digital-surf',
    title: 'Digital Surf (Mountains)',
    extensions: ['.sur', '.pro'],
    load: () => import('./digital-surf/index.ts'),
  },
  {
    id: 'mrc',
    title: 'MRC image or volume',
    extensions: ['.mrc', '.mrcs', '.map', '.ccp4', '.st', '.rec', '.ali'],
    load: () => import('./mrc/index.ts'),
  },
  {
    id: 'tiff',
    title: 'TIFF image',
    extensions: ['.tif', '.tiff', '.btf'],
    load: () => import('./tiff/index.ts'),
  },
  {
    id: 'blockfile',
    title: 'NanoMegas blockfile',
    extensions: ['.blo'],
    load: () => import('./blockfile/index.ts'),
  },
  {
    id: 'merlin-mib',
    title: 'Merlin frames (.mib with .hdr)',
    extensions: ['.mib', '.hdr'],
    load: () => import('./merlin-mib/index.ts'),
  },
  { id: 'semper', title: 'Semper picture', extensions: ['.unf'], load: () => import('./semper/index.ts') },
  { id: 'dens', title: 'DENSsolutions heating log', extensions: ['.dens'], load: () => import('./dens/index.ts') },
  { id: 'protochips', title: 'Protochips log', extensions: ['.csv'], load: () => import('./protochips/index.ts') },
  {
    id: 'jcamp-dx',
    title: 'JCAMP-DX',
    extensions: ['.jdx', '.dx', '.jcamp', '.jcm'],
    load: () => import('./jcamp-dx/index.ts'),
  },
  {
    id: 'winspec-spe',
    title: 'Princeton Instruments WinSpec and LightField',
    extensions: ['.spe'],
    load: () => import('./winspec-spe/index.ts'),
  },
  {
    id: 'canberra-cnf',
    title: 'Canberra Genie CNF',
    extensions: ['.cnf'],
    load: () => import('./canberra-cnf/index.ts'),
  },
  {
    id: 'canberra-mca',
    title: 'Canberra MCA (S100)',
    extensions: ['.mca'],
    load: () => import('./canberra-mca/index.ts'),
  },
  {
    id: 'gsecars-mca',
    title: 'GSECARS multi-element MCA',
    extensions: ['.mca', '.xrf'],
    load: () => import('./gsecars-mca/index.ts'),
  },
  {
    id: 'quadstar',
    title: 'Quadstar mass spectra (Balzers, Pfeiffer)',
    extensions: ['.sac', '.sbc'],
    load: () => import('./quadstar/index.ts'),
  },
  {
    id: 'xsyg',
    title: 'XSYG (Freiberg Instruments lexsyg)',
    extensions: ['.xsyg'],
    load: () => import('./xsyg/index.ts'),
  },
  { id: 'gsf', title: 'Gwyddion Simple Field', extensions: ['.gsf'], load: () => import('./gsf/index.ts') },
  { id: 'vamas', title: 'VAMAS (ISO 14976)', extensions: ['.vms', '.npl'], load: () => import('./vamas/index.ts') },
  { id: 'specs-xy', title: 'SPECS SpecsLab XY export', extensions: ['.xy'], load: () => import('./specs-xy/index.ts') },
  {
    id: 'scienta-text',
    title: 'Scienta SES text export',
    extensions: ['.txt'],
    load: () => import('./scienta-text/index.ts'),
  },
  { id: 'igor-ibw', title: 'Igor binary wave', extensions: ['.ibw'], load: () => import('./igor-ibw/index.ts') },
  {
    id: 'phi-multipak',
    title: 'PHI MultiPak spectra and profiles',
    extensions: ['.spe', '.pro'],
    load: () => import('./phi-multipak/index.ts'),
  },
  {
    id: 'specs-xml',
    title: 'SPECS SpecsLab XML export',
    extensions: ['.xml'],
    load: () => import('./specs-xml/index.ts'),
  },
  {
    id: 'panalytical-xrdml',
    title: 'PANalytical XRDML',
    extensions: ['.xrdml'],
    load: () => import('./panalytical-xrdml/index.ts'),
  },
  {
    id: 'bruker-raw',
    title: 'Bruker/Siemens RAW diffractogram',
    extensions: ['.raw'],
    load: () => import('./bruker-raw/index.ts'),
  },
  {
    id: 'bruker-uxd',
    title: 'Bruker/Siemens UXD (DIFFRACplus text)',
    extensions: ['.uxd'],
    load: () => import('./bruker-uxd/index.ts'),
  },
  {
    id: 'rigaku-ras',
    title: 'Rigaku RAS',
    extensions: ['.ras'],
    load: () => import('./rigaku-ras/index.ts'),
  },
  {
    id: 'gsas',
    title: 'GSAS raw powder data',
    extensions: ['.gsa', '.gsas', '.gss', '.raw', '.fxye'],
    load: () => import('./gsas/index.ts'),
  },
  {
    id: 'cif',
    title: 'CIF (structures, powder patterns)',
    extensions: ['.cif', '.pdcif', '.rod'],
    load: () => import('./cif/index.ts'),
  },
  { id: 'xdi', title: 'XDI (XAFS Data Interchange)', extensions: ['.xdi'], load: () => import('./xdi/index.ts') },
  { id: 'athena-prj', title: 'Athena project', extensions: ['.prj'], load: () => import('./athena-prj/index.ts') },
  {
    id: 'feff-dat',
    title: 'FEFF path (feffNNNN.dat)',
    extensions: ['.dat'],
    load: () => import('./feff-dat/index.ts'),
  },
  {
    id: 'diamond-srs',
    title: 'SRS scan (Diamond, Daresbury)',
    extensions: ['.dat'],
    load: () => import('./diamond-srs/index.ts'),
  },
  { id: 'spec', title: 'SPEC scans', extensions: ['.spec', '.dat'], load: () => import('./spec/index.ts') },
  {
    id: 'ssrl-xas',
    title: 'SSRL EXAFS Data Collector (text)',
    extensions: ['.dat'],
    load: () => import('./ssrl-xas/index.ts'),
  },
  {
    id: 'kek-9809',
    title: 'Photon Factory XAFS (9809)',
    extensions: ['.dat'],
    load: () => import('./kek-9809/index.ts'),
  },
  { id: 'npy', title: 'NumPy array', extensions: ['.npy'], load: () => import('./npy/index.ts') },
  {
    id: 'orange',
    title: 'Orange table (three header rows)',
    extensions: ['.tab', '.csv', '.tsv'],
    load: () => import('./orange/index.ts'),
  },
  { id: 'csv', title: 'Comma-separated values', extensions: ['.csv'], load: () => import('./csv/index.ts') },
  {
    id: 'columns',
    title: 'Columns of numbers as text',
    extensions: ['.xy', '.csv', '.txt', '.dat', '.tsv', '.chi', '.xmu', '.dpt', '.msa'],
    load: () => import('./columns/index.ts'),
  },
];
