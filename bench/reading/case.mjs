import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { speedRatio } from '../harness/ratios.mjs';
import {
  memoryText,
  numberText,
  programName,
  ratioText,
  secondsText,
  shortRuntime,
  table,
} from '../harness/tables.mjs';
import { runProcess } from '../harness/whole-process.mjs';

/** Lines of the map that are read at a time: 4096 pixels, as engines do. */
const RUN_PIXELS = 4096;
const BAR = 0.85;

/** What is read, by whom, and how the values lie in the file. */
const FILES = [
  { name: 'HDF5 (`.hspy`), EELS, gzip and shuffle', file: 'eels.hspy', kind: 'h5py', half: true },
  { name: 'HDF5 (`.hspy`), EDS, gzip and shuffle', file: 'eds.hspy', kind: 'h5py' },
  { name: 'HDF5 (`.hspy`), chunks with shuffle only', file: 'shuffled.hspy', kind: 'h5py' },
  { name: 'HDF5 (`.hspy`), plain chunks', file: 'plain.hspy', kind: 'h5py' },
  { name: 'NumPy (`.npy`)', file: 'map.npy', kind: 'memmap', offset: 128 },
  { name: 'Ripple (`.rpl`, `.raw`)', file: 'map.rpl', peerFile: 'map.raw', kind: 'memmap', offset: 0 },
  { name: 'the same', file: 'map.rpl', peerFile: 'map.raw', kind: 'fromfile', offset: 0 },
  { name: 'DigitalMicrograph (`.dm4`), energies last', file: 'map.dm4', kind: 'planes' },
];
const READERS = { h5py: 'h5py', memmap: 'NumPy memmap', fromfile: 'NumPy fromfile', planes: 'NumPy memmap, turned' };

export default {
  title: 'Reading by runs of pixels',

  async measure(bench) {
    if (!bench.peers?.hyperspy) return { notAvailable: 'the files are written by HyperSpy, and read beside its h5py' };
    const [height, width, channels] = bench.quick ? [16, 32, 64] : [256, 256, 2048];
    const folder = join(bench.folder, 'reading');
    await mkdir(folder, { recursive: true });
    const head = await dm4Head(height, width, channels);
    await writeFile(join(folder, 'dm4-head'), head);
    const script = fileURLToPath(new URL('./write.py', import.meta.url));
    await runProcess([bench.python, script, folder, ...[height, width, channels].map(String)]);
    const files = [];
    for (const { name, file, peerFile = file, kind, half, offset = head.length } of FILES) {
      bench.say(name);
      const shape = [half ? height / 2 : height, width, channels];
      const options = { shape, lines: Math.max(1, Math.floor(RUN_PIXELS / width)) };
      const sides = [
        ...bench.oursResident('./ours.mjs', import.meta, { ...options, path: join(folder, file) }),
        ...bench.peerResident(READERS[kind], './numpy_read.py', import.meta, {
          ...options,
          kind,
          offset,
          path: join(folder, peerFile),
        }),
      ];
      const contenders = await bench.takeTurns(sides);
      const sums = new Set(contenders.map(({ hashes }) => hashes.sum));
      if (sums.size > 1) throw new Error(`${name}: the readers disagree about the sum: ${[...sums].join(' or ')}`);
      const bytes = shape.reduce((a, b) => a * b, half ? 4 : 2);
      files.push({ name, bytes, stored: (await stat(join(folder, peerFile))).size, contenders });
    }
    const others = Math.max(...files.flatMap(({ contenders }) => contenders.map((one) => one.others)));
    return { shape: [height, width, channels], others, files };
  },

  lines({ notAvailable, shape, files }) {
    if (notAvailable) return [`Not measured: ${notAvailable}.`];
    const ours = files[0].contenders.filter((one) => one.ours);
    const rows = files.map(({ name, bytes, stored, contenders }) => {
      const peer = contenders.find((one) => !one.ours);
      const mine = contenders.filter((one) => one.ours);
      return [
        name,
        `${memoryText(stored)} (${memoryText(bytes)})`,
        ...mine.map(({ seconds }) => secondsText(seconds)),
        `${peer.name}: ${secondsText(peer.seconds)}`,
        ...mine.map((one) => ratioText(speedRatio(one, peer))),
        ...mine.map(({ cpu }) => `${numberText(cpu)}, ${numberText(peer.cpu)}: ${numberText(peer.cpu / cpu)}×`),
      ];
    });
    const runtimes = ours.map(({ runtime }) => shortRuntime(runtime));
    const head = ['file', 'stored (values)', ...runtimes.map((name) => `${name}, seconds`), 'peer, seconds'];
    return [
      `${shape.slice(0, 2).join(' × ')} pixels (EELS half as many), ${shape[2]} channels, read 4096 pixels at a time.`,
      '',
      ...table(
        [...head, ...['ratio', 'processor seconds'].flatMap((what) => runtimes.map((name) => `${what}, ${name}`))],
        rows,
      ),
      '',
      'Processor seconds are those of the last round: ours with the threads that read and that collect garbage, and those of the peer.',
    ];
  },

  bars({ files = [] }) {
    return files.flatMap(({ name, contenders }) => {
      const peer = contenders.find((one) => !one.ours);
      return contenders
        .filter((one) => one.ours)
        .map((mine) => {
          const { ratio } = speedRatio(mine, peer);
          const bar = `${programName(mine)}: ${name}, at least ${BAR}× ${peer.name}`;
          return { bar, value: `${numberText(ratio)}×`, met: ratio >= BAR };
        });
    });
  },
};

/** The tags of a spectrum image, energies slowest, up to its values, which end the file. */
async function dm4Head(height, width, channels) {
  const path = fileURLToPath(new URL('../../test/dm-file.ts', import.meta.url));
  const { module } = await runnerImport(path, { logLevel: 'error' });
  const { dmFile, group, list } = module;
  const image = group({
    Name: 'map',
    ImageTags: group({ 'Meta Data': group({ Format: 'Spectrum image', Signal: 'X-ray' }) }),
    ImageData: group({
      Calibrations: group({ Dimension: list() }),
      DataType: 10,
      Dimensions: list(width, height, channels),
      Data: { type: 4, count: width * height * channels },
    }),
  });
  return dmFile(group({ ImageList: list(image) }), { version: 4 });
}
