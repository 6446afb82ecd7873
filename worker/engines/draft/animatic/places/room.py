"""A quiet room: a window onto the sky, light on the floor, a lamp, a table before the viewer."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Pose
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.places.furniture import (
    WOOD,
    is_dark,
    light_of,
    paint_lamp,
    paint_shelf,
    paint_table,
    window_of,
)
from engines.draft.animatic.places.trees import broadleaf
from engines.draft.animatic.sky import gradient
from engines.draft.animatic.stage import Stage, polygon

HORIZON = 0.66
GROUND = 0.84

WALLS = ("#7d8f86", "#a5836a", "#5f7186", "#9a8f78", "#86606a")


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = [_view(stage), _wall(stage), paint_shelf(stage), _floor(stage), _sunlight(stage)]
    layers += [paint_lamp(stage), _dust(stage, 0), _dust(stage, 1), paint_table(stage, GROUND)]
    return layers


def _view(stage: Stage) -> Layer:
    """What is outside: sky, glow, the crown of a tree."""
    picture = gradient(stage)
    left, top, right, bottom = window_of(stage)
    glow = stage.glow(right - 0.3 * (right - left), top + 0.35 * (bottom - top), 0.10 * stage.unit)
    picture = mix(picture, stage.palette.light, glow[..., None] * 0.8)
    mask = stage.blank()
    broadleaf(mask, stage.rng, left + 0.3 * (right - left), bottom + 0.12 * stage.unit, 0.42 * stage.unit)
    picture = mix(picture, stage.palette.shade(colour("#35502f"), 0.5), mask[..., None].astype(np.float32) / 255 * 0.85)
    return Layer.over(picture, np.ones(picture.shape[:2], np.float32), 0.10)


def _wall(stage: Stage) -> Layer:
    """The wall with its window cut out, frame, sill and curtains."""
    left, top, right, bottom = window_of(stage)
    base = colour(WALLS[stage.rng.integers(len(WALLS))]) * light_of(stage)
    y, x = stage.grid()
    away = np.hypot(x - (left + right) / 2, y - (top + bottom) / 2) / stage.unit
    picture = base * (1.12 - 0.55 * np.clip(away, 0, 1.1))[..., None] * (0.97 + 0.06 * stage.clouds(30)[..., None])
    picture = mix(picture, stage.palette.light * light_of(stage), np.exp(-away * 4)[..., None] * 0.18)
    alpha = np.ones((stage.height, stage.width), np.float32)
    alpha[int(top) : int(bottom), int(left) : int(right)] = 0
    frame = stage.blank()
    thick = max(2, round(0.010 * stage.unit))
    cv2.rectangle(frame, (int(left), int(top)), (int(right), int(bottom)), 255, thick, cv2.LINE_AA)
    cv2.line(
        frame,
        (int((left + right) / 2), int(top)),
        (int((left + right) / 2), int(bottom)),
        255,
        thick // 2 + 1,
        cv2.LINE_AA,
    )
    cv2.line(
        frame,
        (int(left), int(top + 0.38 * (bottom - top))),
        (int(right), int(top + 0.38 * (bottom - top))),
        255,
        thick // 2 + 1,
        cv2.LINE_AA,
    )
    cv2.rectangle(
        frame, (int(left - 2 * thick), int(bottom)), (int(right + 2 * thick), int(bottom + 1.6 * thick)), 255, -1
    )
    wood = colour("#efe8dc") * light_of(stage) * 0.85
    share = frame[..., None].astype(np.float32) / 255
    picture = mix(picture, wood, share)
    alpha = np.maximum(alpha, share[..., 0])
    for edge, way in ((left, 1), (right, -1)):
        _curtain(stage, picture, alpha, edge, way, top, bottom)
    return Layer.over(picture, alpha, 0.30)


def _curtain(
    stage: Stage, picture: np.ndarray, alpha: np.ndarray, edge: float, way: int, top: float, bottom: float
) -> None:
    wide = 0.055 * stage.unit
    mask = stage.blank()
    polygon(
        mask,
        [
            (edge - way * wide, top - 0.03 * stage.unit),
            (edge + way * wide * 0.75, top - 0.03 * stage.unit),
            (edge + way * wide * 0.15, bottom + 0.05 * stage.unit),
            (edge - way * wide * 1.1, bottom + 0.05 * stage.unit),
        ],
    )
    _, x = stage.grid()
    folds = 0.80 + 0.20 * np.sin(x / (0.0085 * stage.unit) + np.sin(stage.grid()[0] / (0.2 * stage.unit)))
    cloth = colour("#d8cdbb") * light_of(stage) * folds[..., None]
    share = mask.astype(np.float32) / 255
    picture[:] = mix(picture, cloth, share[..., None])
    np.maximum(alpha, share, out=alpha)


def _floor(stage: Stage) -> Layer:
    """Boards that run towards the viewer."""
    y, x = stage.grid()
    foot = stage.horizon_y + 0.02 * stage.unit
    near = np.clip((y - foot) / (stage.height - foot), 0.0, 1)
    across = (x - stage.width / 2) / (0.30 + near) / stage.unit
    board = np.floor(across * 9).astype(int)
    tones = stage.rng.uniform(0.82, 1.08, 400).astype(np.float32)
    seam = np.clip(np.abs((across * 9) % 1 - 0.5) * 40 - 18.6, 0, 1)
    shade = tones[board % 400] * (1 - 0.45 * seam) * (1.05 - 0.45 * near) * (0.93 + 0.14 * stage.clouds(30, 0.3))
    picture = WOOD * light_of(stage) * shade[..., None]
    skirting = np.clip(1 - np.abs(y - foot) / (0.012 * stage.unit), 0, 1)
    picture = mix(picture, colour("#e9e2d6") * light_of(stage) * 0.7, (skirting > 0.05).astype(np.float32)[..., None])
    return Layer.over(
        picture, np.clip(y - foot + 0.012 * stage.unit, 0, 1) * np.ones((1, stage.width), np.float32), 0.55
    )


def _sunlight(stage: Stage) -> Layer:
    """The window's light on the floor, which breathes with passing clouds."""
    left, _, right, _ = window_of(stage)
    way = 1 if stage.sun[0] < stage.width / 2 else -1
    mask = stage.blank()
    foot = stage.horizon_y + 0.05 * stage.unit
    lean = way * 0.22 * stage.unit
    for pane in range(2):
        a, b = left + (right - left) * (0.04 + 0.5 * pane), left + (right - left) * (0.46 + 0.5 * pane)
        polygon(
            mask,
            [
                (a + lean * 0.4, foot),
                (b + lean * 0.4, foot),
                (b + lean * 1.5, foot + 0.24 * stage.unit),
                (a + lean * 1.5, foot + 0.24 * stage.unit),
            ],
            200,
        )
    soft = cv2.GaussianBlur(mask, (0, 0), 0.008 * stage.unit).astype(np.float32) / 255
    strength = 0.10 if is_dark(stage) else 0.36
    return Layer.light(
        soft[..., None] * stage.palette.light * strength,
        0.56,
        motion=lambda t: Pose(light=0.78 + 0.22 * math.sin(t * 0.9)),
    )


def _dust(stage: Stage, index: int) -> Layer:
    """Motes that float through the light."""
    light = np.zeros((stage.height, stage.width, 3), np.float32)
    left, top, right, _ = window_of(stage)
    for _ in range(70):
        x = stage.rng.uniform(left - 0.1 * stage.unit, right + 0.35 * stage.unit)
        y = stage.rng.uniform(top, stage.y(0.95))
        cv2.circle(
            light,
            (int(x * 16), int(y * 16)),
            int(stage.unit * stage.rng.uniform(0.0007, 0.0017) * 16),
            (stage.palette.light * 0.28).tolist(),
            -1,
            cv2.LINE_AA,
            4,
        )
    return Layer.light(
        light,
        0.6 + 0.2 * index,
        motion=lambda t: Pose(
            0.030 * stage.unit * math.sin(t * 0.6 + index), stage.unit * (0.010 * math.sin(t + 2 * index) - 0.012 * t)
        ),
    )
