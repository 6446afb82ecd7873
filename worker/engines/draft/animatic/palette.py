"""Colours of a time of day. All colours are BGR, 0 to 255, float32."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Colour = np.ndarray
"""Shape (3,), BGR, float32."""


def colour(rgb: str) -> Colour:
    """``#rrggbb``."""
    return np.array([int(rgb[index : index + 2], 16) for index in (5, 3, 1)], np.float32)


def mix(a: Colour, b: Colour, share: float | np.ndarray) -> np.ndarray:
    """``a`` at 0, ``b`` at 1; with an array of shares, an image."""
    return a + (b - a) * share


@dataclass(frozen=True)
class Palette:
    """Sky from top to horizon, the light (sun or moon), and how much of its own colour a thing shows (0 to 1)."""

    top: Colour
    middle: Colour
    horizon: Colour
    light: Colour
    ambient: float

    @property
    def haze(self) -> Colour:
        """What far things fade into."""
        return self.horizon

    def lit(self, base: Colour) -> Colour:
        """A surface of that colour in this light."""
        tint = mix(self.middle, self.light, 0.5) / 255
        return base * (0.35 + 0.65 * tint) * self.ambient

    def shade(self, base: Colour, depth: float) -> Colour:
        """Aerial perspective: a lit surface at ``depth`` 0 (horizon) to 1 (near)."""
        return mix(self.haze, self.lit(base), min(1.0, depth))


_PALETTES = {
    "night": ("#070b1f", "#15234a", "#34497c", "#f0eede", 0.34),
    "sunset": ("#33285e", "#cf5b57", "#ffbf69", "#ffe3a6", 0.62),
    "dawn": ("#5b80b8", "#eab0a4", "#ffe2bd", "#fff0d2", 0.80),
    "day": ("#3379c4", "#86bce6", "#e3f0f4", "#fffae6", 1.0),
}

_OVERCAST = {"storm": (0.70, 0.58), "rain": (0.50, 0.75), "snow": (0.30, 0.95), "fog": (0.45, 0.92)}
"""By weather: how grey, and how bright by day; a night loses half as much."""


def palette_for(time: str, weather: str | None, rng: np.random.Generator) -> Palette:
    """The palette of a time of day, each time a little different, and greyed by the weather."""
    top, middle, horizon, light, ambient = _PALETTES[time]
    shift = rng.normal(0, 7, 3).astype(np.float32)
    top_tone, middle_tone, horizon_tone = (np.clip(colour(tone) + shift, 0, 255) for tone in (top, middle, horizon))
    palette = Palette(top_tone, middle_tone, horizon_tone, colour(light), ambient)
    if weather is None:
        return palette
    grey, bright = _OVERCAST[weather]
    if time == "night":
        grey, bright = grey / 2, (1 + bright) / 2

    def dull(c: Colour) -> Colour:
        return mix(c, np.full(3, c.mean(), np.float32), grey) * bright

    return replace(
        palette,
        top=dull(palette.top),
        middle=dull(palette.middle),
        horizon=dull(palette.horizon),
        ambient=ambient * bright,
    )
