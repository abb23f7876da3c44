"""The colours of the viewer: two themes, the classes and ramps of a legend, and what file colours become.

Hues are from the families of Okabe and Ito (https://jfly.uni-koeln.de/color/) and ColorBrewer, muted. Any two of the
categories and any two steps of a ramp stay apart also for readers who lack one kind of cone; tests simulate it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CATEGORIES: Final = ("#2e70b7", "#c87f21", "#2cad82", "#683761", "#acccf2", "#ead164", "#a5482d", "#737881")
OTHER: Final = CATEGORIES[-1]
MISSING: Final = "#bfc0bf"

# From low to high.
RAMPS: Final = {
    "blue": ("#e3ebf8", "#a3c7e8", "#5c9bd0", "#2468ab", "#0a2f66"),
    "heat": ("#fdedbd", "#f4ae57", "#d9653b", "#9c2c3a", "#4a1233"),
    "sea": ("#33204f", "#3c5488", "#2d8e92", "#7fc06a", "#f6e68c"),
    "orange-blue": ("#9a4a06", "#e29a4a", "#f3efe6", "#6f9fcf", "#1d4f91"),
}
SEQUENTIAL: Final = "blue"
ORDERED: Final = "sea"
DIVERGING: Final = "orange-blue"

# Below this alpha (of 255) a part is glass: seen through, drawn after everything else.
GLASS_BELOW: Final = 230


def rgb(color: str) -> tuple[float, float, float]:
    """Red, green and blue of "#rrggbb", each 0 to 1."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _theme(**values: Any) -> dict[str, float | list[float]]:
    """Uniform values: "#rrggbb" as three numbers, ("#rrggbb", alpha) as four, numbers as they are."""

    def value(given: Any) -> float | list[float]:
        if isinstance(given, str):
            return list(rgb(given))
        if isinstance(given, tuple) and isinstance(given[0], str):
            return [*rgb(given[0]), given[1]]
        return list(given) if isinstance(given, tuple) else float(given)

    return {name: value(given) for name, given in values.items()}


# Names are those of the uniforms in glsl/. Light colours are linear, all others are as they appear on the screen.
THEMES: Final[dict[str, dict[str, float | list[float]]]] = {
    "light": _theme(
        backTop="#dfe6ee",
        backBottom="#fbfbfa",
        groundColor="#efeeeb",
        skyLight=(0.68, 0.79, 0.95),
        bounceLight=(0.54, 0.48, 0.42),
        sunLight=(1.0, 0.955, 0.88),
        ambient=0.78,
        key=0.95,
        edgeColor=("#20262e", 0.62),
        ghostColor="#5a7690",
        selectColor="#1769e0",
        lineColor="#0b4fc4",
        haloColor="#ffffff",
        capColor="#343a43",
        hatchColor="#59616c",
        seamColor="#0d0f12",
        earthColor="#c3b9a6",
    ),
    "dark": _theme(
        backTop="#12151b",
        backBottom="#2c323b",
        groundColor="#3a414b",
        skyLight=(0.60, 0.72, 0.92),
        bounceLight=(0.40, 0.38, 0.40),
        sunLight=(1.0, 0.93, 0.82),
        ambient=0.52,
        key=0.80,
        edgeColor=("#05070a", 0.75),
        ghostColor="#9fb8cf",
        selectColor="#35c2ff",
        lineColor="#7fdcff",
        haloColor="#04121c",
        capColor="#cf6a43",
        hatchColor="#e58d68",
        seamColor="#ffe3d6",
        earthColor="#4a4642",
    ),
}


def calm(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours of a file as the viewer shows them: (p, 4) uint8 RGBA -> (p, 3) uint8.

    Muted and never quite black, so that light and shade stay readable on them. Plain mid grey, which most programs
    write where nobody chose a colour, becomes the off-white of a plaster model; dark grey stays what it is.
    """
    full = color[:, :3].astype(np.float64) / 255
    most = full.max(axis=1, keepdims=True)
    chroma = most - full.min(axis=1, keepdims=True)
    saturation = chroma / np.maximum(most, 1 / 255)
    muted = saturation / (1 + 2.2 * saturation)
    hue = (most - full) / np.maximum(chroma, 1e-9)
    lightest = np.maximum(0.10 + 0.86 * most, 0.60 * saturation)
    out = lightest * (1 - hue * muted)
    plaster = np.array([1.0, 0.984, 0.955]) * (0.81 + 0.14 * most)
    plain = np.clip((most - 0.30) / 0.15, 0, 1) * np.clip(1 - chroma / 0.05, 0, 1)
    return np.asarray(np.round((out + (plaster - out) * plain) * 255), np.uint8)


def stops(palette: str | Sequence[str]) -> tuple[str, ...]:
    """The colours of a palette, "#rrggbb": a name of `RAMPS`, with "-" before it the other way round, or colours.

    Raises ValueError for an unknown name, for what is no colour, and for no colours at all.
    """
    if isinstance(palette, str):
        named = RAMPS.get(palette.removeprefix("-"))
        if named is None:
            names = ", ".join(f'"{name}"' for name in RAMPS)
            raise ValueError(f'a palette is one of {names}, or a list of "#rrggbb"; not {palette[:60]!r}')
        return named[::-1] if palette.startswith("-") else named
    if not palette:
        raise ValueError("a palette needs at least one colour")
    return tuple(color(one) for one in palette)


def color(given: object) -> str:
    """ "#rrggbb" in small letters; raises ValueError if it is none."""
    if not is_color(given):
        raise ValueError(f'a colour is written "#rrggbb", not {str(given)[:60]!r}')
    return str(given).lower()


def is_color(given: object) -> bool:
    """Whether this is "#rrggbb"."""
    return isinstance(given, str) and len(given) == 7 and given[0] == "#" and not set(given[1:].lower()) - _HEX


_HEX: Final = set("0123456789abcdef")


def ramp(share: NDArray[np.float64], colors: Sequence[str] = RAMPS[SEQUENTIAL]) -> NDArray[np.uint8]:
    """The colours between `colors` at 0 to 1, in 256 steps: (n,) -> (n, 3) uint8."""
    at = np.linspace(0, len(colors) - 1, 256)
    table = np.stack([np.interp(at, range(len(colors)), stop) for stop in np.array([rgb(one) for one in colors]).T], 1)
    return np.asarray(np.round(table * 255).astype(np.uint8)[np.round(share * 255).astype(np.intp)])


def hexed(color: NDArray[np.uint8]) -> str:
    """(3,) uint8 as "#rrggbb"."""
    return "#" + bytes(color[:3]).hex()
