import { speedRatio } from './ratios.mjs';
import { numberText, programName, shortRuntime } from './tables.mjs';

/** Each of ours, by Node version, at least so many times faster than the fastest of the peers that `pick` chooses. */
export function fasterThan(contenders, what, pick, least) {
  const peers = contenders.filter((one) => !one.ours && pick(one));
  if (peers.length === 0) return [];
  return contenders.flatMap((mine) => {
    const factor = mine.ours ? least[shortRuntime(mine.runtime)] : undefined;
    if (factor === undefined) return [];
    const ratio = Math.min(...peers.map((peer) => speedRatio(mine, peer).ratio));
    return [
      {
        bar: `${programName(mine)}: at least ${factor}× ${what}`,
        value: `${numberText(ratio)}×`,
        met: ratio >= factor,
      },
    ];
  });
}

/** Each of ours at most so much of something: `text` writes what `figure` takes from a contender. */
export function atMost(contenders, what, most, figure, text) {
  return contenders
    .filter(({ ours }) => ours)
    .map((mine) => {
      const value = figure(mine);
      return { bar: `${programName(mine)}: ${what} at most ${text(most)}`, value: text(value), met: value <= most };
    });
}
