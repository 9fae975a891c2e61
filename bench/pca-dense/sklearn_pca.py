"""Leading 20 components of weighted dense counts by scikit-learn: randomised PCA, or randomised SVD without centring."""

from pathlib import Path
from sys import path
from time import perf_counter

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend, unit_noise_weights  # noqa: E402


def prepare(options):
    dtype = options["dtype"]
    counts = np.load(f"{options['folder']}/dense.npy").astype(dtype)
    rank = options["components"]

    def run():
        began = perf_counter()
        of_rows, of_columns = unit_noise_weights(
            counts.sum(axis=1, dtype=np.float64), counts.sum(axis=0, dtype=np.float64)
        )
        z = counts * of_rows[:, None].astype(dtype)
        z *= of_columns.astype(dtype)
        if options["centred"]:
            model = PCA(n_components=rank, svd_solver="randomized", random_state=0)
        else:
            model = TruncatedSVD(n_components=rank, random_state=0)
        model.fit_transform(z)
        seconds = perf_counter() - began
        facts = {"seconds": seconds}
        if not options["centred"]:
            facts["singularValues"] = model.singular_values_.tolist()
        return facts

    return run


contend(prepare)
