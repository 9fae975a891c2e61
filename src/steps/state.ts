import type { BlockKind } from '../signal/block.ts';
import type { Signal } from '../signal/signal.ts';
import type { Origin, ProductKind } from './products.ts';

/** What is known of a signal before any data are read. */
export type SignalState = Omit<Signal, 'source' | 'history' | 'metadata'> & {
  /** How its values will be held. */
  readonly storage: BlockKind;
  /** Stored entries per pixel where known (events), else the number of channels. */
  readonly entriesPerPixel: number;
};

/** What is known of any other product: what it describes and how big it is. */
export interface ResultState {
  readonly product: Exclude<ProductKind, 'signal'>;
  readonly of: SignalState;
  readonly rank?: number;
}

export type State = SignalState | ResultState;

export function signalState(signal: Signal): SignalState {
  const { source, history: _history, metadata: _metadata, ...rest } = signal;
  if (source.type === 'memory' && source.block.kind === 'events') {
    const { offsets, pixels } = source.block;
    const entriesPerPixel = pixels ? (offsets[pixels] - offsets[0]) / pixels : 0;
    return { ...rest, storage: 'events', entriesPerPixel };
  }
  if (source.type === 'stored') {
    return { ...rest, storage: source.kind, entriesPerPixel: source.pixels ? source.entries / source.pixels : 0 };
  }
  const storage = source.type === 'memory' ? source.block.kind : source.kind;
  return { ...rest, storage, entriesPerPixel: signal.spectral.size };
}

export function describedSignal(state: State): SignalState {
  return state.product === 'signal' ? state : state.of;
}

export type { Origin };
