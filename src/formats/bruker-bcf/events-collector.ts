import type { EventsBlock } from '../../signal/block.ts';
import { formatError } from '../../signal/errors.ts';

export interface CollectedEvents {
  readonly block: EventsBlock;
  readonly largest: number;
  readonly total: number;
  /** Counts in channels beyond the energy axis, left out of `block`. */
  readonly beyondAxis: number;
}

const NONE = new Uint16Array(0);

/** Collects the counts of a map, pixel after pixel, in arrays that grow with what is found. */
export class EventsCollector {
  private readonly offsets: Uint32Array;
  private readonly channels: number;
  private channel: Uint16Array;
  private count: Uint8Array | Uint16Array | Uint32Array;
  private entries = 0;
  private pixel = -1;
  private largest = 0;
  private beyondAxis = 0;
  /** First entry of the pixel under way. */
  private start = 0;
  private readonly pulses = new Uint16Array(1 << 16);
  private pulseCount = 0;
  private ascending = true;

  constructor(streamBytes: number, pixels: number, channels: number) {
    this.offsets = new Uint32Array(pixels + 1);
    this.channels = channels;
    const guess = Math.max(64, streamBytes >> 1);
    this.channel = new Uint16Array(guess);
    this.count = new Uint8Array(guess);
  }

  open(pixel: number): void {
    this.offsets.fill(this.entries, this.pixel + 1, pixel + 1);
    this.pixel = pixel;
    this.start = this.entries;
  }

  /** Counts of one channel, channels ascending within a pixel. */
  add(channel: number, count: number): void {
    if (channel < this.channels) this.push(channel, count);
    else this.beyondAxis += count;
  }

  /** One photon, in any order; at most 65535 of them before `flushPulses`. */
  pulse(channel: number): void {
    if (channel >= this.channels) {
      this.beyondAxis++;
      return;
    }
    if (this.pulseCount > 0 && channel < this.pulses[this.pulseCount - 1]) this.ascending = false;
    this.pulses[this.pulseCount++] = channel;
  }

  /** Merges the photons into what the pixel has. */
  flushPulses(): void {
    const { pulses, pulseCount, start, entries } = this;
    if (pulseCount === 0) return;
    if (!this.ascending) pulses.subarray(0, pulseCount).sort();
    const channel = entries > start ? this.channel.slice(start, entries) : NONE;
    const count = entries > start ? this.count.slice(start, entries) : NONE;
    this.entries = start;
    let known = 0;
    for (let i = 0; i < pulseCount; ) {
      const photon = pulses[i];
      let end = i + 1;
      while (end < pulseCount && pulses[end] === photon) end++;
      for (; known < channel.length && channel[known] < photon; known++) this.push(channel[known], count[known]);
      const more = known < channel.length && channel[known] === photon ? count[known++] : 0;
      this.push(photon, more + end - i);
      i = end;
    }
    for (; known < channel.length; known++) this.push(channel[known], count[known]);
    this.pulseCount = 0;
    this.ascending = true;
  }

  private push(channel: number, count: number): void {
    if (count > this.largest) this.widen(count);
    if (this.entries === this.channel.length) this.grow();
    this.channel[this.entries] = channel;
    this.count[this.entries++] = count;
  }

  private widen(count: number): void {
    this.largest = count;
    if (count > 0xffffffff)
      throw formatError({
        code: 'bad-pixels',
        what: `a channel holds ${count} counts`,
        expected: 'at most 4294967295',
        fix: 'the file is damaged: copy it again from the instrument',
      });
    const Wide = count < 256 ? Uint8Array : count < 65536 ? Uint16Array : Uint32Array;
    if (Wide.BYTES_PER_ELEMENT <= this.count.BYTES_PER_ELEMENT) return;
    const wide = new Wide(this.count.length);
    wide.set(this.count.subarray(0, this.entries));
    this.count = wide;
  }

  private grow(): void {
    const length = this.entries + (this.entries >> 1) + 64;
    const channel = new Uint16Array(length);
    channel.set(this.channel);
    const Same = this.count.constructor as new (length: number) => typeof this.count;
    const count = new Same(length);
    count.set(this.count);
    this.channel = channel;
    this.count = count;
  }

  finish(): CollectedEvents {
    const { offsets, channels, entries, largest, beyondAxis } = this;
    let total = 0;
    for (let e = 0; e < entries; e++) total += this.count[e];
    offsets.fill(entries, this.pixel + 1);
    const block: EventsBlock = {
      kind: 'events',
      pixels: offsets.length - 1,
      channels,
      offsets,
      channel: this.channel.slice(0, entries),
      count: this.count.slice(0, entries),
    };
    return { block, largest, total, beyondAxis };
  }
}
