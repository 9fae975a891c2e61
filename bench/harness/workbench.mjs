import { fileURLToPath } from 'node:url';
import { nodeVersion, peerEnvironment, peerFacts } from './machine.mjs';
import { takeTurns } from './rounds.mjs';
import { processSide, residentSide } from './sides.mjs';

/** What a case needs to measure: the options of the command line, a folder for data, and makers of sides. */
export function workbench({ folder, quick, peers, python, nodes, threads, runs, patience, format, say }) {
  const env = peerEnvironment(threads);
  const facts = peers ? peerFacts(python, env) : undefined;
  const runtimes = nodes.map((path) => ({ path, runtime: `Node ${nodeVersion(path)}` }));
  const eachNode = (start) =>
    runtimes.map(({ path, runtime }) => ({ name: 'spectrail', runtime, ours: true, start: () => start(path) }));
  const eachPeer = (name, start, needs = []) => (facts && needs.every((pack) => facts[pack]) ? [{ name, start }] : []);
  const file = (path, meta) => fileURLToPath(new URL(path, meta.url));
  return {
    folder,
    quick,
    threads,
    format,
    say,
    peers: facts,
    python,
    rounds: runs,
    runtimes,
    /** Ours as a process that stays, one for every Node. */
    oursResident: (script, meta, options) =>
      eachNode((node) => residentSide({ command: [node, file(script, meta)], options })),
    /** Ours from start to exit, one for every Node; `command(node)` gives the command of each run. */
    oursProcess: (side) => eachNode(async (node) => processSide(side(node))),
    peerResident: (name, script, meta, options, needs) =>
      eachPeer(name, () => residentSide({ command: [python, file(script, meta)], options, env }), needs),
    peerProcess: (name, script, meta, args, needs) =>
      eachPeer(
        name,
        async () => processSide({ command: (run) => [python, file(script, meta), ...args(run)], env }),
        needs,
      ),
    takeTurns: (sides, rounds = runs) => takeTurns(sides, { runs: rounds, warmUp: !quick, patience, say }),
  };
}
