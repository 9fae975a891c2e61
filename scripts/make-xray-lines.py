#!/usr/bin/env python3
"""Writes src/reference/xray-lines.data.ts and src/reference/mass-attenuation.data.ts from xraylib (BSD licence).

Run with an interpreter that has xraylib (Debian: python3-xraylib):  python3 scripts/make-xray-lines.py

Lines are grouped as an energy-dispersive detector sees them and named in Siegbahn notation: the energy of a group is the
mean of its components weighted by radiative rate. Weights within a family follow from vacancies of the sub-shells
(Bethe ionisation with equal logarithms: number of electrons / edge energy), Coster-Kronig transfer, fluorescence yield
and radiative rate.
"""
import math
import pathlib

import xraylib

VERSION = xraylib.__version__ if hasattr(xraylib, "__version__") else "unknown"
FIRST_Z, LAST_Z = 4, 95
TARGET = pathlib.Path(__file__).resolve().parent.parent / "src" / "reference"

FAMILIES = {
    "K": {"shells": [("K", 2)], "transfers": []},
    "L": {
        "shells": [("L1", 2), ("L2", 2), ("L3", 4)],
        "transfers": [("L1", "L2", "FL12"), ("L1", "L3", "FL13"), ("L2", "L3", "FL23")],
    },
    "M": {
        "shells": [("M1", 2), ("M2", 2), ("M3", 4), ("M4", 4), ("M5", 6)],
        "transfers": [
            (f"M{i}", f"M{j}", f"FM{i}{j}") for i in range(1, 5) for j in range(i + 1, 6)
        ],
    },
}

GROUPS = {
    "K": {"Ka": "KL2 KL3", "Kb": "KM2 KM3 KM4 KM5", "Kb2": "KN2 KN3 KN4 KN5"},
    "L": {
        "La": "L3M4 L3M5",
        "Lb1": "L2M4",
        "Lb2": "L3N4 L3N5",
        "Lb3": "L1M3",
        "Lb4": "L1M2",
        "Lg1": "L2N4",
        "Lg2": "L1N2",
        "Lg3": "L1N3",
        "Ll": "L3M1",
        "Ln": "L2M1",
    },
    "M": {"Ma": "M5N6 M5N7", "Mb": "M4N6", "Mg": "M3N4 M3N5", "Mz": "M5N3", "Mz2": "M4N2", "M2N4": "M2N4"},
}

# What xraylib lacks: energies from J. A. Bearden, Rev. Mod. Phys. 39 (1967) 78; the M radiative rates of La to Eu and the
# M5 yield of La as for the next elements that have them.
SUPPLEMENT_ENERGIES = {
    (4, "KL3"): 0.1085,
    (57, "M5N7"): 0.833,
    (57, "M4N6"): 0.854,
    (63, "M5N7"): 1.131,
    (63, "M4N6"): 1.153,
}
SUPPLEMENT_RATES = {(4, "KL3"): 1.0} | {
    (z, name): rate
    for z in range(57, 64)
    for name, rate in (("M5N7", 0.887), ("M4N6", 0.817), ("M5N3", 0.099), ("M4N2", 0.150))
}
SUPPLEMENT_YIELDS = {(57, "M5"): 0.001067}


def ask(function, *arguments):
    """xraylib raises ValueError for what it has no value for."""
    try:
        return function(*arguments)
    except ValueError:
        return 0.0


def edge(z, shell):
    return ask(xraylib.EdgeEnergy, z, getattr(xraylib, f"{shell}_SHELL"))


def fluorescence_yield(z, shell):
    return ask(xraylib.FluorYield, z, getattr(xraylib, f"{shell}_SHELL")) or SUPPLEMENT_YIELDS.get((z, shell), 0.0)


def transfer(z, name):
    return ask(xraylib.CosKronTransProb, z, getattr(xraylib, f"{name}_TRANS"))


def component(z, name):
    """(energy in keV, radiative rate); zeros where there is no such line."""
    constant = getattr(xraylib, f"{name}_LINE")
    energy = ask(xraylib.LineEnergy, z, constant) or SUPPLEMENT_ENERGIES.get((z, name), 0.0)
    rate = SUPPLEMENT_RATES.get((z, name)) or ask(xraylib.RadRate, z, constant)
    return (energy, rate) if energy > 0 and rate > 0 else (0.0, 0.0)


def emitting_shell(name):
    return name[:1] if name.startswith("K") else name[:2]


def vacancies(z, family):
    """Vacancies per ionisation of the family in each sub-shell, after Coster-Kronig transfer."""
    shells = FAMILIES[family]["shells"]
    made = {name: electrons / edge(z, name) if edge(z, name) > 0 else 0.0 for name, electrons in shells}
    total = sum(made.values())
    if total == 0:
        return {}
    made = {name: value / total for name, value in made.items()}
    for source, target, name in FAMILIES[family]["transfers"]:
        made[target] += made[source] * transfer(z, name)
    return made


