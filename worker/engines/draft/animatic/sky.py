"""The sky: gradient and glow, sun or moon, stars, clouds that drift."""

from __future__ import annotations

import numpy as np

from engines.draft.animatic.layers import Layer, drift
from engines.draft.animatic.palette import mix
from engines.draft.animatic.stage import Stage


def paint_sky(stage: Stage, duration: float) -> list[Layer]:
    """The opaque ground of every outdoor picture, and its clouds."""
    layers = [_backdrop(stage)]
    if stage.weather != "fog":
        layers.append(_clouds(stage, duration))
    return layers


def gradient(stage: Stage) -> np.ndarray:
    """Top, middle and horizon colours down the stage: shape (height, width, 3)."""
    y, _ = stage.grid()
    share = np.clip(y / stage.horizon_y, 0, 1)[..., None]
    palette = stage.palette
    upper = mix(palette.top, palette.middle, np.clip(share / 0.6, 0, 1))
    column = mix(upper, palette.horizon, np.clip((share - 0.6) / 0.4, 0, 1) ** 1.3)
    return np.repeat(column, stage.width, axis=1)


def stars(stage: Stage, count: int, bottom: float) -> np.ndarray:
    """Light of so many stars above ``bottom`` (stage y): shape (height, width)."""
    light = np.zeros((stage.height, stage.width), np.float32)
    rows = stage.rng.integers(0, max(1, int(bottom)), count)
    columns = stage.rng.integers(0, stage.width, count)
    light[rows, columns] = stage.rng.random(count) ** 3 * 235 + 20
    for row, column in zip(rows[: count // 40], columns[: count // 40]):
        light += stage.glow(column, row, 0.0011 * stage.unit) * 230
    return light


def _backdrop(stage: Stage) -> Layer:
    picture = gradient(stage)
    y, x = stage.grid()
    distance = np.hypot(x - stage.sun[0], y - stage.sun[1]) / stage.unit
    if stage.time == "night" and stage.weather is None:
        picture += stars(stage, 500, stage.horizon_y)[..., None]
    clear = {None: 1.0, "snow": 0.35, "fog": 0.30}.get(stage.weather, 0.0)
    spread = 8.0 if stage.time == "night" else 3.0
    picture = mix(picture, stage.palette.light, (np.exp(-distance * spread) * max(0.16, 0.7 * clear))[..., None])
    radius = 0.034 if stage.time == "day" else 0.044
    disc = np.clip((radius - distance) * stage.unit / 1.5, 0, 1) * clear
    face = np.full_like(picture, 1) * stage.palette.light
    if stage.time == "night":
        face = face * (0.80 + 0.20 * stage.clouds(26)[..., None])
    return Layer.over(mix(picture, face, disc[..., None]), np.ones(picture.shape[:2], np.float32), depth=0.10)


def _clouds(stage: Stage, duration: float) -> Layer:
    """Wide banks, lit from the sun's side, thinning towards the zenith."""
    cover = {None: 0.56, "snow": 0.40, "rain": 0.36, "storm": 0.30}.get(stage.weather, 0.5)
    body = stage.clouds(3.2, stretch=2.6, octaves=6)
    y, _ = stage.grid()
    height = np.clip(y / stage.horizon_y, 0, 1)
    alpha: np.ndarray = np.clip((body - cover) * 3.4, 0, 1) * np.clip((1.02 - height) * 5, 0, 1)
    alpha = alpha * (0.42 if stage.time == "night" else 0.72)
    offset = max(2, round(0.012 * stage.unit))
    edge = np.clip((body - np.roll(body, offset if stage.sun[1] > stage.y(0.3) else -offset, axis=0)) * 5 + 0.45, 0, 1)
    shadow = mix(stage.palette.middle, stage.palette.top, 0.35)
    bright = mix(stage.palette.horizon, stage.palette.light, 0.55)
    if stage.weather in ("storm", "rain"):
        bright = mix(stage.palette.middle, stage.palette.horizon, 0.6)
    picture = mix(shadow, bright, edge[..., None])
    speed = min(0.030, 0.30 / duration) * stage.frame_width
    return Layer.over(picture, alpha, 0.18, motion=drift(speed))
