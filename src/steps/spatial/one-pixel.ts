import { defineMap } from '../../shapes/shape.ts';
import { type Source, sourceChannels } from '../../signal/source.ts';

/** One pixel of a map: a shape of `spatial.blur`. */
export const onePixel = defineMap<{ readonly pixel: number }>({
  gather: ({ pixel }) => [[pixel, pixel + 1]],
  apply: (_args, [block]) => block,
  example: ({ pixels }) => ({ args: { pixel: pixels - 1 }, kinds: ['events'], pixels: 1 }),
});

/** The row of one pixel, as a source of its own. */
export const onePixelOf = (source: Source, pixel: number): Source => ({
  type: 'mapped',
  map: 'spatial.blur/onePixel',
  args: { pixel },
  parents: [source],
  pixels: 1,
  channels: sourceChannels(source),
  kind: 'dense',
});
