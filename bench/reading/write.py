"""Usage: python3 write.py DIR HEIGHT WIDTH CHANNELS. The maps that are read, in DIR; dm4-head is there already."""

import logging
import sys
from pathlib import Path

import numpy as np

logging.disable(logging.WARNING)
import hyperspy.api as hs  # noqa: E402

folder, height, width, channels = Path(sys.argv[1]), *map(int, sys.argv[2:5])
rng = np.random.default_rng(1)
energy = np.arange(channels)
spectrum = 1000 * np.exp(-energy / 400) + 200 * np.exp(-0.5 * ((energy - 900) / 30) ** 2) + 20

eels = rng.poisson(np.broadcast_to(spectrum, (height // 2, width, channels))).astype(np.float32)
hs.signals.EELSSpectrum(eels).save(folder / "eels.hspy", overwrite=True)
del eels

eds = rng.poisson(np.broadcast_to(spectrum / spectrum.sum() * 200, (height, width, channels))).astype(np.uint16)
signal = hs.signals.EDSTEMSpectrum(eds)
signal.save(folder / "eds.hspy", overwrite=True)
signal.save(folder / "shuffled.hspy", overwrite=True, compression=None)
signal.save(folder / "plain.hspy", overwrite=True, compression=None, shuffle=False)

np.save(folder / "map.npy", eds)
eds.tofile(folder / "map.raw")
header = {
    "key": "value",
    "width": width,
    "height": height,
    "depth": channels,
    "offset": 0,
    "data-length": 2,
    "data-type": "unsigned",
    "byte-order": "little-endian",
    "record-by": "vector",
}
(folder / "map.rpl").write_text("".join(f"{key}\t{value}\n" for key, value in header.items()))
with open(folder / "map.dm4", "wb") as file:
    file.write((folder / "dm4-head").read_bytes())
    np.ascontiguousarray(np.moveaxis(eds, 2, 0)).tofile(file)
