"""The slate over the picture: a DRAFT tag, what was read from the prompt, the prompt itself, and a line of time."""

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


class Slate:
    """Laid over finished frames of one size; only the bands that hold type are touched."""

    def __init__(self, prompt: str, reading: Reading, duration: float, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._unit = min(width, height) / 720
        page = self._page(clean(prompt), reading, duration)
        rows = np.flatnonzero(page[..., 3].max(axis=1))
        middle = height // 2
        self._bands = [_Band(page, rows[rows < middle]), _Band(page, rows[rows >= middle])]

    def draw(self, frame: np.ndarray, share: float) -> None:
        """Onto the frame (BGR uint8), in place, at the ``share`` (0 to 1) of its time."""
        for band in self._bands:
            band.lay(frame)
        thick = max(2, round(4 * self._unit))
        frame[-thick:, : round(self._width * share)] = YELLOW[2::-1]

    def _page(self, prompt: str, reading: Reading, duration: float) -> np.ndarray:
        """RGBA of the whole frame."""
        unit, width, height = self._unit, self._width, self._height
        margin = round(36 * unit)
        face = Typeface(27 * unit, "SemiBold")
        lines = wrap(prompt, face, width - 2 * margin, 2 if width >= height else 3) if prompt else []
        step = round(face.size * 1.32)
        page = Image.new("RGBA", (width, height))
        self._shade(page, round((len(lines) * step + 2.6 * margin) * 1.25) if lines else 0, from_top=False)
        self._shade(page, round(100 * unit), from_top=True)
        for index, line in enumerate(lines):
            baseline = height - margin - round(0.28 * face.size) - (len(lines) - 1 - index) * step
            left = width - margin - face.width(line) if reads_leftwards(prompt) else margin
            face.draw(page, left, baseline, line, WHITE)
        self._tag(page, margin, reading, duration)
        return np.asarray(page)

    def _tag(self, page: Image.Image, margin: int, reading: Reading, duration: float) -> None:
        unit = self._unit
        face = Typeface(16 * unit, "Bold")
        top, tall, pad = round(30 * unit), round(29 * unit), round(12 * unit)
        right = margin + round(face.width("DRAFT")) + 2 * pad
        ImageDraw.Draw(page).rounded_rectangle((margin, top, right, top + tall), round(8 * unit), fill=YELLOW)
        baseline = top + round(tall * 0.5 + face.size * 0.36)
        face.draw(page, margin + pad, baseline, "DRAFT", INK)
        words = [reading.camera.replace("_", " "), reading.place, reading.time, reading.weather, f"{duration:g} s"]
        text = "  ·  ".join(word for word in words if word)
        light = Typeface(16 * unit, "Medium")
        if right + pad + light.width(text) <= self._width - margin:
            light.draw(page, right + round(14 * unit), baseline, text, PALE)

    def _shade(self, page: Image.Image, tall: int, *, from_top: bool) -> None:
        """A soft darkening from one edge, so that white type reads on any picture."""
        if tall <= 0:
            return
        ramp = np.linspace(0, 1, tall) ** 1.5 * (110 if from_top else 205)
        column = Image.fromarray((ramp[::-1] if from_top else ramp).astype(np.uint8)[:, None])
        place = (0, 0) if from_top else (0, self._height - tall)
        page.paste((0, 0, 0, 255), place, column.resize((self._width, tall)))


class _Band:
    """Some rows of the page, ready to be blended."""

    def __init__(self, page: np.ndarray, rows: np.ndarray) -> None:
        self._rows = slice(int(rows[0]), int(rows[-1]) + 1) if rows.size else slice(0, 0)
        part = page[self._rows].astype(np.float32)
        alpha = part[..., 3:] / 255
        self._ink = np.ascontiguousarray((part[..., 2::-1] * alpha).round().astype(np.uint8))
        self._clear = np.ascontiguousarray(np.repeat((255 * (1 - alpha)).round(), 3, axis=2).astype(np.uint8))

    def lay(self, frame: np.ndarray) -> None:
        if self._ink.size:
            frame[self._rows] = cv2.add(cv2.multiply(frame[self._rows], self._clear, scale=1 / 255), self._ink)
