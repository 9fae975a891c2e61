"""Leading 20 components of the weighted map: float32 Gram matrix from dense blocks, its eigenvectors, scores."""

from pathlib import Path
from sys import path
from time import perf_counter

import numpy as np
from scipy.linalg import eigh

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend, sparse_counts, weighted  # noqa: E402

ROWS = 8192


def leading_components(counts, rank):
    z = weighted(counts)
    pixels, channels = z.shape
    gram = np.zeros((channels, channels), dtype=np.float32)
    dense = np.empty((min(ROWS, pixels), channels), dtype=np.float32)
    for start in range(0, pixels, ROWS):
        block = z[start : start + ROWS]
        rows = dense[: block.shape[0]]
        block.toarray(out=rows)
        gram += rows.T @ rows
    squares, vectors = eigh(gram.astype(np.float64), subset_by_index=[channels - rank, channels - 1])
    vectors = vectors[:, ::-1]
    scores = z @ vectors.astype(np.float32)
    return np.sqrt(squares[::-1]), vectors, scores


def prepare(options):
    counts = sparse_counts(options["folder"], options["channels"])

    def run():
        began = perf_counter()
        values, _, _ = leading_components(counts, options["components"])
        return {"seconds": perf_counter() - began, "singularValues": values.tolist()}

    return run


if __name__ == "__main__":
    contend(prepare)
