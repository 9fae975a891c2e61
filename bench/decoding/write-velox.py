"""Writes a Velox file with one EDS map as the instrument does (chunks of 8192 values, not compressed) and one image.

Usage: python3 write-velox.py FILE HEIGHT WIDTH FRAMES DETECTORS DOSE CHANNELS; DOSE is counts per pixel in all.
"""
import json
import sys

import h5py
import numpy as np

NEXT_PIXEL = 65535

path = sys.argv[1]
height, width, frames, detectors, dose, channels = (int(value) for value in sys.argv[2:])
rng = np.random.default_rng(20250401)
file = h5py.File(path, "w")


def text(name, tree):
    file.create_dataset(name, (1,), dtype=h5py.special_dtype(vlen=bytes))[0] = json.dumps(tree).encode()


def column(name, tree):
    content = json.dumps(tree).encode()
    data = np.zeros((60000, 1), "u1")
    data[: len(content), 0] = np.frombuffer(content, "u1")
    file.create_dataset(name, data=data, chunks=data.shape)


def metadata(detector):
    eds = {f"Detector-{i}": one_detector(i) for i in range(detectors)}
    pixel = {"width": "1e-9", "height": "1e-9"}
    return {
        "Instrument": {"InstrumentClass": "Titan"},
        "Acquisition": {"AcquisitionStartDatetime": {"DateTime": "1718786459"}},
        "Optics": {"AccelerationVoltage": "200000", "CameraLength": "0.1"},
        "Stage": {"Position": {"x": "0", "y": "0", "z": "0"}, "AlphaTilt": "0", "BetaTilt": "0"},
        "Scan": {
            "ScanSize": {"width": str(width), "height": str(height)},
            "ScanArea": {"left": "0", "top": "0", "right": "1", "bottom": "1"},
            "FrameTime": "1",
        },
        "Detectors": eds,
        "BinaryResult": {
            "DetectorIndex": str(detector),
            "Detector": f"SuperX{detector + 1}",
            "PixelSize": pixel,
            "PixelUnitX": "m",
            "PixelUnitY": "m",
            "Offset": {"x": "0", "y": "0"},
        },
        "CustomProperties": {"StemMagnification": {"type": "double", "value": "320000"}},
    }


def one_detector(i):
    return {
        "DetectorName": f"SuperX{i + 1}",
        "DetectorType": "AnalyticalDetector",
        "Dispersion": "5",
        "OffsetEnergy": "-250",
        "ElevationAngle": "0.314",
    }


def cumulative_spectrum():
    x = np.arange(channels) / channels
    spectrum = np.exp(-5 * x)
    for line in (0.03, 0.04, 0.1, 0.22, 0.31, 0.34, 0.44):
        spectrum += 20 * np.exp(-(((x - line) * 200) ** 2))
    return np.cumsum(spectrum) / spectrum.sum()


cumulative = cumulative_spectrum()


def frame():
    photons = rng.poisson(dose / frames / detectors, height * width)
    ends = np.cumsum(photons + 1)
    stream = np.searchsorted(cumulative, rng.random(ends[-1])).astype("u2")
    stream[ends - 1] = NEXT_PIXEL
    return stream


text("Version", {"version": "10", "format": "Velox"})
for group in ("Features", "Operations", "Presentation/Displays/ImageDisplay"):
    file.create_group(group)
image = "Data/Image/" + "a" * 32
file.create_dataset(f"{image}/Data", data=np.ones((height, width, 1), "u2"), chunks=(height, width, 1))
column(f"{image}/Metadata", metadata(0))
text("Data/SpectrumImage/" + "b" * 32 + "/SpectrumImageSettings", {"startFramePosition": "1", "endFramePosition": str(frames)})
for detector in range(detectors):
    group = f"Data/SpectrumStream/{detector:032x}"
    parts = [frame() for _ in range(frames)]
    starts = np.cumsum([0] + [len(part) for part in parts[:-1]]).astype("u8")
    # No end behind the last pixel.
    stream = np.concatenate(parts)[:-1]
    file.create_dataset(f"{group}/Data", data=stream[:, None], chunks=(8192, 1), maxshape=(None, 1))
    file.create_dataset(f"{group}/FrameLocationTable", data=starts[:, None], chunks=(8192, 1), maxshape=(None, 1))
    column(f"{group}/Metadata", metadata(detector))
    raster = {"Width": str(width), "Height": str(height)}
    settings = {"encoding": "uint16", "bincount": str(channels), "StreamEncoding": "uint16", "RasterScanDefinition": raster}
    text(f"{group}/AcquisitionSettings", settings)
file.close()
