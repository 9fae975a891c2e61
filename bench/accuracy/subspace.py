"""Largest principal angle (degrees) between the true spectra and the top right singular vectors of a weighted matrix."""

import sys

import numpy as np

folder, m, n, k, found = sys.argv[1], *map(int, sys.argv[2:6])
z = np.fromfile(f"{folder}/z.f64").reshape(m, n)
truth, _ = np.linalg.qr(np.fromfile(f"{folder}/t.f64").reshape(n, k))
_, _, vt = np.linalg.svd(z, full_matrices=False)
cosines = np.linalg.svd(truth.T @ vt[:found].T, compute_uv=False)
print(np.degrees(np.arccos(np.clip(cosines.min(), -1, 1))))
