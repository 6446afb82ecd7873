"""Dunes with a light and a dark side, far mesas, a shimmer of heat."""

from __future__ import annotations

import numpy as np

from engines.draft.animatic.layers import Layer
from engines.draft.animatic.noise import line
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.sky import paint_sky
from engines.draft.animatic.stage import Stage

HORIZON = 0.60
GROUND = 0.82

SAND = colour("#dd9a4c")
SHADE = colour("#8a4a30")


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = paint_sky(stage, duration)
    layers.append(_mesas(stage))
    for depth, foot, height in (
        (0.26, 0.02, 0.035),
        (0.42, 0.07, 0.055),
        (0.62, 0.13, 0.060),
        (0.86, 0.20, 0.045),
        (1.2, 0.36, 0.05),
    ):
        layers.append(_dune(stage, depth, foot, height))
    return layers


def _mesas(stage: Stage) -> Layer:
    edge = np.full(stage.width, stage.horizon_y + 0.01 * stage.unit, np.float32)
    for _ in range(stage.rng.integers(2, 5)):
        middle, half = stage.rng.uniform(0, stage.width), stage.unit * stage.rng.uniform(0.04, 0.13)
        top = stage.horizon_y - stage.unit * stage.rng.uniform(0.03, 0.10)
        away = np.abs(np.arange(stage.width) - middle)
        flank = top + np.clip(away - half, 0, None) * 2.2
        edge = np.minimum(edge, flank)
    edge += line(stage.rng, stage.width, 14, 1.8) * 0.004 * stage.unit
    return stage.silhouette(edge, 0.20, colour("#8d5a45"), texture=0.14)


def _dune(stage: Stage, depth: float, foot: float, height: float) -> Layer:
    """One dune: smooth crest, a wind-side in the light, and a slip face in shadow below each summit."""
    crest = stage.horizon_y + stage.unit * (
        foot + height * 1.4 * line(stage.rng, stage.width, 1.8 + 0.8 * depth, 3.0, 4)
    )
    layer = stage.silhouette(crest, depth, SAND, clear=0.35 + 0.6 * depth, texture=0.05, rim=0.5, fade=0.25)
    rows, columns = layer.pictures[0].shape[:2]
    y = np.arange(layer.top, layer.top + rows, dtype=np.float32)[:, None]
    x = slice(layer.left, layer.left + columns)
    below = y - crest[x][None, :].astype(np.float32)
    sunward = stage.flanks(crest, layer.top, fine=0.035, ragged=0.05, gain=5)[:rows, x]
    drop = np.clip((0.5 - sunward) * 2.2, 0, 1) * np.clip(1.25 - below / (stage.unit * height * 3.2), 0, 1)
    ripple = np.sin(
        below / (0.0050 * stage.unit * (0.4 + depth)) + 7 * stage.clouds(4, 2)[layer.top : layer.top + rows, x]
    )
    picture = layer.pictures[0].astype(np.float32)
    coverage = picture[..., 3:] / 255
    shaded = mix(picture[..., :3], stage.palette.shade(SHADE, min(1, depth + 0.2)) * coverage, (drop * 0.85)[..., None])
    picture[..., :3] = shaded * (1 + 0.05 * depth * ripple * np.clip(below / (0.02 * stage.unit), 0, 1))[..., None]
    return Layer((np.clip(picture, 0, 255).astype(np.uint8),), depth, layer.left, layer.top)
