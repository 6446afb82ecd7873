"""A small canvas on which jointed figures are drawn limb by limb, larger than needed and then reduced."""

from __future__ import annotations

import cv2
import numpy as np

from engines.draft.animatic.palette import Colour

Point = tuple[float, float]
"""x from the canvas's middle, y from its top, both in figure heights."""

Sprite = tuple[np.ndarray, np.ndarray]
"""A picture (BGR float32, 0 to 255) and its alpha (0 to 1)."""

OVERSAMPLING = 3


class Puppet:
    """One picture of a figure: ``height`` pixels high, ``aspect`` times as wide."""

    def __init__(self, height: int, aspect: float) -> None:
        self._tall = height * OVERSAMPLING
        self._wide = int(self._tall * aspect)
        self._picture = np.zeros((self._tall, self._wide, 3), np.float32)
        self._mask = np.zeros((self._tall, self._wide), np.uint8)

    def sprite(self) -> Sprite:
        """What was drawn."""
        size = (self._wide // OVERSAMPLING, self._tall // OVERSAMPLING)
        picture = cv2.resize(self._picture, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self._mask, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        return picture / np.maximum(alpha, 1 / 255)[..., None], alpha

    def disc(self, middle: Point, radius: float, tone: Colour) -> None:
        self.oval(middle, radius, radius, tone)

    def oval(self, middle: Point, across: float, down: float, tone: Colour) -> None:
        axes = (max(1, int(across * self._tall)), max(1, int(down * self._tall)))
        cv2.ellipse(self._picture, self._pixel(middle), axes, 0, 0, 360, tone.tolist(), -1)
        cv2.ellipse(self._mask, self._pixel(middle), axes, 0, 0, 360, 255, -1)

    def shape(self, points: list[Point], tone: Colour) -> None:
        corners = [np.array([self._pixel(point) for point in points], np.int32)]
        cv2.fillPoly(self._picture, corners, tone.tolist())
        cv2.fillPoly(self._mask, corners, 255)

    def limb(self, a: Point, b: Point, thick: float, thin: float, tone: Colour) -> None:
        """A limb from ``a`` to ``b`` with round ends, of radius ``thick`` there and ``thin`` here."""
        for share in np.linspace(0, 1, 18):
            self.disc(
                (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share), thick + (thin - thick) * share, tone
            )

    def _pixel(self, point: Point) -> tuple[int, int]:
        return int(self._wide / 2 + point[0] * self._tall), int(point[1] * self._tall)
