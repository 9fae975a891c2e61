"""PDS the straightforward way: a pseudo-inverse for each window, a matrix of channels by channels, one product."""

from pathlib import Path
from sys import path
from time import perf_counter

import numpy as np

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend  # noqa: E402


def prepare(options):
    channels, half = options["channels"], options["halfWidth"]

    def read(name):
        return np.fromfile(f"{options['folder']}/{name}.bin").reshape(-1, channels)

    slave, master, spectra = read("slave"), read("master"), read("spectra")

    def run():
        began = perf_counter()
        x, y = slave - slave.mean(0), master - master.mean(0)
        transfer = np.zeros((channels, channels))
        for j in range(channels):
            window = slice(max(0, j - half), j + half + 1)
            transfer[window, j] = np.linalg.pinv(x[:, window], rcond=1e-7) @ y[:, j]
        fit = perf_counter() - began
        began = perf_counter()
        copy = spectra.copy()
        copied = perf_counter() - began
        offset = master.mean(0) - slave.mean(0) @ transfer
        began = perf_counter()
        np.matmul(spectra, transfer, out=copy)
        copy += offset
        seconds = perf_counter() - began
        probes = [float(copy.flat[at]) for at in options["probes"]]
        return {"seconds": seconds, "fit": fit, "copy": copied, "probes": probes}

    return run


contend(prepare)
