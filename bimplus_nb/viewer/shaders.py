"""The shaders, put together from glsl/. Each program begins with the files it includes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "glsl"


_VERTEX: Final = {"earth": "cap"}  # whose vertex shader a program has, where it has none of its own


def _program(*names: str) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


def program(name: str) -> dict[str, str]:
    """Vertex and fragment shader of one of the programs below, named as ShaderMaterial does."""
    vertex, fragment = {
        "back": ((), ("back.glsl",)),
        "ground": ((), ("cut.glsl", "light.glsl", "back.glsl")),
        "surface": (("lens.glsl", "texel.glsl"), ("cut.glsl", "light.glsl")),
        "edge": (("lens.glsl", "texel.glsl"), ("cut.glsl",)),
        "outline": (("lens.glsl", "texel.glsl"), ("cut.glsl",)),
        "count": (("texel.glsl",), ("cut.glsl",)),
        "cap": ((), ("cut.glsl",)),
        "earth": ((), ("cut.glsl",)),
    }[name]
    return {
        "vertexShader": _program(*vertex, f"{_VERTEX.get(name, name)}.vert"),
        "fragmentShader": _program(*fragment, f"{name}.frag"),
    }
