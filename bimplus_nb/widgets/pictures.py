"""Which bytes are a picture that a page may show. Pure."""

from __future__ import annotations

from typing import Final

MOST: Final = 8 * 2**20
"""Bytes of a picture that is shown."""

_SIDE: Final = 8192  # pixels: a small file can say that it is a huge picture
_SIZES: Final = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # JPEG markers that are followed by a size


def picture(data: bytes) -> str:
    """The media type of a PNG or JPEG that is not too large to be shown, by what is in it; else ""."""
    if len(data) > MOST:
        return ""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR":
        width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
        kind = "image/png"
    elif data[:3] == b"\xff\xd8\xff":
        width, height = _jpeg(data)
        kind = "image/jpeg"
    else:
        return ""
    return kind if 0 < width <= _SIDE and 0 < height <= _SIDE else ""


def _jpeg(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, (0, 0) where it does not say."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _SIZES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if length < 2:
            break
        at += 2 + length
    return 0, 0
