"""Writes an event stream of JEOL Analysis Station: sweep after sweep, every line and every pixel with counts marked.

Usage: python3 write-jeol.py FILE SIZE SWEEPS DOSE; DOSE is counts per pixel in all.
"""
import struct
import sys

import numpy as np

CHANNELS = 4096
path = sys.argv[1]
size, sweeps, dose = (int(value) for value in sys.argv[2:])
rng = np.random.default_rng(20250401)
step = 4096 // size


def entry(name, kind=0, value=b"", *children):
    name = name.encode() + b"\0"
    head = b"\x01" + struct.pack("<i", len(name)) + name + struct.pack("<ii", kind, len(value))
    return head + value + b"".join(children) + b"\xff"


def text(name, value, *children):
    return entry(name, 12, value.encode() + b"\0", *children)


def real(name, value):
    return entry(name, 5, struct.pack("<d", value))


def whole(name, value):
    return entry(name, 3, struct.pack("<i", value))


tree = b"\0" * 12 + b"".join(
    [
        entry(
            "PTTD Param",
            0,
            b"",
            entry(
                "Params",
                0,
                b"",
                text("PARAMPAGE1", "EDXRF", entry("Tpl", 0, b"", entry("T4", 0, b"", whole("DigZ", 96)))),
                text(
                    "PARAMPAGE0",
                    "SEM",
                    text("DetT", "detector"),
                    real("ScanSize", 178),
                    real("DirAng", 90),
                    real("ElevAng", 22),
                    real("MnKaRES", 138),
                ),
            ),
        ),
        entry(
            "PTTD Data",
            0,
            b"",
            entry(
                "AnalyzableMap MeasData",
                0,
                b"",
                entry(
                    "Doc",
                    0,
                    b"",
                    real("RealTime", 100),
                    real("DwellTime(msec)", 0.1),
                    whole("Sweep", sweeps),
                    real("CoefA", 0.01),
                    real("CoefB", 0),
                ),
                entry("Meas Cond", 0, b"", text("Tpl", "T4"), text("Pixels", f"{size}x{size}")),
                entry("MeasCond", 0, b"", real("AccKV", 200), whole("Mag", 40000)),
            ),
        ),
        b"\xff",
    ]
)

# A background that falls and a few lines.
energy = np.arange(CHANNELS)
shape = np.exp(-energy / 500.0) + sum(20 * np.exp(-(((energy - at) / 6) ** 2)) for at in (200, 740, 900))
cumulated = np.cumsum(shape / shape.sum())


def sweep_words():
    counts = rng.poisson(dose / sweeps, size=(size, size))
    parts = []
    for y in range(size):
        row = counts[y]
        parts.append(np.array([0x9000 | (y * step)], "<u2"))
        filled = np.flatnonzero(row)
        words = np.empty(len(filled) + int(row.sum()), "<u2")
        starts = np.arange(len(filled)) + np.concatenate([[0], np.cumsum(row[filled])[:-1]]).astype(int)
        marks = np.zeros(len(words), bool)
        marks[starts] = True
        words[marks] = 0x8000 | (filled * step)
        channels = np.searchsorted(cumulated, rng.random(int(row.sum())))
        words[~marks] = 0xB000 | np.minimum(channels, CHANNELS - 1)
        parts.append(words)
    return np.concatenate(parts)


START = 16384
with open(path, "wb") as file:
    file.write(b"\0" * START)
    length = 0
    for _ in range(sweeps):
        words = sweep_words()
        file.write(words.tobytes())
        length += 2 * len(words)
    file.seek(0)
    file.write(struct.pack("<I", 304) + b"PTTDFILE" + struct.pack("<6I", 1, 1, 305, len(tree), START, length))
    file.seek(296)
    file.write(struct.pack("<d", 42832.7))
    file.seek(305)
    file.write(tree)
