"""A quiet room: a window onto the sky, light on the floor, a lamp, a table before the viewer."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Pose
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.places.trees import broadleaf
from engines.draft.animatic.sky import gradient
from engines.draft.animatic.stage import Stage, polygon

HORIZON = 0.66
GROUND = 0.84

WALLS = ("#7d8f86", "#a5836a", "#5f7186", "#9a8f78", "#86606a")
WOOD = colour("#7a5236")


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = [_view(stage), _wall(stage), _pictures(stage), _floor(stage), _sunlight(stage)]
    layers += [_lamp(stage), _dust(stage, 0), _dust(stage, 1), _table(stage)]
    return layers


def _is_dark(stage: Stage) -> bool:
    return stage.time == "night"


def _light(stage: Stage) -> float:
    return {"night": 0.42, "sunset": 0.72, "dawn": 0.85}.get(stage.time, 1.0)


def _window(stage: Stage) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the window, in stage pixels, on the sun's side."""
    middle = stage.x(0.27 if stage.sun[0] < stage.width / 2 else 0.73)
    half = min(0.17 * stage.unit, 0.30 * stage.frame_width)
    return middle - half, stage.horizon_y - 0.46 * stage.unit, middle + half, stage.horizon_y - 0.10 * stage.unit


def _view(stage: Stage) -> Layer:
    """What is outside: sky, glow, the crown of a tree."""
    picture = gradient(stage)
    left, top, right, bottom = _window(stage)
    glow = stage.glow(right - 0.3 * (right - left), top + 0.35 * (bottom - top), 0.10 * stage.unit)
    picture = mix(picture, stage.palette.light, glow[..., None] * 0.8)
    mask = stage.blank()
    broadleaf(mask, stage.rng, left + 0.3 * (right - left), bottom + 0.12 * stage.unit, 0.42 * stage.unit)
    picture = mix(picture, stage.palette.shade(colour("#35502f"), 0.5), mask[..., None].astype(np.float32) / 255 * 0.85)
    return Layer.over(picture, np.ones(picture.shape[:2], np.float32), 0.10)


def _wall(stage: Stage) -> Layer:
    """The wall with its window cut out, frame, sill and curtains."""
    left, top, right, bottom = _window(stage)
    base = colour(WALLS[stage.rng.integers(len(WALLS))]) * _light(stage)
    y, x = stage.grid()
    away = np.hypot(x - (left + right) / 2, y - (top + bottom) / 2) / stage.unit
    picture = base * (1.12 - 0.55 * np.clip(away, 0, 1.1))[..., None] * (0.97 + 0.06 * stage.clouds(30)[..., None])
    picture = mix(picture, stage.palette.light * _light(stage), np.exp(-away * 4)[..., None] * 0.18)
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
    wood = colour("#efe8dc") * _light(stage) * 0.85
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
    cloth = colour("#d8cdbb") * _light(stage) * folds[..., None]
    share = mask.astype(np.float32) / 255
    picture[:] = mix(picture, cloth, share[..., None])
    np.maximum(alpha, share, out=alpha)


def _pictures(stage: Stage) -> Layer:
    """A shelf with books on the wall beside the window."""
    left, _, right, _ = _window(stage)
    x0 = right + 0.13 * stage.unit if stage.sun[0] < stage.width / 2 else left - 0.13 * stage.unit - 0.30 * stage.unit
    y0 = stage.horizon_y - 0.30 * stage.unit
    picture = np.zeros((stage.height, stage.width, 3), np.float32)
    mask = stage.blank()
    for shelf in (0, 1):
        base_y = int(y0 + shelf * 0.13 * stage.unit)
        x = x0
        while x < x0 + 0.28 * stage.unit:
            wide, tall = stage.unit * stage.rng.uniform(0.008, 0.018), stage.unit * stage.rng.uniform(0.055, 0.085)
            if stage.rng.random() < 0.86:
                tone = (
                    colour(("#a8483c", "#2f5a6b", "#c99a45", "#4d6b46", "#e1d7c4", "#553a52")[stage.rng.integers(6)])
                    * _light(stage)
                    * 0.8
                )
                corner = (int(x), int(base_y - tall)), (int(x + wide) - 1, base_y)
                cv2.rectangle(picture, *corner, tone.tolist(), -1)
                cv2.rectangle(mask, *corner, 255, -1)
            x += wide
        plank = (int(x0 - 0.02 * stage.unit), base_y), (
            int(x0 + 0.30 * stage.unit),
            base_y + max(2, round(0.008 * stage.unit)),
        )
        cv2.rectangle(picture, *plank, (WOOD * _light(stage)).tolist(), -1)
        cv2.rectangle(mask, *plank, 255, -1)
    return Layer.over(picture, mask.astype(np.float32) / 255, 0.33)


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
    picture = WOOD * _light(stage) * shade[..., None]
    skirting = np.clip(1 - np.abs(y - foot) / (0.012 * stage.unit), 0, 1)
    picture = mix(picture, colour("#e9e2d6") * _light(stage) * 0.7, (skirting > 0.05).astype(np.float32)[..., None])
    return Layer.over(
        picture, np.clip(y - foot + 0.012 * stage.unit, 0, 1) * np.ones((1, stage.width), np.float32), 0.55
    )


