import { defineFormat } from '../format.ts';
import { readUxd } from './read.ts';

/** UXD, the text that DIFFRACplus exports (XCH): keywords `_NAME=value`, then counts, range after range. */
export default defineFormat({
  id: 'bruker-uxd',
  title: 'Bruker/Siemens UXD (DIFFRACplus text)',
  extensions: ['.uxd'],
  sniff(head, name) {
    if (head.length === 0) return /\.uxd$/i.test(name) ? 'name' : 'no';
    if (head.includes(0)) return 'no';
    const lines = new TextDecoder('windows-1252')
      .decode(head)
      .replace(/^ï»¿/, '')
      .split(/[\r\n]+/)
      .filter((line) => line.trim() !== '' && !line.startsWith(';'));
    if (!/^_[A-Z0-9_]{1,64}\s*=/.test(lines[0] ?? '')) return 'no';
    const known = /^_(?:FILEVERSION|SAMPLE|DRIVE|STEPTIME|STEPSIZE|START|WL1|ANODE)\s*=/;
    return lines.some((line) => known.test(line)) ? 'certain' : 'likely';
  },
  read: readUxd,
});
