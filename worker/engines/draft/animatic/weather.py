"""Rain, snow, fog and lightning in front of the picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.draft.animatic.noise import clouds


class Weather:
    """Draws one kind of weather over frames of one size. ``kind`` is rain, storm, snow or fog; None draws nothing."""

    def __init__(self, kind: str | None, width: int, height: int, duration: float, rng: np.random.Generator) -> None:
        self._kind = kind
        self._size = (width, height)
        unit = (width * height) ** 0.5
        if kind in ("rain", "storm"):
            self._sheets = [_rain(rng, width, height, unit, near) for near in (0.45, 0.7, 1.0)]
            self._flashes = (
                [rng.uniform(0.4, duration) for _ in range(max(1, round(duration / 2.5)))] if kind == "storm" else []
            )
        elif kind == "snow":
            self._sheets = [_snow(rng, width, height, unit, near) for near in (0.4, 0.7, 1.0)]
        elif kind == "fog":
            self._banks = [clouds(rng, height, 2 * width, 2.2 + index, 2.2, 5) for index in range(2)]
            self._speed = min(0.09, 0.9 / duration) * width

    def draw(self, frame: np.ndarray, t: float) -> np.ndarray:
        """The frame (BGR uint8) at ``t`` seconds, under this weather."""
        if self._kind in ("rain", "storm"):
            for sheet, speed in zip(self._sheets, (1.5, 1.9, 2.5)):
                frame = _brighten(frame, self._scrolled(sheet, 0.16 * speed * t, speed * t))
            return self._flash(frame, t)
        if self._kind == "snow":
            for index, (sheet, speed) in enumerate(zip(self._sheets, (0.10, 0.16, 0.25))):
                frame = _brighten(frame, self._scrolled(sheet, 0.02 * math.sin(t * 1.1 + index) + 0.03 * t, speed * t))
            return frame
        if self._kind == "fog":
            return self._veil(frame, t)
        return frame

    def _scrolled(self, sheet: np.ndarray, right: float, down: float) -> np.ndarray:
        """A window of the sheet, which repeats itself: shifts are shares of width and height."""
        width, height = self._size
        x = int((-right * width) % width)
        y = int((-down * height) % height)
        return sheet[y : y + height, x : x + width]

    def _flash(self, frame: np.ndarray, t: float) -> np.ndarray:
        light = sum(
            math.exp(-(t - start) * 9) * (0.6 + 0.4 * math.cos((t - start) * 55))
            for start in self._flashes
            if start <= t < start + 0.7
        )
        return cv2.convertScaleAbs(frame, alpha=1 + 1.1 * light, beta=26 * light) if light > 0.01 else frame

    def _veil(self, frame: np.ndarray, t: float) -> np.ndarray:
        width, _ = self._size
        for index, bank in enumerate(self._banks):
            start = int(self._speed * t) if index else int(width - self._speed * t) - 1
            thickness = cv2.convertScaleAbs(bank[:, max(0, start) : max(0, start) + width], alpha=135)
            thick = cv2.cvtColor(thickness, cv2.COLOR_GRAY2BGR)
            frame = cv2.add(cv2.multiply(frame, 255 - thick, scale=1 / 255), cv2.convertScaleAbs(thick, alpha=0.80))
        return frame


def _brighten(frame: np.ndarray, light: np.ndarray) -> np.ndarray:
    return cv2.add(frame, cv2.cvtColor(np.ascontiguousarray(light), cv2.COLOR_GRAY2BGR))


def _rain(rng: np.random.Generator, width: int, height: int, unit: float, near: float) -> np.ndarray:
    """Streaks in one depth, ``near`` 0 to 1."""
    tile = np.zeros((height, width), np.uint8)
    thick = max(1, round(1.3 * near * unit / 720))
    for _ in range(int(210 * (1.25 - near))):
        long = unit * 0.055 * near * rng.uniform(0.6, 1.3)
        bright = int(120 * near * rng.uniform(0.5, 1))
        for x, y in _with_copies(rng.uniform(0, width), rng.uniform(0, height), tile.shape):
            cv2.line(tile, _fixed(x, y), _fixed(x + 0.16 * long, y + long), bright, thick, cv2.LINE_AA, 4)
    return np.tile(tile, (2, 2))


def _snow(rng: np.random.Generator, width: int, height: int, unit: float, near: float) -> np.ndarray:
    """Flakes in one depth, ``near`` 0 to 1."""
    tile = np.zeros((height, width), np.uint8)
    for _ in range(int(190 * (1.3 - near))):
        radius = max(8, int(16 * unit * 0.0044 * near**1.5 * rng.uniform(0.6, 1.3)))
        for x, y in _with_copies(rng.uniform(0, width), rng.uniform(0, height), tile.shape):
            cv2.circle(tile, _fixed(x, y), radius, int(150 + 90 * near), -1, cv2.LINE_AA, 4)
    return np.tile(cv2.GaussianBlur(tile, (0, 0), 0.6 + 0.9 * near**2), (2, 2))


def _with_copies(x: float, y: float, shape: tuple[int, ...]) -> list[tuple[float, float]]:
    """A mark's place, and where it comes in again at the opposite edges, so that the tile has no seam."""
    return [(x + dx, y + dy) for dx in (0, -shape[1]) for dy in (0, -shape[0])]


def _fixed(x: float, y: float) -> tuple[int, int]:
    """OpenCV's fixed-point coordinates with 4 bits of fraction."""
    return round(x * 16), round(y * 16)
