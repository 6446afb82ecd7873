"""What the wind carries past in clear weather: sand, mist, spray, and the shadows of clouds on the land."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.draft.animatic.noise import clouds
from engines.draft.animatic.palette import Colour, Palette, colour, mix


@dataclass(frozen=True)
class Breeze:
    """One thing in the air.

    ``strength`` is its thickest, 0 to 1; ``speed`` in frame widths a second; ``top`` and ``bottom`` are the shares of the
    frame's height between which it blows; ``cells`` and ``stretch`` are those of its noise.
    """

    carries: str
    strength: float
    speed: float
    top: float
    bottom: float
    cells: float = 3.0
    stretch: float = 3.0


_SHADOWS = Breeze("shadow", 0.38, 0.16, 0.58, 1.0, 2.2, 1.4)
_LOW_MIST = Breeze("mist", 0.34, 0.14, 0.46, 0.86, 3.5, 4.5)

BREEZES: dict[str, tuple[Breeze, ...]] = {
    "desert": (Breeze("sand", 0.42, 0.50, 0.56, 1.0, 7.0, 9.0), _SHADOWS),
    "forest": (_LOW_MIST,),
    "meadow": (_LOW_MIST, _SHADOWS),
    "mountain": (Breeze("mist", 0.42, 0.12, 0.28, 0.74, 3.0, 4.0), _SHADOWS),
    "sea": (Breeze("mist", 0.20, 0.20, 0.48, 0.70, 6.0, 7.0), Breeze("shadow", 0.30, 0.16, 0.60, 1.0, 3.0, 3.0)),
}
"""By place; the others have none."""


class Air:
    """Blows over frames of one size. Where the weather fills the air already, nothing does."""

    def __init__(
        self, place: str, weather: str | None, palette: Palette, width: int, height: int, rng: np.random.Generator
    ) -> None:
        self._width = width
        breezes = BREEZES.get(place, ()) if weather is None else ()
        self._sheets = [_Sheet(breeze, palette, width, height, rng) for breeze in breezes]

    def draw(self, frame: np.ndarray, t: float) -> np.ndarray:
        """The frame (BGR uint8) at ``t`` seconds, in place."""
        for sheet in self._sheets:
            x = round(sheet.speed * t * self._width) % self._width
            start = self._width - x
            clear, tint = (part[:, start : start + self._width] for part in (sheet.clear, sheet.tint))
            frame[sheet.rows] = cv2.add(cv2.multiply(frame[sheet.rows], clear, scale=1 / 255), tint)
        return frame


class _Sheet:
    """A breeze as a picture twice as wide as the frame, of which a moving window is shown."""

    def __init__(self, breeze: Breeze, palette: Palette, width: int, height: int, rng: np.random.Generator) -> None:
        self.speed = breeze.speed
        self.rows = slice(round(breeze.top * height), round(breeze.bottom * height))
        count = self.rows.stop - self.rows.start
        wide = clouds(rng, count, 2 * width, breeze.cells, breeze.stretch)
        ramp = np.linspace(0, 1, width, dtype=np.float32)[None, :]
        round_trip = wide[:, width:] * (1 - ramp) + wide[:, :width] * ramp  # its ends meet
        fade = np.clip(np.sin(np.linspace(0, np.pi, count)), 0, 1).astype(np.float32)[:, None] ** 0.6
        alpha = np.clip((round_trip - 0.40) * 2.6, 0, 1) * fade * breeze.strength
        alpha = np.repeat(np.hstack([alpha, alpha])[..., None], 3, axis=2)
        self.clear = (255 * (1 - alpha)).round().astype(np.uint8)
        self.tint = np.clip(alpha * _tone(breeze.carries, palette), 0, 255).round().astype(np.uint8)


def _tone(carries: str, palette: Palette) -> Colour:
    if carries == "sand":
        return mix(palette.lit(colour("#e6bd84")), palette.horizon, 0.35)
    if carries == "mist":
        return mix(palette.horizon, palette.middle, 0.35)
    return palette.top * 0.12
