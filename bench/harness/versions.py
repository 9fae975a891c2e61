"""What the peers run on, as JSON: versions, and the BLAS library with the kernels it chose and its threads."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version


def installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def blas():
    import numpy  # noqa: F401 (loads the library that is asked about)

    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return None
    for library in threadpool_info():
        if library["user_api"] == "blas":
            return {
                "library": library["internal_api"],
                "version": library["version"],
                "kernels": library.get("architecture"),
                "threads": library["num_threads"],
            }
    return None


packages = {name: installed(name) for name in ("numpy", "scipy", "scikit-learn", "hyperspy")}
print(json.dumps({"python": platform.python_version(), **packages, "blas": blas() if packages["numpy"] else None}))
