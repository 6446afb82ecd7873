"""Blue depth with rays from the surface, rocks and kelp, rising bubbles."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Pose, sway
from engines.draft.animatic.noise import line, peaks
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.stage import Stage, polygon

HORIZON = 0.55
GROUND = 0.58

SURFACE, BLUE, ABYSS = colour("#9fe4e6"), colour("#1d7fa3"), colour("#04213f")


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = [_depths(stage)] + [_rays(stage, index) for index in range(2)]
    for depth, foot, height in ((0.25, 0.10, 0.10), (0.50, 0.20, 0.09), (0.85, 0.33, 0.06)):
        layers.append(_rocks(stage, depth, foot, height))
        layers.append(_kelp(stage, depth, foot))
    return layers + [_bubbles(stage, index, duration) for index in range(3)] + [_kelp(stage, 1.2, 0.52)]


def _dim(stage: Stage) -> float:
    return {"night": 0.45, "sunset": 0.8, "dawn": 0.9}.get(stage.time, 1.0)


def _shade(stage: Stage, depth: float) -> np.ndarray:
    return mix(BLUE * 0.8, ABYSS * 0.55, min(1.0, depth)) * _dim(stage)


def _depths(stage: Stage) -> Layer:
    y, x = stage.grid()
    share = (y / stage.height)[..., None]
    picture = mix(mix(SURFACE, BLUE, np.clip(share * 2.4, 0, 1)), ABYSS, np.clip((share - 0.30) * 1.3, 0, 1))
    picture = picture * np.ones((1, stage.width, 1), np.float32)
    bright = np.exp(-np.hypot(x - stage.sun[0], (y - 0) * 1.2) / (0.45 * stage.unit))
    picture = mix(picture, colour("#e9fffb"), bright[..., None] * 0.7) * _dim(stage)
    return Layer.over(picture, np.ones(picture.shape[:2], np.float32), 0.04)


def _rays(stage: Stage, index: int) -> Layer:
    mask = stage.blank()
    for _ in range(8):
        x = stage.sun[0] + stage.rng.normal(0, 0.35) * stage.unit
        lean, wide = stage.rng.normal(0.05, 0.14), stage.rng.uniform(0.01, 0.05)
        far = stage.unit * stage.rng.uniform(0.7, 1.2)
        polygon(
            mask,
            [
                (x, -5),
                (x + wide * stage.unit * 0.5, -5),
                (x + (lean + wide) * stage.unit, far),
                (x + (lean - wide) * stage.unit, far),
            ],
            90,
        )
    y, _ = stage.grid()
    soft = (
        cv2.GaussianBlur(mask, (0, 0), 0.016 * stage.unit).astype(np.float32)
        / 255
        * np.clip(1.1 - y / stage.unit, 0, 1)
    )
    light = soft[..., None] * colour("#bff4ee") * 0.75 * _dim(stage)
    return Layer.light(
        light,
        0.12 + 0.1 * index,
        motion=lambda t: Pose(
            dx=0.02 * stage.unit * math.sin(t * 0.8 + 2 * index), light=0.72 + 0.28 * math.sin(t * 1.3 + index * 2)
        ),
    )


def _rocks(stage: Stage, depth: float, foot: float, height: float) -> Layer:
    edge = stage.y(HORIZON) + stage.unit * (
        foot - height * peaks(stage.rng, stage.width, 2.6 * stage.width / stage.unit, 2.0)
    )
    top = max(0, int(edge.min()) - 1)
    y, _ = stage.grid()
    below = y[top:] - edge[None, :]
    light = 1 + 0.3 * (stage.clouds(14)[top:] - 0.5)
    crest = np.exp(-np.clip(below, 0, None) / (0.012 * stage.unit))[..., None] * 0.35
    picture = mix(_shade(stage, depth) * light[..., None], SURFACE * 0.7 * _dim(stage), crest * (1 - 0.5 * depth))
    return Layer.over(picture, np.clip(below + 0.5, 0, 1), depth, top=top)


def _kelp(stage: Stage, depth: float, foot: float) -> Layer:
    """Waving ribbons in loose groups."""
    mask = stage.blank()
    for _ in range(stage.rng.integers(5, 9)):
        group = stage.rng.uniform(0, stage.width)
        for _ in range(stage.rng.integers(2, 6)):
            x = group + stage.rng.normal(0, 0.03) * stage.unit
            tall = stage.unit * stage.rng.uniform(0.08, 0.26) * (0.6 + depth)
            bottom = stage.y(HORIZON) + stage.unit * (foot + 0.12)
            share = np.linspace(0, 1, 24)
            bend = line(stage.rng, 24, 1.2, 3, 3) * 0.05 * stage.unit * share
            half = stage.unit * 0.006 * (0.5 + depth) * np.sin(np.pi * (0.12 + 0.88 * (1 - share))) ** 0.7
            spine, up = x + bend, bottom - share * (tall + 0.12 * stage.unit)
            outline = np.concatenate([np.stack([spine - half, up], 1), np.stack([spine + half, up], 1)[::-1]])
            polygon(mask, outline)
    picture = np.broadcast_to(
        mix(_shade(stage, depth), colour("#1d5b3f") * _dim(stage), 0.45), (stage.height, stage.width, 3)
    )
    motion = sway(0.012 * stage.unit, 0, 4.2, turn=0.4, phase=depth * 5)
    return Layer.over(picture, mask.astype(np.float32) / 255 * 0.95, depth + 0.02, motion=motion)


def _bubbles(stage: Stage, index: int, duration: float) -> Layer:
    light = np.zeros((stage.height, stage.width, 3), np.float32)
    for _ in range(26):
        x, y = stage.rng.uniform(0, stage.width), stage.rng.uniform(0, stage.height)
        radius = stage.unit * stage.rng.uniform(0.0015, 0.004) * (1 + index)
        cv2.circle(
            light,
            (int(x * 16), int(y * 16)),
            int(radius * 16),
            (SURFACE * 0.55).tolist(),
            max(1, round(radius * 0.25)),
            cv2.LINE_AA,
            4,
        )
        cv2.circle(
            light,
            (int((x - radius * 0.35) * 16), int((y - radius * 0.35) * 16)),
            int(radius * 4),
            (235, 245, 240),
            -1,
            cv2.LINE_AA,
            4,
        )
    speed = stage.unit * (0.05 + 0.03 * index)
    reach = stage.height * 0.3

    def rise(t: float) -> Pose:
        return Pose(
            dx=0.008 * stage.unit * math.sin(t * 2 + index),
            dy=-((speed * t + reach * index / 3) % reach) + reach / 2,
            light=0.9 * _dim(stage),
        )

    return Layer.light(light, 0.5 + 0.3 * index, motion=rise)