def family_lines(z, family):
    """[(line, shell of the strongest component, energy, photons per ionisation of the family)]"""
    made = vacancies(z, family)
    lines = []
    for line, names in GROUPS[family].items():
        parts = []
        for name in names.split():
            energy, rate = component(z, name)
            shell = emitting_shell(name)
            parts.append((made.get(shell, 0.0) * fluorescence_yield(z, shell) * rate, energy, shell))
        photons = sum(part[0] for part in parts)
        if photons > 0:
            mean = sum(p * e for p, e, _ in parts) / photons
            lines.append((line, max(parts)[2], mean, photons))
    return lines


def number(value, digits=5):
    return f"{value:.{digits}g}"


def header(what, units):
    return (
        f"/**\n * {what}\n *\n"
        f" * Made by scripts/make-xray-lines.py from xraylib {VERSION} (T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776;\n"
        f" * BSD-3-Clause licence). {units}\n * Do not edit by hand.\n */\n"
    )


def write_lines():
    edges, families = [], []
    for z in range(FIRST_Z, LAST_Z + 1):
        shells = [name for family in FAMILIES.values() for name, _ in family["shells"]]
        cells = [f"{s}:{number(edge(z, s), 6)}:{number(fluorescence_yield(z, s), 4)}" for s in shells if edge(z, s) > 0]
        edges.append(f"{z} {' '.join(cells)}")
        for family in FAMILIES:
            lines = family_lines(z, family)
            if not lines:
                continue
            alpha = next((photons for name, _, _, photons in lines if name == f"{family}a"), None)
            reference = alpha or max(photons for *_, photons in lines)
            cells = [
                f"{name}:{shell}:{number(energy, 6)}:{number(photons / reference, 4)}"
                for name, shell, energy, photons in lines
                if photons / reference >= 1e-4
            ]
            families.append(f"{z} {family} {number(sum(l[3] for l in lines), 4)} {' '.join(cells)}")
    text = header(
        "X-ray emission lines, absorption edges and fluorescence yields.",
        "Energies in keV.\n *\n * Not in xraylib: the energies of Be Ka, La Ma/Mb and Eu Ma/Mb (J. A. Bearden, Rev. Mod. Phys. 39 (1967) 78) and the M rates\n * of La to Eu, taken as those of Gd.",
    )
    text += "\n/** One element a line: `Z shell:edge energy:fluorescence yield …`. */\n"
    text += "export const EDGES = `\n" + "\n".join(edges) + "\n`;\n"
    text += (
        "\n/**\n * One family a line: `Z family photons-per-ionisation line:shell:energy:weight …`; the weight of the alpha line\n"
        " * (of the strongest line where there is no alpha) is 1.\n */\n"
    )
    text += "export const FAMILIES = `\n" + "\n".join(families) + "\n`;\n"
    (TARGET / "xray-lines.data.ts").write_text(text)


def discontinuities(z, low, high):
    """Energies where the tabulated coefficient jumps up, found by a fine scan and bisection."""
    step = 1.002
    at = low
    while at * step < high:
        below, above = at, at * step
        if xraylib.CS_Total(z, above) > 1.005 * xraylib.CS_Total(z, below):
            for _ in range(30):
                middle = math.sqrt(below * above)
                lower, centre, upper = (xraylib.CS_Total(z, e) for e in (below, middle, above))
                if centre - lower > upper - centre:
                    above = middle
                else:
                    below = middle
            if xraylib.CS_Total(z, above) > 1.005 * xraylib.CS_Total(z, below):
                yield below
        at *= step


def attenuation_nodes(z, low=0.1, high=100.0, per_decade=18):
    """Energies between which log-log interpolation is good to a per cent: a log grid and both sides of every edge."""
    count = round(per_decade * math.log10(high / low))
    nodes = {low * (high / low) ** (i / count) for i in range(count + 1)}
    for at in discontinuities(z, low, high):
        nodes = {node for node in nodes if abs(node / at - 1) > 0.004 or node in (low, high)}
        nodes |= {at * (1 - 1e-6), at * (1 + 1e-6)}
    return sorted(node for node in nodes if low <= node <= high)


def write_attenuation():
    rows = []
    for z in range(1, 93):
        cells = [f"{e:.8g}:{xraylib.CS_Total(z, e):.4g}" for e in attenuation_nodes(z)]
        rows.append(f"{z} {' '.join(cells)}")
    text = header(
        "Total mass attenuation coefficients of the elements, 0.1 to 100 keV.",
        "Energies in keV, coefficients in cm²/g;\n * two nodes at every absorption edge.",
    )
    text += "\n/** One element a line: `Z energy:coefficient …`, energies ascending. */\n"
    text += "export const ATTENUATION = `\n" + "\n".join(rows) + "\n`;\n"
    (TARGET / "mass-attenuation.data.ts").write_text(text)


if __name__ == "__main__":
    write_lines()
    write_attenuation()
