"""Painted layers, and the compositor that lays them over one another for each frame, as the camera sees them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engines.draft.animatic.camera import View


@dataclass(frozen=True)
class Pose:
    """Where a layer has moved to by itself: pixels, degrees about its middle, and how much of its light is on (0 to 1)."""

    dx: float = 0.0
    dy: float = 0.0
    turn: float = 0.0
    light: float = 1.0


Motion = Callable[[float], Pose]
"""The pose at a time in seconds."""


def drift(speed: float) -> Motion:
    """Sideways, in pixels a second."""
    return lambda t: Pose(dx=speed * t)


def sway(width: float, height: float = 0.0, period: float = 4.0, turn: float = 0.0, phase: float = 0.0) -> Motion:
    """To and fro by so many pixels and degrees, once in ``period`` seconds."""

    def pose(t: float) -> Pose:
        angle = 2 * math.pi * t / period + phase
        return Pose(width * math.sin(angle), height * math.sin(angle * 0.83 + 1), turn * math.sin(angle + 0.7))

    return pose


@dataclass(frozen=True)
class Layer:
    """A picture on the stage.

    ``pictures`` are BGRA uint8, colours premultiplied by alpha, all of one size, shown in turn ``rate`` times a second;
    ``left`` and ``top`` place them in stage pixels. ``depth`` is 0 at infinity, 1 near: how much the camera's moves shift it.
    An ``additive`` layer is light: it only brightens.
    """

    pictures: Sequence[np.ndarray]
    depth: float
    left: int = 0
    top: int = 0
    motion: Motion | None = None
    additive: bool = False
    rate: float = 0.0

    @classmethod
    def over(
        cls,
        picture: np.ndarray,
        alpha: np.ndarray,
        depth: float,
        *,
        left: int = 0,
        top: int = 0,
        motion: Motion | None = None,
    ) -> Layer:
        """From a BGR image and its alpha (0 to 1), trimmed to what can be seen."""
        rows = np.flatnonzero(alpha.max(axis=1) > 0.004)
        columns = np.flatnonzero(alpha.max(axis=0) > 0.004)
        if rows.size == 0:
            return cls((np.zeros((1, 1, 4), np.uint8),), depth, left, top, motion)
        area = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return cls(
            (premultiplied(picture[area], alpha[area]),), depth, left + int(columns[0]), top + int(rows[0]), motion
        )

    @classmethod
    def light(
        cls, picture: np.ndarray, depth: float, *, left: int = 0, top: int = 0, motion: Motion | None = None
    ) -> Layer:
        """From a BGR image of light, black where there is none."""
        shining = Layer.over(picture, np.clip(picture.max(axis=2) / 255, 0, 1), depth, left=left, top=top)
        rows, columns = shining.pictures[0].shape[:2]
        row, column = shining.top - top, shining.left - left
        cut = picture[row : row + rows, column : column + columns]
        opaque = premultiplied(cut, np.ones(cut.shape[:2], np.float32))
        return cls((opaque,), depth, shining.left, shining.top, motion, additive=True)

    def picture_at(self, t: float) -> np.ndarray:
        """The picture to show at a time in seconds."""
        return self.pictures[int(t * self.rate) % len(self.pictures)]


def premultiplied(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """BGRA uint8 of a BGR image (0 to 255) and an alpha (0 to 1)."""
    alpha = np.clip(alpha, 0, 1)[..., None]
    return np.concatenate([np.clip(picture, 0, 255) * alpha, alpha * 255], axis=2).round().astype(np.uint8)


class Compositor:
    """Draws layers into frames of one size, in buffers that are made once."""

    def __init__(self, width: int, height: int, stage_width: int, stage_height: int) -> None:
        self._width = width
        self._height = height
        self._stage_middle = (stage_width / 2, stage_height / 2)
        self._frame = np.zeros((height, width, 3), np.uint8)
        self._seen = np.empty(height * width * 4, np.uint8)

    def draw(self, layers: Sequence[Layer], view: View, t: float) -> np.ndarray:
        """The frame at ``t`` seconds: BGR uint8, valid until the next call."""
        self._frame[:] = 0
        for layer in layers:
            self._lay(layer, view, t)
        return self._frame

    def _lay(self, layer: Layer, view: View, t: float) -> None:
        picture = layer.picture_at(t)
        pose = layer.motion(t) if layer.motion else Pose()
        matrix = self._matrix(layer, picture.shape, pose, view)
        x0, x1, y0, y1 = self._bounds(matrix, picture.shape)
        if x1 <= x0 or y1 <= y0:
            return
        matrix[:, 2] -= (x0, y0)
        seen = self._seen[: (y1 - y0) * (x1 - x0) * 4].reshape(y1 - y0, x1 - x0, 4)
        cv2.warpAffine(
            picture, matrix, (x1 - x0, y1 - y0), dst=seen, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )
        under = self._frame[y0:y1, x0:x1]
        light = cv2.cvtColor(seen, cv2.COLOR_BGRA2BGR)
        if layer.additive:
            if pose.light < 1:
                light = cv2.convertScaleAbs(light, alpha=pose.light)
        else:
            clear = cv2.cvtColor(255 - seen[..., 3], cv2.COLOR_GRAY2BGR)
            under = cv2.multiply(under, clear, scale=1 / 255)
        self._frame[y0:y1, x0:x1] = cv2.add(under, light)

    def _matrix(self, layer: Layer, shape: tuple[int, ...], pose: Pose, view: View) -> np.ndarray:
        """From picture pixels to frame pixels."""
        zoom, shift_x, shift_y = view.of(layer.depth)
        turn = math.radians(pose.turn)
        cosine, sine = math.cos(turn), math.sin(turn)
        half_width, half_height = shape[1] / 2, shape[0] / 2
        middle_x = layer.left + half_width + pose.dx - self._stage_middle[0]
        middle_y = layer.top + half_height + pose.dy - self._stage_middle[1]
        linear = np.array([[cosine, -sine], [sine, cosine]]) * zoom
        to_x = self._width / 2 + zoom * middle_x + shift_x * self._width
        to_y = self._height * view.eye + zoom * (middle_y - (view.eye - 0.5) * self._height) + shift_y * self._height
        offset = np.array([to_x, to_y]) - linear @ np.array([half_width, half_height])
        return np.hstack([linear, offset[:, None]])

    def _bounds(self, matrix: np.ndarray, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
        """The frame's part that the picture covers: x0, x1, y0, y1."""
        corners = np.array([[0, shape[1], 0, shape[1]], [0, 0, shape[0], shape[0]], [1, 1, 1, 1]])
        x, y = matrix @ corners
        return (
            max(0, math.floor(x.min())),
            min(self._width, math.ceil(x.max()) + 1),
            max(0, math.floor(y.min())),
            min(self._height, math.ceil(y.max()) + 1),
        )
