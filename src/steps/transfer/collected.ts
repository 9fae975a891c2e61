import type { PairedStandards } from '../../kernels/index.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { readRow } from '../../signal/block.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import type { StepContext } from '../step.ts';
import { pairsOf } from './instruments.ts';

/** Chosen spectra of a signal, one after the other; channels that are masked are 0 throughout, so that they say nothing. */
export async function collectRows(
  context: StepContext,
  signal: Signal,
  chosen: ArrayLike<number>,
  masked: Uint8Array | undefined = signal.mask.channels,
): Promise<Float64Array> {
  const channels = signal.spectral.size;
  const geometry = signalGeometry(signal);
  const block = await context.collect(signal.source, geometry);
  const out = new Float64Array(chosen.length * channels);
  for (let i = 0; i < chosen.length; i++) {
    const row = readRow(block, chosen[i], out.subarray(i * channels, (i + 1) * channels));
    if (masked) for (let j = 0; j < channels; j++) if (masked[j]) row[j] = 0;
  }
  return out;
}

/** Spectra of a signal that are not masked. */
export const validPixels = (signal: Signal) =>
  Int32Array.from({ length: pixelCount(signal) }, (_, i) => i).filter((i) => !signal.mask.pixels?.[i]);

/** The standards of both instruments, without those that one of them has masked. */
export async function collectPairs(
  context: StepContext,
  slave: Signal,
  master: Signal,
  masked: { readonly slave?: Uint8Array; readonly master?: Uint8Array },
): Promise<PairedStandards> {
  const pairs = pairsOf(slave, master, pixelCount(slave));
  return {
    standards: pairs.length,
    slave: await collectRows(context, slave, pairs, masked.slave),
    from: slave.spectral.size,
    master: await collectRows(context, master, pairs, masked.master),
    to: master.spectral.size,
  };
}
