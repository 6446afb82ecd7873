"""The painted world that the camera sees a part of, and the brushes that paint its layers.

The stage is larger than the frame on all sides by what the camera may move. ``x(0..1)`` and ``y(0..1)`` are the frame's edges
at rest, in stage pixels; ``unit`` is the frame's mean side, the measure of all sizes, so that a portrait frame shows things as
large as a landscape one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Motion
from engines.draft.animatic.noise import clouds
from engines.draft.animatic.palette import Colour, Palette, colour, mix

MARGIN_X = 0.28
MARGIN_Y = 0.20
"""Shares of the frame's width and height beyond each of its edges."""

SNOW = colour("#f4f7fb")


@dataclass(frozen=True)
class Stage:
    """Sizes, light and colours that all painters share. ``sun`` is in stage pixels."""

    frame_width: int
    frame_height: int
    palette: Palette
    time: str
    weather: str | None
    rng: np.random.Generator
    horizon: float
    sun: tuple[float, float]

    @property
    def width(self) -> int:
        return round(self.frame_width * (1 + 2 * MARGIN_X))

    @property
    def height(self) -> int:
        return round(self.frame_height * (1 + 2 * MARGIN_Y))

    @property
    def unit(self) -> float:
        return (self.frame_width * self.frame_height) ** 0.5

    def x(self, share: float) -> float:
        return (share + MARGIN_X) * self.frame_width

    def y(self, share: float) -> float:
        return (share + MARGIN_Y) * self.frame_height

    @property
    def horizon_y(self) -> float:
        return self.y(self.horizon)

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Pixel coordinates y and x of the whole stage, broadcastable: shapes (height, 1) and (1, width)."""
        return np.arange(self.height, dtype=np.float32)[:, None], np.arange(self.width, dtype=np.float32)[None, :]

    def clouds(self, cells: float = 4, stretch: float = 1.0, octaves: int = 5) -> np.ndarray:
        """Noise over the whole stage."""
        return clouds(self.rng, self.height, self.width, cells, stretch, octaves)

    def sun_nearness(self, spread: float) -> np.ndarray:
        """1 below and above the sun, falling to 0 sideways within about ``spread`` widths: shape (1, width)."""
        return np.exp(-np.abs(self.grid()[1] - self.sun[0]) / (self.width * spread))

    def silhouette(
        self,
        edge: np.ndarray,
        depth: float,
        base: Colour,
        *,
        clear: float | None = None,
        texture: float = 0.10,
        rim: float = 0.35,
        fade: float = 0.30,
    ) -> Layer:
        """All below ``edge`` (stage y for each x), hazy with distance, textured, rim-lit towards the sun, darker downwards.

        ``clear`` is how little haze is before it, where that is not its ``depth``.
        """
        top = max(0, int(edge.min()) - 1)
        y, _ = self.grid()
        below: np.ndarray = y[top:] - edge[None, :].astype(np.float32)
        alpha = np.clip(below + 0.5, 0, 1)
        light = 1 + texture * (self.clouds(10)[top:] - 0.5) * 2 - fade * np.clip(below / (self.height * 0.5), 0, 1)
        picture = self.palette.shade(base, depth if clear is None else clear) * light[..., None]
        glow = np.exp(-np.clip(below, 0, 60) / (0.007 * self.unit)) * self.sun_nearness(0.25) * rim
        return Layer.over(mix(picture, self.palette.light, glow[..., None]), alpha, depth, top=top)

    def painted(
        self,
        mask: np.ndarray,
        depth: float,
        base: Colour,
        *,
        clear: float | None = None,
        texture: float = 0.08,
        motion: Motion | None = None,
    ) -> Layer:
        """A drawn shape (uint8 mask of the whole stage), rim-lit on its upper edges near the sun, or snowed upon.

        ``clear`` is how little haze is before it, where that is not its ``depth``.
        """
        alpha = mask.astype(np.float32) / 255
        light = 1 + texture * (self.clouds(12) - 0.5) * 2
        picture = self.palette.shade(base, depth if clear is None else clear) * light[..., None]
        thick = max(2, round(0.006 * self.unit))
        edge = np.clip(alpha - cv2.blur(np.roll(alpha, thick, axis=0), (3, 3)), 0, 1)
        if self.weather == "snow":
            picture = mix(picture, self.palette.shade(SNOW, min(1.0, depth + 0.3)), (edge * 0.85)[..., None])
        else:
            picture = mix(picture, self.palette.light, (edge * self.sun_nearness(0.16) * 0.55)[..., None])
        return Layer.over(picture, alpha, depth, motion=motion)

    def flanks(self, edge: np.ndarray, top: int, *, fine: float, ragged: float, gain: float = 1.6) -> np.ndarray:
        """How much each point below ``edge`` faces the sun, 0 to 1, for the stage's rows from ``top`` on.

        A slope's light runs on aslant below it, as if spurs came down from the ridge; ``fine`` is the size of the smallest
        ones and ``ragged`` how far they wander, both in units; ``gain`` is how much a slope of 1 adds or takes.
        """
        y, x = self.grid()
        below: np.ndarray = np.clip(y[top:] - edge[None, :].astype(np.float32), 0, None)
        slope = np.gradient(cv2.GaussianBlur(edge[None, :].astype(np.float32), (0, 0), fine * self.unit)[0])
        aslant = (
            x
            + (self.clouds(7, octaves=4)[top:] - 0.5) * ragged * self.unit
            + below * (-0.45 * np.tanh(slope * 12).astype(np.float32))[None, :]
        )
        seen = slope.astype(np.float32)[np.clip(aslant, 0, self.width - 1).astype(int)]
        toward = 1.0 if self.sun[0] > self.width / 2 else -1.0
        return np.clip(0.5 + seen * toward * gain, 0, 1)

    def blank(self) -> np.ndarray:
        """An empty mask of the whole stage."""
        return np.zeros((self.height, self.width), np.uint8)

    def glow(self, x: float, y: float, radius: float) -> np.ndarray:
        """A soft spot, 1 in its middle: shape (height, width)."""
        rows, columns = self.grid()
        return np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2))


def polygon(mask: np.ndarray, points: np.ndarray | list[tuple[float, float]], value: int = 255) -> None:
    """Fills a polygon into a mask, with smooth edges; points are (x, y) in pixels."""
    cv2.fillPoly(mask, [np.round(np.array(points, np.float32) * 16).astype(np.int32)], value, cv2.LINE_AA, 4)
