import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { speedRatio } from './ratios.mjs';
import { numberText, programName, shortRuntime } from './tables.mjs';

export function readResults(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** Puts what was measured into the file; cases that were not measured this time stay as they are. */
export function saveResults(path, { machine, peers, cases }) {
  const before = readResults(path);
  const merged = { machine, peers: peers ?? before?.peers, cases: { ...before?.cases, ...cases } };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(merged, undefined, 2)}\n`);
}

/**
 * What became worse than in the saved results. `outside` is a speed ratio whose median lies below all rounds measured
 * before, and the other way round; it is a `regression` when it also fell by more than `margin` of itself. Peak memory
 * has no rounds: more than the margin is a regression.
 */
export function compareResults(before, now, margin) {
  const findings = [];
  for (const [id, { contenders = [] }] of Object.entries(now)) {
    const old = before[id]?.contenders ?? [];
    const same = (one) =>
      old.find(
        (other) => other.name === one.name && shortRuntime(other.runtime ?? '') === shortRuntime(one.runtime ?? ''),
      );
    for (const mine of contenders.filter(({ ours }) => ours)) {
      const was = same(mine);
      if (!was) continue;
      for (const peer of contenders.filter(({ ours }) => !ours)) {
        const peerWas = same(peer);
        if (peerWas) findings.push(...worseSpeed(id, [was, peerWas], [mine, peer], margin));
      }
      if (mine.peakBytes > was.peakBytes * (1 + margin)) {
        const [from, to] = [was, mine].map(({ peakBytes }) => `${Math.round(peakBytes / 1e6)} MB`);
        findings.push({ regression: true, text: `${id}: peak memory of ${programName(mine)} from ${from} to ${to}` });
      }
    }
  }
  return findings;
}

function worseSpeed(id, [mineWas, peerWas], [mine, peer], margin) {
  const was = speedRatio(mineWas, peerWas);
  const is = speedRatio(mine, peer);
  if (is.ratio >= was.low || is.high >= was.ratio) return [];
  const [from, to] = [was, is].map(({ ratio }) => `${numberText(ratio)}×`);
  return [
    {
      regression: is.ratio < was.ratio * (1 - margin),
      text: `${id}: ${programName(mine)} against ${peer.name} from ${from} to ${to}`,
    },
  ];
}
