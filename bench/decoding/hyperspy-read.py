"""Usage: python3 hyperspy-read.py FILE. Reads it with HyperSpy's reader, prints what was found and the seconds it took."""
import json
import logging
import platform
import resource
import sys
import time

loading = time.perf_counter()

import hyperspy
import hyperspy.api  # noqa: F401  what a user imports
import numpy as np
from hyperspy.io_plugins import bruker, emd, jeol

logging.disable(logging.WARNING)
path = sys.argv[1]
reader = bruker if path.endswith(".bcf") else jeol if path.endswith(".pts") else emd
started = time.perf_counter()
imports = started - loading
before = time.process_time()
data = reader.file_reader(path)[-1]["data"]
seconds = time.perf_counter() - started
cpu = time.process_time() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
spectrum = sum(plane.sum(axis=0, dtype=np.int64) for plane in data)
unpacking = "compiled" if bruker.fast_unbcf else "Python"
print(
    json.dumps(
        {
            "seconds": seconds,
            "imports": imports,
            "cpu": cpu,
            "peak": peak,
            "shape": data.shape,
            "counts": int(spectrum.sum()),
            "moment": int((spectrum * np.arange(len(spectrum))).sum()),
            "hyperspy": hyperspy.__version__,
            "python": platform.python_version(),
            "unpacking": f"BCF unpacked by {unpacking}, Velox and JEOL by Numba",
        }
    )
)
