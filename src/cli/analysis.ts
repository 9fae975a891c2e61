import { resolve } from 'node:path';
import { type Engine, type Recipe, type Run, refuseIfBlocked, refuseIfTooLarge, runPlan } from '../index.ts';
import type { ReportInput } from '../report/index.ts';
import { bytesOf } from './atomic-file.ts';
import { encodeOutputs } from './encode-outputs.ts';
import { figuresAhead, loadReport } from './figures-ahead.ts';
import { onInterruption } from './interruption.ts';
import { openJournal } from './journal.ts';
import { type OpenedInput, recordedFrom, signalsByName } from './opened-inputs.ts';
import { describeInputs, describeMemory, describeObjections } from './plan-description.ts';
import { remark } from './printing.ts';
import { productVersion } from './product-version.ts';
import { progressOf } from './progress.ts';
import { beginResultFolder } from './result-folder.ts';
import { describeEngine, planWithin } from './run-engine.ts';

export interface AnalysisRequest {
  readonly recipe: Recipe;
  readonly engine: Engine;
  /** Bytes the whole process may take. */
  readonly memory: number;
  /** Lanes the user asked for; else the run does with fewer than the engine has where memory is short. */
  readonly threads?: number;
  readonly inputs: readonly OpenedInput[];
  /** Result folder. */
  readonly out: string;
  readonly force?: boolean;
  /** Files that replacing the result folder must not delete. */
  readonly keep?: readonly string[];
  /** Say on standard error what goes in and what the plan objects to. */
  readonly announce?: boolean;
  readonly truth?: ReportInput['truth'];
}

export interface Analysis {
  readonly run: Run;
  readonly seconds: number;
  /** Bytes of each file written. */
  readonly sizes: readonly number[];
}

/**
 * Plans, runs and writes the result folder; a refused plan, a failure or Ctrl-C leaves nothing behind.
 * @throws SpectrailError `plan/…` when refused, `output/…` when the folder cannot be written.
 */
export async function analyse(request: AnalysisRequest): Promise<Analysis> {
  const { recipe, engine, memory, inputs, out, force, keep = [] } = request;
  const began = performance.now();
  const signals = signalsByName(inputs);
  const { plan, lanes } = await planWithin(recipe, signals, { lanes: engine.lanes, memory }, request);
  if (request.announce) {
    remark(`${recipe.title}\n${describeInputs(inputs)}\n${describeMemory(plan)}`);
    if (plan.objections.length > 0) remark(describeObjections(plan.objections));
  }
  refuseIfBlocked(plan);
  refuseIfTooLarge(plan.memory);
  if (lanes < engine.lanes) await engine.retire?.(lanes);
  const folder = await beginResultFolder(out, { force, keep: [...keep, ...inputs.map(({ path }) => path)] });
  const software = {
    spectrail: await productVersion(),
    runtime: `Node ${process.version}`,
    engine: describeEngine(engine),
  };
  const journal = await openJournal(engine, resolve(out), {
    recipe,
    version: software.spectrail,
    inputs: inputs.map(({ name, sha256 }) => [name, sha256]),
  });
  const interrupted = onInterruption(() => journal.discard());
  const progress = await progressOf(plan);
  const ahead = figuresAhead(progress);
  try {
    const run = await runPlan(plan, signals, journal.engine, ahead.events);
    // What its lanes hold is of no more use, and the report needs room.
    await engine.close();
    const { buildReport } = await loadReport();
    const files = await buildReport({
      run,
      inputs: recordedFrom(out, inputs),
      software,
      truth: request.truth,
      drawn: await ahead.drawn(),
    });
    const encoded = encodeOutputs(files);
    await folder.commit(encoded);
    const sizes = encoded.map(({ content }) => bytesOf(content));
    return { run, seconds: (performance.now() - began) / 1000, sizes };
  } finally {
    ahead.stop();
    progress.stop();
    interrupted();
    await journal.discard();
    await folder.discard();
  }
}
