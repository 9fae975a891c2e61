"""Dense counts into compressed rows: blocks of a memory map, their non-zero places and values, written as arrays."""

import sys

import numpy as np

ROWS = 8192

path, pixels, channels, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
dense = np.memmap(path, dtype=np.uint8, mode="r", shape=(pixels, channels))
offsets = np.zeros(pixels + 1, dtype=np.uint32)
channel, count = [], []
for start in range(0, pixels, ROWS):
    block = np.asarray(dense[start : start + ROWS]).ravel()
    places = np.flatnonzero(block)
    row, column = np.divmod(places, channels)
    offsets[start + 1 : start + 1 + len(block) // channels] = np.bincount(row, minlength=len(block) // channels)
    channel.append(column.astype(np.uint16))
    count.append(block[places])
np.cumsum(offsets, out=offsets)
for name, array in {"offsets": offsets, "channel": np.concatenate(channel), "count": np.concatenate(count)}.items():
    np.save(f"{out}/{name}.npy", array)
