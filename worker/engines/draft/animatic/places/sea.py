"""Open water that mirrors the sky, a far coast, glitter under the sun or moon."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Pose, sway
from engines.draft.animatic.noise import clouds, peaks
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.sky import gradient, paint_sky
from engines.draft.animatic.stage import Stage

HORIZON = 0.58
GROUND = 0.72

DEEP = colour("#0f3047")
COAST = colour("#3a4657")


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = paint_sky(stage, duration)
    layers.append(_coast(stage))
    layers.append(_water(stage))
    rough = {"storm": 2.4, "rain": 1.5}.get(stage.weather or "", 1.0)
    for index in range(3):
        layers.append(_swell(stage, index, rough))
    for index in range(2):
        layers.append(_glitter(stage, index))
    return layers


def _coast(stage: Stage) -> Layer:
    """Islands: a range that mostly lies below the horizon."""
    relief = peaks(stage.rng, stage.width, 1.6 * stage.width / stage.unit, 1.9)
    edge = stage.horizon_y + stage.unit * (0.035 - 0.085 * relief)
    return stage.silhouette(np.maximum(edge, stage.horizon_y - 0.13 * stage.unit), 0.16, COAST)


def _nearness(stage: Stage) -> np.ndarray:
    """0 at the horizon to 1 at the stage's lower edge, for each row: shape (height, 1)."""
    y, _ = stage.grid()
    return np.clip((y - stage.horizon_y) / (stage.height - stage.horizon_y), 0, 1)


def _in_perspective(stage: Stage, texture: np.ndarray) -> np.ndarray:
    """The texture laid flat on the water: fine and squeezed at the horizon, wide before the viewer."""
    near = np.repeat(np.maximum(_nearness(stage), 0.004), stage.width, axis=1)
    away = 1 / (near + 0.045)
    x = np.repeat(stage.grid()[1], stage.height, axis=0) - stage.width / 2
    rows, columns = texture.shape
    map_x = (x * away * 0.55 + columns * 4.5) % (columns - 1)
    map_y = (away * rows * 0.11) % (rows - 1)
    return cv2.remap(texture, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)


def _water(stage: Stage) -> Layer:
    """The mirrored sky, deepening towards the viewer."""
    sky = gradient(stage)
    rows = np.clip(2 * stage.horizon_y - np.arange(stage.height), 0, stage.height - 1).astype(int)
    near = _nearness(stage)[..., None]
    deep = stage.palette.lit(DEEP) * 1.3 + stage.palette.middle * 0.12
    picture = mix(sky[rows], deep, 0.28 + 0.58 * near**0.7)
    path = stage.sun_nearness(0.05 + 0.02) * (1 - near[..., 0] * 0.5)
    bright = 0.35 if stage.weather is None else 0.10
    picture = mix(picture, stage.palette.light, (path * bright)[..., None])
    edge = np.full(stage.width, stage.horizon_y)
    alpha = np.clip(stage.grid()[0] - edge[None, :] + 0.5, 0, 1)
    return Layer.over(picture, alpha, 0.22)


def _swell(stage: Stage, index: int, rough: float) -> Layer:
    """Dark backs and light crests of waves in one band of distance, rolling."""
    texture = clouds(stage.rng, 256, 1024, 10, stretch=2.8, octaves=4)
    height = _in_perspective(stage, texture)
    near = _nearness(stage)
    low, high = ((0.0, 0.30), (0.18, 0.62), (0.45, 1.0))[index]
    band = (
        np.clip((near - low) / 0.12 + (index == 0), 0, 1)
        * np.clip((high - near) / 0.14 + (index == 2), 0, 1)
        * (near > 0)
    )
    crest = np.clip((height - 0.56) * 5, 0, 1)
    trough = np.clip((0.46 - height) * 5, 0, 1)
    sky = mix(stage.palette.middle, stage.palette.horizon, 0.55)
    picture = mix(
        stage.palette.lit(DEEP) * 0.75,
        mix(sky, stage.palette.light, 0.25),
        (crest / (crest + trough + 1e-3))[..., None],
    )
    foam = np.clip((height - 0.74) * 9, 0, 1) * (rough > 1.2)
    picture = mix(picture, stage.palette.lit(colour("#e8f0f2")), foam[..., None])
    alpha = np.clip(np.maximum(crest * 0.55, trough * 0.5) * (0.6 + 0.4 * rough) + foam * 0.6, 0, 1) * band
    size = stage.unit * 0.017 * (0.5 + index) * rough
    return Layer.over(
        picture, alpha, 0.25 + 0.28 * index, motion=sway(size, size * 0.35, 2.7 + 0.6 * index, phase=2.1 * index)
    )


def _glitter(stage: Stage, index: int) -> Layer:
    """Sparks on the path of light; two such layers pass each other and twinkle."""
    texture = clouds(stage.rng, 256, 1024, 22, stretch=2.2, octaves=3)
    near = _nearness(stage)
    sparks = np.clip((_in_perspective(stage, texture) - 0.60) * 8, 0, 1) * (near > 0)
    width = 0.018 + 0.10 * near
    path = np.exp(-np.abs(stage.grid()[1] - stage.sun[0]) / (stage.unit * width * 1.6))
    strength = 0.85 if stage.weather is None else 0.2
    light = (sparks * path * strength)[..., None] * stage.palette.light
    speed = 0.026 * stage.unit * (1 if index else -1)
    return Layer.light(
        light,
        0.35,
        motion=lambda t: Pose(
            dx=speed * math.sin(t * 1.7),
            dy=0.15 * speed * math.cos(t * 2.2),
            light=0.8 + 0.2 * math.sin(t * 5 + 2 * index),
        ),
    )
