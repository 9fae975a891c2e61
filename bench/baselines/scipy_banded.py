"""Baselines one spectrum after the other with SciPy's banded Cholesky solver, as pybaselines and most scripts do."""

from pathlib import Path
from sys import path
from time import perf_counter

import numpy as np
from scipy.linalg import solveh_banded
from scipy.special import expit

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend  # noqa: E402


def prepare(options):
    channels = options["channels"]
    settings = options["settings"]
    spectra = np.fromfile(options["file"]).reshape(-1, channels)
    penalty = np.zeros((3, channels))
    penalty[2] = 6
    penalty[2, [0, -1]] = 1
    penalty[2, [1, -2]] = 5
    penalty[1, 1:] = -4
    penalty[1, [1, -1]] = -2
    penalty[0, 2:] = 1
    penalty *= settings["lambda"]
    most = settings["maxIterations"]

    def solve(w, y):
        bands = penalty.copy()
        bands[2] += w
        return solveh_banded(bands, w * y, overwrite_ab=True, overwrite_b=True, check_finite=False)

    def asls(y):
        p = settings["p"]
        w = np.ones(channels)
        for i in range(most):
            z = solve(w, y)
            new = np.where(y > z, p, 1 - p)
            if np.array_equal(new, w):
                break
            w = new
        return z, i + 1

    def arpls(y):
        w = np.ones(channels)
        for i in range(most):
            z = solve(w, y)
            r = y - z
            below = r[r < 0]
            s = below.std(ddof=1)
            new = expit(-2 * (r - (2 * s - below.mean())) / s)
            if np.linalg.norm(new - w) <= 1e-3 * np.linalg.norm(w):
                break
            w = new
        return z, i + 1

    def airpls(y):
        w = np.ones(channels)
        size = np.abs(y).sum()
        for i in range(most):
            z = solve(w, y)
            r = y - z
            below = r < 0
            total = r[below].sum()
            if -total < 1e-3 * size:
                break
            w = np.zeros(channels)
            w[below] = np.exp(min(i + 1, 50) * r[below] / total)
        return z, i + 1

    method = {"asls": asls, "arpls": arpls, "airpls": airpls}[options["method"]]
    out = np.empty_like(spectra)

    def run():
        began = perf_counter()
        systems = 0
        for row, y in enumerate(spectra):
            out[row], count = method(y)
            systems += count
        seconds = perf_counter() - began
        return {"seconds": seconds, "systems": systems, "probes": out.ravel()[options["probes"]].tolist()}

    return run


contend(prepare)
