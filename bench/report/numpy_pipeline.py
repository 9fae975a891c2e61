"""A phase map the straightforward way: weighted Gram matrix, four components, k-means; arrays of the map are written."""

import sys
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans

for folder in ("harness", "pca-sparse"):
    sys.path.insert(0, str(Path(__file__).parent.parent / folder))
from contender import sparse_counts  # noqa: E402
from numpy_gram import leading_components  # noqa: E402

PHASES = 4

source, channels, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
counts = sparse_counts(source, channels)
values, vectors, scores = leading_components(counts, 20)
# One start, as scikit-learn chooses since 1.4; ten in this version would take longer.
labels = KMeans(n_clusters=PHASES, n_init=1, random_state=0).fit_predict(scores[:, :PHASES])
spectra = np.stack([np.asarray(counts[labels == phase].mean(axis=0)).ravel() for phase in range(PHASES)])
for name, array in {"labels": labels, "spectra": spectra, "scores": scores, "vectors": vectors, "values": values}.items():
    np.save(f"{out}/{name}.npy", array)
