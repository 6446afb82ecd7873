"""A lighthouse on its rock, with a beam that turns."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Pose, premultiplied
from engines.draft.animatic.noise import line
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.stage import Stage, polygon

DEPTH = 0.62

TURN = 4.0
"""Seconds of one turn of the beam."""

BEAM_PICTURES = 48


def paint_lighthouse(stage: Stage, height: float, foot: float) -> list[Layer]:
    """The tower on its rock, on the side away from the sun, and at dark its beam.

    ``height`` is in pixels, and less where the frame has no room for it; ``foot`` is the stage y of the tower's foot.
    """
    height = min(height, foot - stage.y(0.10))
    middle = stage.x(0.66 if stage.sun[0] < stage.width / 2 else 0.34)
    top = foot - height
    layers = [_tower(stage, middle, top, foot, height), _rock(stage, middle, foot, height)]
    if stage.time != "day" or stage.weather is not None:
        layers += [_lamp(stage, middle, top + 0.085 * height, height), _beam(stage, middle, top + 0.085 * height)]
    return layers


def _tower(stage: Stage, middle: float, top: float, foot: float, height: float) -> Layer:
    wide = 0.088 * height
    picture = np.zeros((stage.height, stage.width, 3), np.float32)
    mask = stage.blank()

    def part(points: list[tuple[float, float]], tone: np.ndarray) -> None:
        shape = stage.blank()
        polygon(shape, points)
        picture[:] = mix(picture, tone, shape[..., None].astype(np.float32) / 255)
        np.maximum(mask, shape, out=mask)

    white, red, iron = (stage.palette.lit(colour(tone)) for tone in ("#f1ece2", "#b8392f", "#2b2f38"))
    body_top, foot = top + 0.16 * height, foot + 0.06 * height  # a little into the rock
    for band in range(7):
        upper, lower = (body_top + (foot - body_top) * share / 7 for share in (band, band + 1))
        a, b = (wide * (0.62 + 0.42 * share / 7) for share in (band, band + 1))
        part(
            [(middle - a, upper), (middle + a, upper), (middle + b, lower + 1), (middle - b, lower + 1)],
            red if band % 2 else white,
        )
    part(
        [
            (middle - wide * 0.95, body_top - 0.012 * height),
            (middle + wide * 0.95, body_top - 0.012 * height),
            (middle + wide * 0.8, body_top + 0.012 * height),
            (middle - wide * 0.8, body_top + 0.012 * height),
        ],
        iron,
    )
    lit = stage.time != "day"
    part(
        [
            (middle - wide * 0.45, top + 0.055 * height),
            (middle + wide * 0.45, top + 0.055 * height),
            (middle + wide * 0.45, body_top - 0.012 * height),
            (middle - wide * 0.45, body_top - 0.012 * height),
        ],
        colour("#ffe9ae") if lit else stage.palette.lit(colour("#9db8c4")),
    )
    part(
        [(middle - wide * 0.62, top + 0.058 * height), (middle + wide * 0.62, top + 0.058 * height), (middle, top)],
        red * 0.8,
    )
    x = stage.grid()[1]
    side = 1.0 if stage.sun[0] > middle else -1.0
    picture *= np.clip(0.86 + 0.34 * side * (x - middle) / wide, 0.4, 1.15)[..., None]
    return Layer.over(picture, mask.astype(np.float32) / 255, DEPTH)


def _rock(stage: Stage, middle: float, foot: float, height: float) -> Layer:
    """A cliff that rises from the water to the tower's foot, with foam where they meet."""
    x = np.arange(stage.width, dtype=np.float32)
    away = np.abs(x - middle) / (0.42 * height)
    edge = foot - 0.015 * height + 0.26 * height * away**2.6 + 0.030 * height * line(stage.rng, stage.width, 9, 1.9)
    layer = stage.silhouette(edge, DEPTH, colour("#39404a"), clear=0.85, texture=0.35, rim=0.3, fade=0.7)
    picture = layer.pictures[0].astype(np.float32)
    rows, columns = picture.shape[:2]
    across = x[layer.left : layer.left + columns] - middle
    waterline = (
        stage.y(0.80)
        - 0.05 * height * (across / (0.5 * height)) ** 2
        + 0.010 * height * line(stage.rng, columns, 30, 1.7)
    )
    above = waterline[None, :] - np.arange(layer.top, layer.top + rows, dtype=np.float32)[:, None]
    foam = np.exp(-((above / (0.016 * height)) ** 2))[..., None] * picture[..., 3:] / 255
    picture[..., :3] = mix(picture[..., :3], stage.palette.shade(colour("#e8f1f4"), 0.6), foam * 0.6)
    picture *= np.clip(above / (0.02 * height) + 1, 0, 1)[..., None]
    return Layer((np.clip(picture, 0, 255).astype(np.uint8),), DEPTH, layer.left, layer.top)


def _lamp(stage: Stage, x: float, y: float, height: float) -> Layer:
    """The lamp's glow, brightest when the beam points at the viewer."""
    glow = 0.55 * stage.glow(x, y, 0.05 * height) + stage.glow(x, y, 0.018 * height)
    light = glow[..., None] * colour("#ffedb5")
    return Layer.light(
        light, DEPTH, motion=lambda t: Pose(light=0.55 + 0.45 * max(0.0, math.sin(2 * math.pi * t / TURN)) ** 4)
    )


def _beam(stage: Stage, x: float, y: float) -> Layer:
    """Both arms of the beam, seen from the side: they shorten and widen as they turn towards the viewer."""
    reach, scale = round(0.85 * stage.unit), 2
    half = round(0.16 * stage.unit)
    rows, columns = np.mgrid[-half:half:scale, -reach:reach:scale].astype(np.float32)
    pictures = []
    for index in range(BEAM_PICTURES):
        across = math.cos(2 * math.pi * index / BEAM_PICTURES)
        long = max(0.05, abs(across)) * reach
        total = np.zeros_like(rows)
        for arm in (1, -1):
            along = columns * arm / long
            spread = 0.010 * stage.unit + 0.10 * np.abs(columns) * (0.5 + 0.5 * (1 - abs(across)))
            bright = 0.62 if arm * across > 0 else 0.34
            total += (
                (along > 0)
                * np.clip(1 - along, 0, 1) ** 1.2
                * np.exp(-((rows / spread) ** 2))
                * bright
                * abs(across) ** 0.5
            )
        arms = cv2.resize(total, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        pictures.append(premultiplied(arms[..., None] * colour("#ffeec2") * 0.8, np.ones_like(arms)))
    return Layer(pictures, DEPTH, round(x - reach), round(y - half), additive=True, rate=BEAM_PICTURES / TURN)
