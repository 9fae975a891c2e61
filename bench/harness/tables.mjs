// Results as tables in Markdown: for the terminal and for the page.
import { median, speedRatio } from './ratios.mjs';

export function table(head, rows) {
  return [
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

/** One row a program; for each of ours a column that says how many times faster it is than the others. */
export function comparison({ contenders }) {
  const ours = contenders.filter((one) => one.ours);
  const peers = contenders.filter((one) => !one.ours);
  const head = ['program', 'seconds', 'peak memory'];
  if (peers.length) head.push(...ours.map(({ runtime }) => `spectrail on ${shortRuntime(runtime)}`));
  return table(
    head,
    [...ours, ...peers].map((one) => {
      const ratios = ours.map((mine) => (one.ours ? '' : ratioText(speedRatio(mine, one))));
      return [programName(one), secondsText(one.seconds), memoryText(one.peakBytes), ...(peers.length ? ratios : [])];
    }),
  );
}

export function programName({ name, runtime }) {
  return runtime ? `${name}, ${runtime}` : name;
}

/** `Node 20.20.2` → `Node 20`. */
export function shortRuntime(runtime) {
  return runtime.replace(/\..*$/, '');
}

export function secondsText(seconds) {
  const middle = numberText(median(seconds));
  if (seconds.length < 2) return middle;
  return `${middle} (${numberText(Math.min(...seconds))}–${numberText(Math.max(...seconds))})`;
}

export function ratioText({ ratio, low, high }) {
  return `${numberText(ratio)}× (${numberText(low)}–${numberText(high)})`;
}

export function memoryText(bytes) {
  if (bytes === undefined) return '–';
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Three figures for small numbers, whole numbers for large ones. */
export function numberText(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
