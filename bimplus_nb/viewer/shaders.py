"""The shaders, put together from glsl/. Each program begins with the files it includes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "glsl"


def _program(*names: str) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


def program(name: str) -> dict[str, str]:
    """Vertex and fragment shader of "back", "ground", "surface", "edge" or "outline", named as ShaderMaterial does."""
    vertex, fragment = {
        "back": ((), ("back.glsl",)),
        "ground": ((), ("light.glsl", "back.glsl")),
        "surface": (("lens.glsl", "texel.glsl"), ("cut.glsl", "light.glsl")),
        "edge": (("lens.glsl", "texel.glsl"), ("cut.glsl",)),
        "outline": (("lens.glsl",), ("cut.glsl",)),
    }[name]
    return {
        "vertexShader": _program(*vertex, f"{name}.vert"),
        "fragmentShader": _program(*fragment, f"{name}.frag"),
    }