def _sunlight(stage: Stage) -> Layer:
    """The window's light on the floor, which breathes with passing clouds."""
    left, _, right, _ = _window(stage)
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
    strength = 0.10 if _is_dark(stage) else 0.36
    return Layer.light(
        soft[..., None] * stage.palette.light * strength,
        0.56,
        motion=lambda t: Pose(light=0.78 + 0.22 * math.sin(t * 0.9)),
    )


def _lamp(stage: Stage) -> Layer:
    """A standing lamp; at night it is the room's light."""
    x = stage.x(0.80 if stage.sun[0] < stage.width / 2 else 0.20)
    foot, top = stage.horizon_y + 0.10 * stage.unit, stage.horizon_y - 0.30 * stage.unit
    mask = stage.blank()
    polygon(
        mask,
        [
            (x - 0.003 * stage.unit, foot),
            (x + 0.003 * stage.unit, foot),
            (x + 0.003 * stage.unit, top),
            (x - 0.003 * stage.unit, top),
        ],
    )
    cv2.ellipse(mask, ((x, foot), (0.09 * stage.unit, 0.018 * stage.unit), 0), 255, -1, cv2.LINE_AA)
    shade = stage.blank()
    polygon(
        shade,
        [
            (x - 0.035 * stage.unit, top - 0.07 * stage.unit),
            (x + 0.035 * stage.unit, top - 0.07 * stage.unit),
            (x + 0.06 * stage.unit, top + 0.02 * stage.unit),
            (x - 0.06 * stage.unit, top + 0.02 * stage.unit),
        ],
    )
    on = _is_dark(stage) or stage.time == "sunset"
    picture = np.full((stage.height, stage.width, 3), 1, np.float32) * colour("#22201f") * _light(stage)
    tone = colour("#ffdf9e") if on else colour("#d9cbb0") * _light(stage)
    share = shade[..., None].astype(np.float32) / 255
    picture = mix(picture, tone, share)
    alpha = np.maximum(mask, shade).astype(np.float32) / 255
    if on:
        halo = stage.glow(x, top, 0.16 * stage.unit) * 0.5 * (1 - alpha)
        picture = mix(picture, colour("#ffcf87"), (halo > 0.002).astype(np.float32)[..., None] * (1 - share))
        alpha = np.clip(alpha + halo, 0, 1)
    return Layer.over(picture, alpha, 0.62)


def _dust(stage: Stage, index: int) -> Layer:
    """Motes that float through the light."""
    light = np.zeros((stage.height, stage.width, 3), np.float32)
    left, top, right, _ = _window(stage)
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


def _table(stage: Stage) -> Layer:
    """The edge of a table on which a thing can stand."""
    y, x = stage.grid()
    edge = stage.y(GROUND) - 0.035 * stage.unit
    half = 0.42 * stage.unit
    inside = np.clip((half - np.abs(x - stage.width / 2)) / 2, 0, 1)
    rounded = edge + 0.0 * x
    below = y - rounded
    thick = 0.075 * stage.unit
    grain = 0.9 + 0.2 * stage.clouds(3, stretch=6)
    top_side = np.clip(below, 0, 1) * np.clip(thick - below, 0, 1)
    front = np.clip(below - thick, 0, 1) * np.clip(thick * 1.35 - below, 0, 1)
    picture = colour("#8a5f3e") * _light(stage) * grain[..., None] * (1 - 0.45 * (below > thick))[..., None]
    picture = mix(picture, stage.palette.light * _light(stage), (np.clip(1 - below / thick, 0, 1) * 0.22)[..., None])
    return Layer.over(picture, np.maximum(top_side, front) * inside, 0.90)
