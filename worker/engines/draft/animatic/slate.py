"""The slate over the picture: a DRAFT tag, what was read from the prompt, the prompt itself, and a line of time.

All type stands at the top: the bottom belongs to captions.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from engines.draft.animatic.typeface import Typeface, clean, reads_leftwards, wrap
from engines.draft.animatic.words import Reading

YELLOW = (255, 198, 26, 240)
INK = (22, 17, 0, 255)
WHITE = (255, 255, 255, 244)
PALE = (255, 255, 255, 205)

# For a picture whose shorter side has 720 pixels.
TAG_TOP, TAG_TALL = 30, 29


class Slate:
    """Laid over finished frames of one size; only the band that holds type is touched."""

    def __init__(self, prompt: str, reading: Reading, duration: float, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._unit = min(width, height) / 720
        page = self._page(clean(prompt), reading, duration)
        self._band = _Band(page, np.flatnonzero(page[..., 3].max(axis=1)))

    def draw(self, frame: np.ndarray, share: float) -> None:
        """Onto the frame (BGR uint8), in place, at the ``share`` (0 to 1) of its time."""
        self._band.lay(frame)
        thick = max(2, round(4 * self._unit))
        frame[-thick:, : round(self._width * share)] = YELLOW[2::-1]

    def _page(self, prompt: str, reading: Reading, duration: float) -> np.ndarray:
        """RGBA of the whole frame."""
        unit, width, height = self._unit, self._width, self._height
        margin = round(36 * unit)
        face = Typeface(25 * unit, "SemiBold")
        lines = wrap(prompt, face, width - 2 * margin, 2 if width >= height else 3) if prompt else []
        step = round(face.size * 1.32)
        page = Image.new("RGBA", (width, height))
        first = round(TAG_TOP * unit + TAG_TALL * unit + 1.5 * face.size)
        self._shade(page, round((first + len(lines) * step) * 1.3))
        for index, line in enumerate(lines):
            baseline = first + index * step
            left = width - margin - face.width(line) if reads_leftwards(prompt) else margin
            face.draw(page, left, baseline, line, WHITE)
        self._tag(page, margin, reading, duration)
        return np.asarray(page)

    def _tag(self, page: Image.Image, margin: int, reading: Reading, duration: float) -> None:
        unit = self._unit
        face = Typeface(16 * unit, "Bold")
        top, tall, pad = round(TAG_TOP * unit), round(TAG_TALL * unit), round(12 * unit)
        right = margin + round(face.width("DRAFT")) + 2 * pad
        ImageDraw.Draw(page).rounded_rectangle((margin, top, right, top + tall), round(8 * unit), fill=YELLOW)
        baseline = top + round(tall * 0.5 + face.size * 0.36)
        face.draw(page, margin + pad, baseline, "DRAFT", INK)
        words = [reading.camera.replace("_", " "), reading.place, reading.time, reading.weather, f"{duration:g} s"]
        text = "  ·  ".join(word for word in words if word)
        light = Typeface(16 * unit, "Medium")
        if right + pad + light.width(text) <= self._width - margin:
            light.draw(page, right + round(14 * unit), baseline, text, PALE)

    def _shade(self, page: Image.Image, tall: int) -> None:
        """A soft darkening from the top, so that white type reads on any picture."""
        ramp = np.linspace(1, 0, tall) ** 1.5 * 165
        column = Image.fromarray(ramp.astype(np.uint8)[:, None])
        page.paste((0, 0, 0, 255), (0, 0), column.resize((self._width, tall)))


class _Band:
    """Some rows of the page, ready to be blended."""

    def __init__(self, page: np.ndarray, rows: np.ndarray) -> None:
        self._rows = slice(int(rows[0]), int(rows[-1]) + 1)
        part = page[self._rows].astype(np.float32)
        alpha = part[..., 3:] / 255
        self._ink = np.ascontiguousarray((part[..., 2::-1] * alpha).round().astype(np.uint8))
        self._clear = np.ascontiguousarray(np.repeat((255 * (1 - alpha)).round(), 3, axis=2).astype(np.uint8))

    def lay(self, frame: np.ndarray) -> None:
        frame[self._rows] = cv2.add(cv2.multiply(frame[self._rows], self._clear, scale=1 / 255), self._ink)
