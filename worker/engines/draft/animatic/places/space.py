"""Nebulae and stars in three depths, a planet with air about it, a moon."""

from __future__ import annotations

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, drift
from engines.draft.animatic.noise import clouds
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.sky import stars
from engines.draft.animatic.stage import Stage

HORIZON = 0.60
GROUND = 0.62

NEBULAE = (
    ("#5b2a86", "#1c6e8c", "#e0567a"),
    ("#123c69", "#ac3b61", "#edc7b7"),
    ("#0b525b", "#3a2a6d", "#f0a868"),
    ("#3d1053", "#b23a48", "#fcb97d"),
)
GLOBES = (
    ("#1d4e79", "#4b7d3f", "#c9a66b"),
    ("#8a4b2d", "#c98a5a", "#e9d2b0"),
    ("#3a4f6a", "#7fa3b8", "#e4eef2"),
    ("#5a3b6e", "#a06ca0", "#e7c7de"),
)


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = [_nebula(stage)]
    for depth, count in ((0.24, 300), (0.44, 120)):
        light = stars(stage, count, stage.height)[..., None] * colour("#eef3ff") / 255
        layers.append(Layer.light(np.repeat(light, 1, axis=2), depth, motion=drift(-0.012 * depth * stage.unit)))
    return layers + [_moon(stage), _planet(stage)]


def _nebula(stage: Stage) -> Layer:
    tones = [colour(tone) for tone in NEBULAE[stage.rng.integers(len(NEBULAE))]]
    picture = np.full((stage.height, stage.width, 3), 1, np.float32) * colour("#04050d")
    veil = stage.clouds(2.2, octaves=6)
    for tone, share in zip(tones, (0.85, 0.75, 0.55)):
        cloud = stage.clouds(2.6, octaves=6)
        picture += (np.clip(cloud - 0.38, 0, 1) ** 1.5 * veil**1.3 * 2.6 * share)[..., None] * tone
    picture *= (0.55 + 0.9 * stage.clouds(5, octaves=5))[..., None]
    picture += stars(stage, 1500, stage.height)[..., None] * 0.55
    return Layer.over(picture, np.ones(picture.shape[:2], np.float32), 0.14)


def _ball(stage: Stage, x: float, y: float, radius: float, surface: np.ndarray, air: np.ndarray, depth: float) -> Layer:
    """A sphere lit from the sun's side, with a rim of air."""
    rows, columns = stage.grid()
    nx, ny = (columns - x) / radius, (rows - y) / radius
    distance = np.sqrt(nx**2 + ny**2)
    nz = np.sqrt(np.clip(1 - distance**2, 0, 1))
    side = 1.0 if stage.sun[0] > stage.width / 2 else -1.0
    day = np.clip(0.62 * side * nx - 0.55 * ny + 0.42 * nz, 0, 1)
    alpha = np.clip((1 - distance) * radius + 0.5, 0, 1)
    rim = np.clip(1 - nz, 0, 1) ** 3 * day
    picture = surface * (0.03 + 1.15 * day[..., None]) + air * rim[..., None] * 0.9
    halo = (
        np.exp(-np.clip(distance - 1, 0, 9) * 26)
        * np.clip(0.62 * side * nx - 0.55 * ny + 0.15, 0, 1)
        * (distance >= 1)
        * 0.8
    )
    total = np.clip(alpha + halo, 0, 1)
    picture = mix(picture, air * 1.1, (halo / np.maximum(total, 1e-3))[..., None])
    return Layer.over(picture, total, depth)


def _planet(stage: Stage) -> Layer:
    low, land, high = (colour(tone) for tone in GLOBES[stage.rng.integers(len(GLOBES))])
    radius = 0.62 * stage.unit
    x = stage.x(stage.rng.uniform(0.2, 0.8))
    y = stage.y(1.0) + 0.30 * stage.unit
    relief = clouds(stage.rng, stage.height, stage.width, 5, 1.4, 7)
    surface = mix(low, land, np.clip((relief - 0.46) * 9, 0, 1)[..., None])
    surface = mix(surface, high, np.clip((relief - 0.62) * 6, 0, 1)[..., None])
    weather = np.clip((stage.clouds(6, stretch=2.2, octaves=6) - 0.52) * 4, 0, 0.85)
    surface = mix(surface, colour("#f4f7fa"), weather[..., None])
    return _ball(stage, x, y, radius, surface, colour("#8fd0ff"), 0.42)


def _moon(stage: Stage) -> Layer:
    radius = stage.unit * stage.rng.uniform(0.045, 0.085)
    x = stage.x(stage.rng.uniform(0.12, 0.88))
    y = stage.y(stage.rng.uniform(0.16, 0.34))
    dust = colour("#b9b2a6") * (0.72 + 0.5 * (cv2.GaussianBlur(stage.clouds(34), (0, 0), 1.2)[..., None] - 0.3))
    return _ball(stage, x, y, radius, dust, colour("#d8d4cc"), 0.34)
