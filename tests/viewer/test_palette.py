"""Colours that are to be told apart can be, also by readers who lack one kind of cone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from bimplus_nb.viewer.palette import CATEGORIES, MISSING, OTHER, RAMPS, is_color, ramp, rgb, stops

Floats = NDArray[np.float64]

# Linear sRGB as it is seen: Machado, Oliveira and Fernandes 2009, severity 1.0.
# https://www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/CVD_Simulation.html
SEEN = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(color: Floats) -> Floats:
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


def lab(colors: Floats, seen: str = "all cones") -> Floats:
    """CIE L*a*b* (D65) of (n, 3) sRGB, 0 to 1, as somebody sees it."""
    light = np.clip(linear(colors) @ SEEN[seen].T, 0, 1)
    x, y, z = (light @ TO_XYZ.T / TO_XYZ.sum(axis=1)).T
    fx, fy, fz = (np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116) for t in (x, y, z))
    return np.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)], axis=1)


def difference(one: Floats, other: Floats) -> float:
    """CIEDE2000 of two L*a*b*; about 2 is the least that is seen side by side. Sharma, Wu and Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    wave = 1 + sum(share * np.cos(np.radians(times * hue + at)) for share, times, at in waves)
    dl = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * wave)
    rotation = 2 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    rotation *= -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh))


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_measure_is_the_published_one(one: tuple, other: tuple, known: float) -> None:
    assert difference(np.array(one), np.array(other)) == pytest.approx(known, abs=1e-4)


@pytest.mark.parametrize("seen", SEEN)
def test_any_two_categories_stay_apart(seen: str) -> None:
    assert CATEGORIES[-1] == OTHER
    seen_as = lab(np.array([rgb(one) for one in (*CATEGORIES, MISSING)]), seen)
    closest = min(difference(*pair) for pair in itertools.combinations(seen_as, 2))
    assert closest > 14


def test_the_simulation_finds_what_it_should() -> None:
    """Red and green of the same lightness, which a palette must not have."""
    red, green = np.array([[0.72, 0.33, 0.20]]), np.array([[0.45, 0.50, 0.15]])
    normal = difference(lab(red)[0], lab(green)[0])
    assert normal > 30
    assert difference(lab(red, "deuteranopia")[0], lab(green, "deuteranopia")[0]) < normal / 2


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("name", RAMPS)
def test_steps_of_a_ramp_stay_apart(name: str, seen: str) -> None:
    for steps, least in ((5, 11), (8, 6)):
        seen_as = lab(ramp(np.linspace(0, 1, steps), RAMPS[name]) / 255, seen)
        assert min(difference(*pair) for pair in itertools.combinations(seen_as, 2)) > least, steps


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("name", RAMPS)
def test_no_value_is_not_mistaken_for_a_shade(name: str, seen: str) -> None:
    grey = lab(np.array([rgb(MISSING)]), seen)[0]
    assert min(difference(grey, one) for one in lab(ramp(np.linspace(0, 1, 64), RAMPS[name]) / 255, seen)) > 6


@pytest.mark.parametrize("name", ["blue", "heat", "sea"])
def test_a_ramp_goes_one_way(name: str) -> None:
    lightness = lab(ramp(np.linspace(0, 1, 64), RAMPS[name]) / 255)[:, 0]
    assert (np.sign(np.diff(lightness)) == np.sign(lightness[-1] - lightness[0])).all()


def test_names_and_colours() -> None:
    assert stops("-blue") == RAMPS["blue"][::-1]
    assert stops(["#ABCDEF"]) == ("#abcdef",)
    assert is_color("#0a0b0C")
    for wrong in ("#0a0b0", "0a0b0cd", "#0a0b0g", "#0a0b 0", None, 7, "#١٢٣٤٥٦"):
        assert not is_color(wrong)
