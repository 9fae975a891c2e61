/** Formats that can be told by their first bytes: what begins like one is never read as anything else. */
interface Signature {
  readonly title: string;
  readonly bytes?: readonly number[];
  /** Fits the start of the text, after a byte-order mark and blank lines. */
  readonly text?: RegExp;
  /** Lines that begin with this are passed over before `text` is tried, and blank ones. */
  readonly comment?: string;
}

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

const SIGNATURES: readonly Signature[] = [
  { title: 'JCAMP-DX', text: /^## ?(?:TITLE|JCAMP-?DX) ?=/i, comment: '$$' },
  { title: 'a LabSpec (Horiba Jobin Yvon) XML file', text: /^<\?xml[^>]*>\s*<LSX_Data/i },
  { title: 'a TriVista XML file', text: /^<!--TriVista-File/ },
  { title: 'an XRDML file', text: /^<\?xml[^>]*>\s*<xrdMeasurements/i },
  { title: 'XML or HTML', text: /^<(?:[?!]|[a-z][\w:-]*[\s>])/i },
  { title: 'a Diffrac UXD file', text: /^_[A-Z_]{1,64} ?=/, comment: ';' },
  { title: 'a CIF file', text: /^data_\S*\s*\n(?:loop_|_\w)/i, comment: '#' },
  { title: 'a WITec text export', text: /^\/\/\s*Exported ASCII-File/i },
  { title: 'a VAMAS file', text: /^VAMAS Surface Chemical Analysis/i },
  { title: 'a SpecsLab XY export', text: /^#\s*Created by:\s*Specs/i },
  { title: 'a GSECARS multi-element MCA file', text: /^VERSION:[^\n]*\n\s*ELEMENTS:/ },
  { title: 'a Bruker RAW diffractogram', bytes: ascii('RAW1.01') },
  { title: 'a Bruker RAW diffractogram', bytes: ascii('RAW2') },
  { title: 'a Bruker RAW diffractogram', bytes: ascii('RAW4.00') },
  { title: 'a Renishaw WDF file', bytes: ascii('WDF1') },
  { title: 'a Bruker OPUS file', bytes: [0x0a, 0x0a, 0xfe, 0xfe] },
  { title: 'a PNG image', bytes: [0x89, ...ascii('PNG')] },
  { title: 'a ZIP archive', bytes: [...ascii('PK'), 3, 4] },
  { title: 'a gzip archive', bytes: [0x1f, 0x8b, 8] },
];

/** What these first bytes of a file show it to be, in words: a format of its own, with a reader here or without. */
export function foreignSignature(head: Uint8Array): string | undefined {
  const lines = new TextDecoder('latin1')
    .decode(head)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const startOf = (comment?: string) =>
    lines
      .filter((line) => comment === undefined || !line.startsWith(comment))
      .slice(0, 4)
      .join('\n');
  const found = SIGNATURES.find(({ bytes, text, comment }) =>
    bytes ? bytes.every((byte, i) => head[i] === byte) : text?.test(startOf(comment)),
  );
  return found?.title;
}
