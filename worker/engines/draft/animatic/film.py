"""An animatic from its first painted layer to its last finished frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from engines.draft.animatic.air import Air
from engines.draft.animatic.camera import view_at
from engines.draft.animatic.cast import cast_subject
from engines.draft.animatic.layers import Compositor, Layer
from engines.draft.animatic.palette import palette_for
from engines.draft.animatic.places import PLACES
from engines.draft.animatic.slate import Slate
from engines.draft.animatic.stage import Stage
from engines.draft.animatic.weather import Weather
from engines.draft.animatic.words import Reading, read_prompt

RENDER_PIXELS = 1024 * 576
"""Pixels of a painted frame, at most; larger frames are scaled up, with the type set at full size."""


@dataclass(frozen=True)
class Script:
    """What to make. ``width`` and ``height`` in pixels, even; ``frames`` at least 1."""

    prompt: str
    seed: int
    width: int
    height: int
    fps: float
    frames: int

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.fps

    @property
    def painted_size(self) -> tuple[int, int]:
        """Width and height in which the pictures are painted and moved."""
        scale = min(1.0, (RENDER_PIXELS / (self.width * self.height)) ** 0.5)
        return max(2, round(self.width * scale)), max(2, round(self.height * scale))


def frames_of(script: Script) -> Iterator[np.ndarray]:
    """The frames, BGR uint8 of the script's size, each valid until the next. The same script gives the same pixels."""
    rng = np.random.default_rng(script.seed)
    reading = read_prompt(script.prompt, script.seed)
    width, height = script.painted_size
    stage = _set_up(reading, width, height, rng)
    layers = _paint(stage, reading, script.duration)
    air = Air(reading.place, reading.weather, stage.palette, width, height, rng)
    weather = Weather(reading.weather, width, height, script.duration, rng)
    slate = Slate(script.prompt, reading, script.duration, script.width, script.height)
    finish = _Finish(width, height, rng)
    compositor = Compositor(width, height, stage.width, stage.height)
    for index in range(script.frames):
        t = index / script.fps
        frame = compositor.draw(layers, view_at(reading.camera, t, script.duration), t)
        frame = finish.apply(weather.draw(air.draw(frame, t), t), index)
        if (width, height) != (script.width, script.height):
            frame = cv2.resize(frame, (script.width, script.height), interpolation=cv2.INTER_CUBIC)
        slate.draw(frame, (index + 1) / script.frames)
        yield frame


def _set_up(reading: Reading, width: int, height: int, rng: np.random.Generator) -> Stage:
    horizon = PLACES[reading.place].HORIZON
    low_sun = reading.time in ("sunset", "dawn")
    unit = (width * height) ** 0.5
    sun_side = rng.uniform(0.16, 0.36) if rng.random() < 0.5 else rng.uniform(0.64, 0.84)
    palette = palette_for(reading.time, reading.weather, rng)
    stage = Stage(width, height, palette, reading.time, reading.weather, rng, horizon, (0.0, 0.0))
    rise = unit * (rng.uniform(0.05, 0.11) if low_sun else rng.uniform(0.28, 0.36))
    sun = (stage.x(sun_side), max(stage.y(0.13), stage.horizon_y - rise))
    return Stage(width, height, palette, reading.time, reading.weather, rng, horizon, sun)


def _paint(stage: Stage, reading: Reading, duration: float) -> list[Layer]:
    place = PLACES[reading.place]
    layers = place.paint(stage, duration)
    if reading.subject is None:
        return layers
    behind = [layer for layer in layers if layer.depth <= 1]
    before = [layer for layer in layers if layer.depth > 1]
    return behind + cast_subject(stage, reading.subject, place.GROUND, reading.camera, duration) + before


class _Finish:
    """Vignette and film grain; the grain also keeps wide gradients from banding."""

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        away = np.hypot((x / width - 0.5) * 1.05, y / height - 0.5) * 1.45
        shade = 1 - 0.40 * np.clip(away - 0.28, 0, 1) ** 1.3
        self._shade = cv2.merge([(shade * 255).round().astype(np.uint8)] * 3)
        grain = rng.normal(0, 3.6, (4, height, width, 1)).repeat(3, axis=3)
        self._lighter = np.clip(grain, 0, 255).round().astype(np.uint8)
        self._darker = np.clip(-grain, 0, 255).round().astype(np.uint8)

    def apply(self, frame: np.ndarray, index: int) -> np.ndarray:
        """The finished frame number ``index``."""
        frame = cv2.multiply(frame, self._shade, scale=1 / 255)
        return cv2.subtract(cv2.add(frame, self._lighter[index % 4]), self._darker[index % 4])
