"""Reads a map by runs of lines with h5py or NumPy: seconds of the reading alone, processor time, and the sum of what was read."""

from pathlib import Path
from sys import path
from time import perf_counter, process_time

import numpy as np

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend  # noqa: E402


def opened(options):
    """A function that gives lines [start, end) as an array of its own."""
    kind, file, shape = options["kind"], options["path"], tuple(options["shape"])
    height, width, channels = shape
    if kind == "h5py":
        import h5py

        data = h5py.File(file)["Experiments/__unnamed__/data"]
        return lambda start, end: data[start:end]
    if kind == "memmap":
        data = np.memmap(file, dtype=np.uint16, mode="r", offset=options["offset"], shape=shape)
        return lambda start, end: np.array(data[start:end])
    if kind == "planes":
        data = np.memmap(file, dtype=np.uint16, mode="r", offset=options["offset"], shape=(channels, height, width))
        return lambda start, end: np.ascontiguousarray(np.moveaxis(data[:, start:end], 0, 2))
    line = width * channels

    def from_file(start, end):
        offset = options["offset"] + 2 * start * line
        return np.fromfile(file, dtype=np.uint16, count=(end - start) * line, offset=offset)

    return from_file


def prepare(options):
    height, lines = options["shape"][0], options["lines"]

    def run():
        spent = {"seconds": 0.0, "cpu": 0.0}

        def timed(work, *args):
            began, began_cpu = perf_counter(), process_time()
            result = work(*args)
            spent["seconds"] += perf_counter() - began
            spent["cpu"] += process_time() - began_cpu
            return result

        total = 0.0
        read = timed(opened, options)
        for start in range(0, height, lines):
            block = timed(read, start, min(height, start + lines))
            total += float(block.sum(dtype=np.float64))
        return {**spent, "hashes": {"sum": total}}

    return run


if __name__ == "__main__":
    contend(prepare)
