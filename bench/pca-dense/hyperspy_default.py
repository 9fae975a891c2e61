"""HyperSpy's decomposition with Poisson normalisation as it comes: the full singular value decomposition."""

from copy import deepcopy
from pathlib import Path
from sys import path
from time import perf_counter

import hyperspy.api as hs
import numpy as np

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend  # noqa: E402


def prepare(options):
    hs.set_log_level("ERROR")
    hs.preferences.General.show_progressbar = False
    counts = np.load(f"{options['folder']}/dense.npy")
    signal = hs.signals.Signal1D(counts.reshape(*options["shape"]).astype(options["dtype"]))

    def run():
        fresh = deepcopy(signal)
        began = perf_counter()
        fresh.decomposition(True, print_info=False)
        seconds = perf_counter() - began
        variance = fresh.learning_results.explained_variance[: options["components"]]
        return {"seconds": seconds, "singularValues": np.sqrt(variance).tolist()}

    return run


contend(prepare)
