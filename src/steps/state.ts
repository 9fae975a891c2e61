import { type BlockKind, blockBytes } from '../signal/block.ts';
import type { Signal } from '../signal/signal.ts';
import type { Origin, ProductKind } from './products.ts';

/** What is known of a signal before any data are read. */
export type SignalState = Omit<Signal, 'source' | 'history' | 'metadata'> & {
  /** How its values will be held. */
  readonly storage: BlockKind;
  /** Bytes of its values in memory; 0 where they are read or made when needed. */
  readonly held: number;
  /** Bytes of a pixel where rows are read from a file; 0 where they are not. */
  readonly read: number;
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
  const channels = signal.spectral.size;
  if (source.type === 'stored') {
    const { kind, entries, pixels, bytes } = source;
    const perPixel = (total: number) => (pixels ? total / pixels : 0);
    return { ...rest, storage: kind, entriesPerPixel: perPixel(entries), held: 0, read: perPixel(bytes) };
  }
  if (source.type === 'mapped') return { ...rest, storage: source.kind, entriesPerPixel: channels, held: 0, read: 0 };
  const { block } = source;
  const entries = block.kind === 'events' ? block.offsets[block.pixels] - block.offsets[0] : block.pixels * channels;
  const entriesPerPixel = block.pixels ? entries / block.pixels : 0;
  return { ...rest, storage: block.kind, entriesPerPixel, held: blockBytes(block), read: 0 };
}

export function describedSignal(state: State): SignalState {
  return state.product === 'signal' ? state : state.of;
}

export type { Origin };
