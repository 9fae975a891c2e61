"""Leading 20 components of weighted dense counts: float32 Gram matrix, its eigenvectors, scores."""

from pathlib import Path
from sys import path
from time import perf_counter

import numpy as np
from scipy.linalg import eigh

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend, unit_noise_weights  # noqa: E402


def prepare(options):
    counts = np.load(f"{options['folder']}/dense.npy").astype(np.float32)
    channels = counts.shape[1]
    rank = options["components"]

    def run():
        began = perf_counter()
        of_rows, of_columns = unit_noise_weights(
            counts.sum(axis=1, dtype=np.float64), counts.sum(axis=0, dtype=np.float64)
        )
        z = counts * of_rows[:, None]
        z *= of_columns
        gram = (z.T @ z).astype(np.float64)
        squares, vectors = eigh(gram, subset_by_index=[channels - rank, channels - 1])
        z @ vectors[:, ::-1].astype(np.float32)
        return {"seconds": perf_counter() - began, "singularValues": np.sqrt(squares[::-1]).tolist()}

    return run


contend(prepare)
