"""HyperSpy's removal of a power law, by its quick path and by least squares; and NumPy's whole-array operations."""

import logging
import warnings
from pathlib import Path
from sys import path
from time import perf_counter

import numpy as np

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend  # noqa: E402

warnings.filterwarnings("ignore")


def two_areas(counts, energies, first, last):
    middle = (first + last) // 2
    one = counts[:, first:middle].sum(axis=1, dtype=np.float64)
    two = counts[:, middle:last].sum(axis=1, dtype=np.float64)
    e1, e2, e3 = energies[first], energies[middle], energies[last - 1] + 1
    r = 2 * np.log(one / two) / np.log(e3 / e1)
    a = (1 - r) * two / (e3 ** (1 - r) - e2 ** (1 - r))
    net = np.zeros(counts.shape)
    logs = np.log(energies[first:])
    model = np.multiply.outer(-r, logs)
    model += np.log(a)[:, None]
    np.exp(model, out=model)
    np.subtract(counts[:, first:], model, out=net[:, first:])
    return net


def prepare(options):
    side, channels, start = options["side"], options["channels"], options["start"]
    counts = np.fromfile(options["file"], np.uint16).reshape(side * side, channels)
    energies = start + np.arange(channels, dtype=np.float64)
    low, high = options["fit"]
    first, last = int(np.ceil(low - start)), int(np.floor(high - start)) + 1
    way = options["way"]
    if way == "numpy":

        def run():
            began = perf_counter()
            net = two_areas(counts, energies, first, last)
            return {"seconds": perf_counter() - began, "probes": net.ravel()[options["probes"]].tolist()}

        return run

    import hyperspy.api as hs
    from hyperspy.signals import EELSSpectrum

    logging.disable(logging.WARNING)
    hs.preferences.General.show_progressbar = False
    rows = options["few"] if way == "least-squares" else side * side
    shape = (rows, channels) if way == "least-squares" else (side, side, channels)

    def run():
        spectra = EELSSpectrum(counts[:rows].reshape(shape).copy())
        axis = spectra.axes_manager.signal_axes[0]
        axis.scale, axis.offset, axis.units = 1.0, start, "eV"
        began = perf_counter()
        net = spectra.remove_background(
            signal_range=(low, high),
            background_type="PowerLaw",
            fast=way == "fast",
            show_progressbar=False,
        )
        seconds = (perf_counter() - began) * (side * side / rows)
        if way == "fast":
            return {"seconds": seconds, "probes": net.data.ravel()[options["probes"]].tolist()}
        return {"seconds": seconds}

    return run


contend(prepare)
