"""One side of a comparison, as a process: prepares once, then answers every line with one run, as a line of JSON.

`prepare` gets the options the bench was given and returns the run: a function whose answer holds the `seconds` of the
computation alone, and whatever else the bench wants to know.
"""

import json
import sys

import numpy as np


def contend(prepare):
    run = prepare(json.loads(sys.argv[1]))
    answer({"ready": True})
    for line in sys.stdin:
        if line.strip() == "end":
            break
        answer(run())


def answer(facts):
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def sparse_counts(folder, channels):
    """The map as offsets, channel numbers and counts of each pixel, in SciPy's compressed rows."""
    from scipy.sparse import csr_matrix

    offsets = np.load(f"{folder}/offsets.npy").astype(np.int32)
    channel = np.load(f"{folder}/channel.npy").astype(np.int32)
    count = np.load(f"{folder}/count.npy").astype(np.float32)
    return csr_matrix((count, channel, offsets), shape=(len(offsets) - 1, channels))


def unit_noise_weights(rows, columns):
    """Keenan & Kotula 2004: factors of the rows and of the columns that give counts unit noise; 0 where there are none."""
    total = rows.sum()
    with np.errstate(divide="ignore"):
        of_rows = np.where(rows > 0, np.sqrt(total / rows), 0)
        of_columns = np.where(columns > 0, 1 / np.sqrt(columns), 0)
    return of_rows.astype(np.float32), of_columns.astype(np.float32)


def weighted(counts):
    """Compressed rows with unit noise."""
    from scipy.sparse import csr_matrix

    of_rows, of_columns = unit_noise_weights(
        np.asarray(counts.sum(axis=1), dtype=np.float64).ravel(),
        np.asarray(counts.sum(axis=0), dtype=np.float64).ravel(),
    )
    values = counts.data * np.repeat(of_rows, np.diff(counts.indptr))
    values *= of_columns[counts.indices]
    return csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)
