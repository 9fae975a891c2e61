"""Leading 20 components of the weighted map by scikit-learn's randomised TruncatedSVD on compressed rows, as it comes."""

from pathlib import Path
from sys import path
from time import perf_counter

from sklearn.decomposition import TruncatedSVD

path.insert(0, str(Path(__file__).parent.parent / "harness"))
from contender import contend, sparse_counts, weighted  # noqa: E402


def prepare(options):
    counts = sparse_counts(options["folder"], options["channels"])

    def run():
        began = perf_counter()
        svd = TruncatedSVD(n_components=options["components"], random_state=0)
        svd.fit_transform(weighted(counts))
        return {"seconds": perf_counter() - began, "singularValues": svd.singular_values_.tolist()}

    return run


contend(prepare)
