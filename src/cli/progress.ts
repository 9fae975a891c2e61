import type { Plan, PlannedNode, RunEvents } from '../index.ts';
import { remark } from './printing.ts';
import { formatSeconds } from './text-layout.ts';

export interface ProgressReport extends RunEvents {
  /** Leaves the screen as it found it; to be called also after a failure. */
  stop(): void;
}

/** A bar with the rest-time on a terminal, one line per step in a pipe; on standard error, so that results can be piped. */
export async function progressOf(plan: Plan): Promise<ProgressReport> {
  return process.stderr.isTTY ? bar(plan) : lines();
}

function lines(): ProgressReport {
  let place = '';
  return {
    onNode(_node, index, total) {
      place = `[${index + 1}/${total}]`;
    },
    onFinished({ id, seconds, notes }) {
      remark(`${place} ${id}: ${formatSeconds(seconds)}`);
      for (const note of notes) remark(`      ${note}`);
    },
    stop() {},
  };
}

/** Rest-times are guessed from what is behind only once this much is. */
const ENOUGH_SECONDS = 0.5;
const ENOUGH_SHARE = 0.02;

async function bar(plan: Plan): Promise<ProgressReport> {
  const { SingleBar } = await import('cli-progress');
  const began = performance.now();
  const total = Math.max(plan.passes, 1);
  const work = new PassCounter();
  const screen = new SingleBar({
    format: '{bar} {percentage}%  {step}  {rest}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    hideCursor: true,
    stopOnComplete: false,
    stream: process.stderr,
  });
  const show = (step: string) => {
    const seconds = (performance.now() - began) / 1000;
    const share = Math.min(work.passes / total, 1);
    const known = seconds > ENOUGH_SECONDS && share > ENOUGH_SHARE && share < 1;
    screen.update(Math.round(share * 1000), {
      step,
      rest: known ? `about ${wholeSeconds((seconds * (1 - share)) / share)} left` : '',
    });
  };
  screen.start(1000, 0, { step: '', rest: '' });
  return {
    onNode(node) {
      work.begin(node);
      show(node.id);
    },
    onProgress(node, done, of) {
      work.advance(done, of);
      show(node.id);
    },
    onFinished(entry) {
      work.finish();
      show(entry.id);
    },
    stop() {
      screen.stop();
    },
  };
}

function wholeSeconds(seconds: number): string {
  return seconds < 59 ? `${Math.ceil(seconds)} s` : formatSeconds(seconds);
}

/** Passes done so far, in parts of one; a step never counts for more than the plan said it would cost. */
class PassCounter {
  #before = 0;
  #planned = 0;
  #whole = 0;
  #part = 0;

  get passes(): number {
    return this.#before + Math.min(this.#whole + this.#part, this.#planned);
  }

  begin({ cost }: PlannedNode): void {
    this.#planned = cost.passes;
    this.#whole = 0;
    this.#part = 0;
  }

  advance(done: number, of: number): void {
    const part = of > 0 ? done / of : 1;
    if (part >= 1) {
      this.#whole++;
      this.#part = 0;
    } else {
      this.#part = part;
    }
  }

  finish(): void {
    this.#before += this.#planned;
    this.#planned = 0;
  }
}
