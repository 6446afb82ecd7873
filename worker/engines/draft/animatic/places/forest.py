"""Rows of trees that fade into the mist, shafts of light, dark stems before the viewer."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Motion, Pose
from engines.draft.animatic.noise import line
from engines.draft.animatic.palette import Colour, colour, mix
from engines.draft.animatic.places.trees import Tree, broadleaf, grass, pine, trunk
from engines.draft.animatic.sky import paint_sky
from engines.draft.animatic.stage import SNOW, Stage, polygon

HORIZON = 0.58
GROUND = 0.85


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = paint_sky(stage, duration)
    tree = pine if stage.weather == "snow" or stage.rng.random() < 0.6 else broadleaf
    leaves = colour("#31505a" if stage.weather == "snow" else "#1d4433" if tree is pine else "#3f5a22")
    for depth, foot, height in ((0.20, 0.02, 0.20), (0.34, 0.06, 0.29), (0.52, 0.11, 0.40)):
        layers.append(_row(stage, tree, leaves, depth, foot, height))
        layers.append(_mist(stage, depth, foot))
    layers.append(_floor(stage))
    if stage.weather is None and stage.time != "night":
        layers.append(_shafts(stage))
    if stage.weather is None and stage.time == "night":
        layers += _fireflies(stage)
    return layers + [_stems(stage), _undergrowth(stage)]


def _row(stage: Stage, tree: Tree, leaves: Colour, depth: float, foot: float, height: float) -> Layer:
    edge = stage.horizon_y + stage.unit * (foot + 0.012 * line(stage.rng, stage.width, 2.5, 2.2))
    mask = stage.blank()
    y, _ = stage.grid()
    mask[y >= edge[None, :]] = 255
    x = -0.1 * stage.unit
    while x < stage.width + 0.1 * stage.unit:
        column = int(np.clip(x, 0, stage.width - 1))
        tree(mask, stage.rng, x, edge[column] + 0.01 * stage.unit, stage.unit * height * stage.rng.uniform(0.42, 1.15))
        x += stage.unit * height * stage.rng.uniform(0.08, 0.42)
    return stage.painted(mask, depth, leaves, clear=0.30 + 1.05 * depth, texture=0.22)


def _mist(stage: Stage, depth: float, foot: float) -> Layer:
    """A veil between two rows, thickest at the ground."""
    y, _ = stage.grid()
    low = np.clip(1 - np.abs(y - stage.horizon_y - stage.unit * (foot + 0.04)) / (0.13 * stage.unit), 0, 1)
    alpha = low**1.5 * (0.10 + 0.75 * stage.clouds(3, stretch=2.5)) * (0.40 if stage.time == "night" else 0.60)
    picture = np.broadcast_to(mix(stage.palette.haze, stage.palette.middle, 0.3), (stage.height, stage.width, 3))
    return Layer.over(picture, alpha, depth)


def _floor(stage: Stage) -> Layer:
    edge = stage.horizon_y + stage.unit * (0.15 + 0.016 * line(stage.rng, stage.width, 2.0, 2.4))
    if stage.weather == "snow":
        return stage.silhouette(edge, 0.72, SNOW * 1.1, clear=0.55, texture=0.10, rim=0.15, fade=0.30)
    return stage.silhouette(edge, 0.72, colour("#3a4427"), clear=0.85, texture=0.28, rim=0.15, fade=0.6)


def _shafts(stage: Stage) -> Layer:
    """Sunbeams that fan out from the sun, slowly brightening and fading."""
    beams = stage.blank()
    x, y = stage.sun
    for _ in range(9):
        angle = math.pi / 2 + stage.rng.normal(0, 0.55)
        spread = stage.rng.uniform(0.012, 0.045)
        far = 1.6 * stage.unit
        polygon(
            beams,
            [
                (x, y),
                (x + math.cos(angle - spread) * far, y + math.sin(angle - spread) * far),
                (x + math.cos(angle + spread) * far, y + math.sin(angle + spread) * far),
            ],
            int(stage.rng.integers(60, 150)),
        )
    soft = cv2.GaussianBlur(beams, (0, 0), 0.012 * stage.unit).astype(np.float32) / 255
    rows, columns = stage.grid()
    soft *= np.clip(1.25 - np.hypot(columns - x, rows - y) / stage.unit, 0, 1)
    light = soft[..., None] * stage.palette.light * 0.34
    return Layer.light(
        light,
        0.45,
        motion=lambda t: Pose(dx=0.01 * stage.unit * math.sin(t * 0.7), light=0.82 + 0.18 * math.sin(t * 1.1)),
    )


def _fireflies(stage: Stage) -> list[Layer]:
    """Warm sparks that wander and blink, in a few groups of their own rhythm."""
    layers = []
    for group in range(4):
        light = np.zeros((stage.height, stage.width, 3), np.float32)
        for _ in range(14):
            x, y = stage.rng.uniform(0, stage.width), stage.y(stage.rng.uniform(0.50, 0.90))
            light += stage.glow(x, y, stage.unit * stage.rng.uniform(0.0015, 0.0032))[..., None] * colour("#f4ffb0")
            light += stage.glow(x, y, stage.unit * 0.012)[..., None] * colour("#5f6a1c")
        layers.append(Layer.light(light, 0.6 + 0.1 * group, motion=_wander(stage.unit, group)))
    return layers


def _wander(unit: float, group: int) -> Motion:
    def pose(t: float) -> Pose:
        return Pose(
            0.03 * unit * math.sin(t * 0.9 + group * 2),
            0.02 * unit * math.sin(t * 1.3 + group),
            light=0.55 + 0.45 * math.sin(t * 2.1 + group * 1.7),
        )

    return pose


def _stems(stage: Stage) -> Layer:
    """Two or three dark stems at the sides, near the viewer."""
    mask = stage.blank()
    for share in (stage.rng.uniform(-0.12, 0.06), stage.rng.uniform(0.12, 0.2), stage.rng.uniform(0.90, 1.08)):
        trunk(mask, stage.rng, stage.x(share), stage.height, -10, stage.unit * stage.rng.uniform(0.022, 0.048))
    return stage.painted(mask, 1.15, colour("#16181a") if stage.weather != "snow" else colour("#2a3036"), texture=0.3)


def _undergrowth(stage: Stage) -> Layer:
    edge = stage.y(0.97) + stage.unit * 0.02 * line(stage.rng, stage.width, 3.0, 2.0)
    mask = stage.blank()
    y, _ = stage.grid()
    mask[y >= edge[None, :]] = 255
    grass(mask, stage.rng, edge, 0.05 * stage.unit, 0.006 * stage.unit)
    return stage.painted(mask, 1.2, colour("#10160f") if stage.weather != "snow" else colour("#98a6b2"), texture=0.2)
