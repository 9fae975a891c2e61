import type { RunEvents } from '../index.ts';
import type { AnyResult, ReportInput } from '../report/index.ts';

/** Modules of which a run has no need before its end. */
export const loadReport = () => import('../report/index.ts');

export interface FiguresAhead {
  /** To be told to the run in place of those it was made from, which are told in turn. */
  readonly events: RunEvents;
  /** What there was time for. */
  drawn(): Promise<ReportInput['drawn']>;
  stop(): void;
}

/** Figures of what is found by then are drawn while the lanes are busy with the last step. */
export function figuresAhead(listener: RunEvents): FiguresAhead {
  const results: AnyResult[] = [];
  const enough = new AbortController();
  let drawing: Promise<ReportInput['drawn']> = Promise.resolve(undefined);
  return {
    events: {
      ...listener,
      onNode(node, index, total) {
        listener.onNode?.(node, index, total);
        if (index < total - 1) return;
        drawing = loadReport().then(({ drawAhead }) => drawAhead(results, enough.signal));
        // A figure that cannot be drawn is met again when the report is written.
        drawing = drawing.catch(() => undefined);
      },
      onFinished(entry, node, product) {
        listener.onFinished?.(entry, node, product);
        results.push({ node, product });
      },
    },
    drawn() {
      enough.abort();
      return drawing;
    },
    stop: () => enough.abort(),
  };
}
