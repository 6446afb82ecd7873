"""``resolution`` and ``aspect_ratio`` as a frame size."""

from __future__ import annotations

import re

from contract import Code, Fields, WorkerError

SHORT_SIDES = {"480p": 480, "720p": 720, "1080p": 1080}
"""Pixels of the shorter side."""

ASPECT_RATIOS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1), "4:5": (4, 5)}

LIMITS = (64, 3840)
"""Pixels of a side given as WxH."""


def read_frame_size(fields: Fields) -> tuple[int, int]:
    """Width and height in pixels, both even (4:2:0 video has no odd ones). An explicit WxH ignores the aspect ratio."""
    resolution = fields.text("resolution", "720p", longest=32)
    aspect = ASPECT_RATIOS[fields.choice("aspect_ratio", ASPECT_RATIOS, "16:9")]
    if resolution in SHORT_SIDES:
        return _named(SHORT_SIDES[resolution], *aspect)
    explicit = re.fullmatch(r"(\d{1,5})x(\d{1,5})", resolution)
    if explicit is None:
        raise fields.wrong("resolution", f"must be one of {', '.join(SHORT_SIDES)}, or WIDTHxHEIGHT")
    width, height = int(explicit[1]), int(explicit[2])
    low, high = LIMITS
    if not (low <= width <= high and low <= height <= high):
        raise WorkerError(Code.INVALID_INPUT, f"resolution {resolution}: each side must have {low} to {high} pixels")
    return width - width % 2, height - height % 2


def _named(short: int, across: int, down: int) -> tuple[int, int]:
    """The size with that shorter side and aspect, the longer side rounded to even: 480p at 16:9 is 854x480."""
    longer = 2 * round(short * max(across, down) / min(across, down) / 2)
    return (longer, short) if across >= down else (short, longer)
