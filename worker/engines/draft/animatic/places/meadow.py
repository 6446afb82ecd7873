"""Rolling hills with lone trees and hedges, grass and flowers in the wind before the viewer."""

from __future__ import annotations

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, sway
from engines.draft.animatic.noise import line
from engines.draft.animatic.palette import Colour, colour
from engines.draft.animatic.places.trees import broadleaf, grass
from engines.draft.animatic.sky import paint_sky
from engines.draft.animatic.stage import Stage

HORIZON = 0.60
GROUND = 0.84

GREEN = colour("#5b8a3c")
FLOWERS = ("#f7f3ea", "#f2c84b", "#e2574c", "#8b6fd1")


def paint(stage: Stage, duration: float) -> list[Layer]:
    snowy = stage.weather == "snow"
    layers = paint_sky(stage, duration)
    far = colour("#8ea7b0") if snowy else colour("#5f8a72")
    layers.append(stage.silhouette(_hill(stage, -0.03, 0.05), 0.20, far, texture=0.12))
    for depth, foot, size in ((0.34, 0.03, 0.07), (0.52, 0.10, 0.13)):
        layers.append(
            _hill_with_trees(stage, depth, foot, size, colour("#c3d0d8") if snowy else GREEN * (1.15 - 0.3 * depth))
        )
    layers.append(
        stage.silhouette(
            _hill(stage, 0.17, 0.025), 0.80, colour("#e4ebf1") if snowy else GREEN * 0.92, texture=0.26, fade=0.5
        )
    )
    if not snowy:
        layers += _flowers(stage)
    return layers + _grass(stage, snowy)


def _hill(stage: Stage, foot: float, height: float) -> np.ndarray:
    return stage.horizon_y + stage.unit * (foot + height * line(stage.rng, stage.width, 1.6, 3.0, 4))


def _hill_with_trees(stage: Stage, depth: float, foot: float, size: float, base: Colour) -> Layer:
    edge = _hill(stage, foot, 0.035)
    ground = stage.silhouette(edge, depth, base, texture=0.18)
    mask = stage.blank()
    for _ in range(stage.rng.integers(5, 10)):
        x = stage.rng.uniform(0, stage.width)
        broadleaf(
            mask, stage.rng, x, edge[int(x)] + 0.012 * stage.unit, stage.unit * size * stage.rng.uniform(0.6, 1.3)
        )
    trees = stage.painted(mask, depth, colour("#6d7f84") if stage.weather == "snow" else colour("#2f4d2a"), texture=0.3)
    picture = np.zeros((stage.height, stage.width, 4), np.uint8)
    for layer in (ground, trees):
        rows, columns = layer.pictures[0].shape[:2]
        part = picture[layer.top : layer.top + rows, layer.left : layer.left + columns]
        clear = cv2.merge([255 - layer.pictures[0][..., 3]] * 4)
        part[:] = cv2.add(cv2.multiply(part, clear, scale=1 / 255), layer.pictures[0])
    top = min(ground.top, trees.top)
    return Layer((np.ascontiguousarray(picture[top:]),), depth, 0, top)


def _flowers(stage: Stage) -> list[Layer]:
    """Dots of one colour, larger the nearer, that nod in the wind."""
    layers = []
    petals = stage.palette.lit(colour(FLOWERS[stage.rng.integers(len(FLOWERS))])) * 1.15
    for index, (depth, top, bottom, size) in enumerate(((0.78, 0.80, 0.88, 0.0030), (0.95, 0.88, 1.02, 0.0060))):
        mask = stage.blank()
        for _ in range(90):
            x, y = stage.rng.uniform(0, stage.width), stage.y(stage.rng.uniform(top, bottom))
            radius = stage.unit * size * stage.rng.uniform(0.6, 1.3)
            cv2.ellipse(mask, ((x, y), (radius * 2.4, radius * 1.7), 0), 255, -1, cv2.LINE_AA)
        picture = np.broadcast_to(petals, (stage.height, stage.width, 3))
        motion = sway(0.0025 * stage.unit * (1 + index), 0.0006 * stage.unit, 2.6, phase=index)
        layers.append(Layer.over(picture, mask.astype(np.float32) / 255, depth, motion=motion))
    return layers


def _grass(stage: Stage, snowy: bool) -> list[Layer]:
    """Two rows of blades, swaying against one another."""
    layers = []
    for index, (depth, edge_at, height) in enumerate(((1.05, 0.96, 0.06), (1.25, 1.02, 0.11))):
        edge = stage.y(edge_at) + stage.unit * 0.012 * line(stage.rng, stage.width, 3.0, 2.0)
        mask = stage.blank()
        y, _ = stage.grid()
        mask[y >= edge[None, :]] = 255
        grass(mask, stage.rng, edge, height * stage.unit, 0.005 * stage.unit)
        base = colour("#a9b6bf") * (1 - 0.25 * index) if snowy else GREEN * (0.55 - 0.22 * index)
        layers.append(
            stage.painted(
                mask, depth, base, texture=0.25, motion=sway(0.006 * stage.unit, 0, 2.9 - 0.6 * index, phase=2 * index)
            )
        )
    return layers
