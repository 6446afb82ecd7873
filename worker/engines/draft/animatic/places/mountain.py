"""Ranges one behind the other, snow on the far ones, pines on the near slope."""

from __future__ import annotations

import numpy as np

from engines.draft.animatic.layers import Layer
from engines.draft.animatic.noise import line, peaks
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.places.trees import pine
from engines.draft.animatic.sky import paint_sky
from engines.draft.animatic.stage import SNOW, Stage

HORIZON = 0.60
GROUND = 0.84

ROCK = colour("#48505f")


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = paint_sky(stage, duration)
    for depth, foot, height in ((0.16, 0.00, 0.24), (0.28, 0.05, 0.19), (0.44, 0.11, 0.14)):
        layers.append(_range(stage, depth, foot, height))
    layers.append(_slope(stage))
    return layers + [_foreground(stage)]


def _range(stage: Stage, depth: float, foot: float, height: float) -> Layer:
    """A mountain range: light and shadow flanks, and snow above a ragged line."""
    width = stage.width / stage.unit
    crest = stage.horizon_y + stage.unit * (
        foot - height * 0.55 - height * peaks(stage.rng, stage.width, 2.4 * width, 1.95)
    )
    layer = stage.silhouette(crest, depth, ROCK, texture=0.14)
    rows, columns = layer.pictures[0].shape[:2]
    y = np.arange(layer.top, layer.top + rows, dtype=np.float32)[:, None]
    x = slice(layer.left, layer.left + columns)
    noise = stage.clouds(22, 0.6)[layer.top : layer.top + rows, x]
    sunward = stage.flanks(crest, layer.top, fine=0.009, ragged=0.10)[:rows, x]
    cover = 2.4 if stage.weather == "snow" else 1.0
    line_of_snow = crest.min() + stage.unit * height * (0.30 + 0.34 * noise) * cover
    snowy = np.clip((line_of_snow - y) / (0.012 * stage.unit), 0, 1) * (layer.pictures[0][..., 3] > 0)
    bright = mix(
        stage.palette.shade(SNOW, depth + 0.25), stage.palette.light * min(1.0, stage.palette.ambient + 0.25), 0.35
    )
    dark = mix(stage.palette.shade(SNOW, depth + 0.2) * 0.72, stage.palette.middle, 0.45)
    flank = mix(dark, bright, sunward[..., None])
    picture = layer.pictures[0].astype(np.float32)
    shaded = picture[..., :3] * (0.66 + 0.44 * sunward[..., None])
    coverage = picture[..., 3:] / 255
    picture[..., :3] = mix(shaded, flank * coverage, snowy[..., None])
    return Layer((np.clip(picture, 0, 255).astype(np.uint8),), depth, layer.left, layer.top)


def _slope(stage: Stage) -> Layer:
    """A near hillside full of pines."""
    edge = stage.horizon_y + stage.unit * (0.15 + 0.035 * line(stage.rng, stage.width, 2.0, 2.4))
    mask = stage.blank()
    y, _ = stage.grid()
    mask[y >= edge[None, :]] = 255
    x = -0.02 * stage.unit
    while x < stage.width + 0.02 * stage.unit:
        column = int(np.clip(x, 0, stage.width - 1))
        pine(mask, stage.rng, x, edge[column] + 0.01 * stage.unit, stage.unit * stage.rng.uniform(0.03, 0.085))
        x += stage.unit * stage.rng.uniform(0.008, 0.030)
    base = colour("#24382f") if stage.weather != "snow" else colour("#4a5c66")
    return stage.painted(mask, 0.66, base, clear=0.8, texture=0.2)


def _foreground(stage: Stage) -> Layer:
    """A meadow or snowfield under the subject, reaching to the viewer."""
    edge = stage.y(0.80) + stage.unit * 0.022 * line(stage.rng, stage.width, 1.6, 2.6)
    if stage.weather == "snow":
        return stage.silhouette(edge, 0.95, SNOW * 1.1, clear=0.60, texture=0.10, rim=0.25, fade=0.30)
    return stage.silhouette(edge, 0.95, colour("#3d4a33"), texture=0.20, rim=0.25, fade=0.55)
