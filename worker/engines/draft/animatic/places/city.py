"""A skyline in three depths with lit windows and signs, a street that mirrors them, and traffic."""

from __future__ import annotations

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer, Motion, Pose
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.sky import paint_sky
from engines.draft.animatic.stage import Stage

HORIZON = 0.66
GROUND = 0.88

CONCRETE = colour("#3a4254")
SIGNS = ("#ff3d81", "#28d7ff", "#ffb52e", "#8d5bff", "#3dffa8")
WINDOWS = ("#ffd58a", "#ffc46b", "#fff0c9", "#bfe3ff")


def paint(stage: Stage, duration: float) -> list[Layer]:
    layers = paint_sky(stage, duration)
    rows = [(0.22, 0.40, 0.040), (0.42, 0.33, 0.060), (0.70, 0.26, 0.095)]
    skyline = [_buildings(stage, *row) for row in rows]
    layers += skyline
    layers.append(_street(stage, skyline[-2:]))
    if _is_dark(stage):
        layers += [_signs(stage, group) for group in range(2)]
    return layers + _traffic(stage, duration)


def _is_dark(stage: Stage) -> bool:
    return stage.time in ("night", "sunset") or stage.weather in ("storm", "rain")


def _foot(stage: Stage) -> float:
    return stage.horizon_y + 0.09 * stage.unit


def _buildings(stage: Stage, depth: float, tallest: float, wide: float) -> Layer:
    """A row of blocks, some stepped or with a mast, with windows that are lit when it is dark."""
    width = stage.width
    edge = np.full(width, _foot(stage), np.float32)
    mast = stage.blank()
    x = -int(stage.rng.uniform(0, wide) * stage.unit)
    while x < width:
        across = int(stage.unit * wide * stage.rng.uniform(0.55, 1.35))
        top = stage.horizon_y - stage.unit * (0.04 + tallest * stage.rng.random() ** 1.3)
        left, right = max(0, x), max(0, min(width, x + across))
        edge[left:right] = top
        if stage.rng.random() < 0.35:
            inset = across // 5
            edge[max(0, x + inset) : max(0, x + across - inset)] = top - stage.unit * 0.022
        if stage.rng.random() < 0.3:
            middle = x + across // 2
            cv2.line(
                mast,
                (middle, int(top)),
                (middle, int(top - 0.07 * stage.unit)),
                255,
                max(1, round(stage.unit / 500)),
                cv2.LINE_AA,
            )
        x += across + int(stage.rng.random() < 0.25) * int(stage.unit * 0.012)
    body = stage.silhouette(edge, depth, CONCRETE, texture=0.05, rim=0.25, fade=0.5)
    picture = body.pictures[0].astype(np.float32)
    rows, columns = picture.shape[:2]
    lit = _windows(stage, edge, depth)[body.top : body.top + rows, body.left : body.left + columns]
    picture[..., :3] = np.maximum(picture[..., :3], lit)
    y = np.arange(body.top, body.top + rows)[:, None]
    picture *= (y < _foot(stage))[..., None]
    return Layer((np.clip(picture, 0, 255).astype(np.uint8),), depth, body.left, body.top)


def _windows(stage: Stage, edge: np.ndarray, depth: float) -> np.ndarray:
    """Light of the windows: a grid, of which some are on, each in its own warmth."""
    cell_y = max(5, round(stage.unit * 0.0105 * (0.7 + depth)))
    cell_x = max(4, round(cell_y * 0.8))
    rows, columns = stage.height // cell_y + 1, stage.width // cell_x + 1
    share = 0.34 if stage.time == "night" else 0.24 if _is_dark(stage) else 0.03
    on = stage.rng.random((rows, columns)) < share * stage.rng.uniform(0.4, 1.6, (1, columns))
    tones = np.stack([colour(tone) for tone in WINDOWS])[stage.rng.integers(len(WINDOWS), size=(rows, columns))]
    tones = tones * stage.rng.uniform(0.35, 1.0, (rows, columns, 1)) * on[..., None]
    y, x = np.arange(stage.height), np.arange(stage.width)
    light = tones[y[:, None] // cell_y, x[None, :] // cell_x]
    pane = ((y % cell_y) > cell_y * 0.42)[:, None] & ((x % cell_x) > cell_x * 0.34)[None, :]
    inside = y[:, None] > edge[None, :] + cell_y
    return light * (pane & inside)[..., None] * (0.45 + 0.55 * depth)


def _street(stage: Stage, skyline: list[Layer]) -> Layer:
    """Asphalt; wet or dark, it mirrors the houses, drawn out downwards."""
    canvas = np.zeros((stage.height, stage.width, 3), np.float32)
    for layer in skyline:
        picture = layer.pictures[0]
        rows, columns = picture.shape[:2]
        part = canvas[layer.top : layer.top + rows, layer.left : layer.left + columns]
        part[:] = part * (1 - picture[..., 3:] / 255) + picture[..., :3]
    foot = _foot(stage)
    source = np.clip(2 * foot - np.arange(stage.height), 0, stage.height - 1).astype(int)
    mirrored = cv2.GaussianBlur(canvas[source], (0, 0), sigmaX=0.003 * stage.unit, sigmaY=0.028 * stage.unit)
    wet = 0.85 if stage.weather in ("rain", "storm") else 0.5 if _is_dark(stage) else 0.12
    y, _ = stage.grid()
    near = np.clip((y - foot) / (stage.height - foot), 0, 1)[..., None]
    asphalt = stage.palette.lit(colour("#3b3f49")) * (0.75 - 0.35 * near) * (0.9 + 0.2 * stage.clouds(16, 3)[..., None])
    sheen = mix(stage.palette.horizon, stage.palette.middle, 0.5) * 0.20 * (1 - near)
    picture = asphalt + sheen + mirrored * 1.5 * wet * (1 - 0.45 * near)
    return Layer.over(picture, np.clip(y - foot + 0.5, 0, 1) * np.ones((1, stage.width), np.float32), 0.80)


def _signs(stage: Stage, group: int) -> Layer:
    """Neon on the near houses, with its glow and its mirror image; each group flickers by itself."""
    core = np.zeros((stage.height, stage.width, 3), np.float32)
    for _ in range(5):
        tall = stage.rng.random() < 0.6
        wide, high = (0.012, 0.085) if tall else (0.075, 0.020)
        x, y = stage.rng.uniform(0, stage.width), stage.horizon_y - stage.unit * stage.rng.uniform(0.02, 0.16)
        corner = (int(x), int(y)), (int(x + wide * stage.unit), int(y + high * stage.unit))
        tone = colour(SIGNS[stage.rng.integers(len(SIGNS))]).tolist()
        cv2.rectangle(core, *corner, tone, max(1, round(stage.unit * 0.003)), cv2.LINE_AA)
        inset = int(0.003 * stage.unit)
        for bar in np.linspace(corner[0][1], corner[1][1], 7 if tall else 3)[1:-1:2]:
            ends = (corner[0][0] + inset, int(bar)), (corner[1][0] - inset, int(bar))
            cv2.line(core, *ends, tone, max(1, round(stage.unit * 0.003)), cv2.LINE_AA)
    foot = _foot(stage)
    source = np.clip(2 * foot - np.arange(stage.height), 0, stage.height - 1).astype(int)
    mirror = core[source] * (np.arange(stage.height)[:, None, None] > foot)
    mirror = cv2.GaussianBlur(mirror, (0, 0), sigmaX=0.006 * stage.unit, sigmaY=0.04 * stage.unit) * 3.0
    halo = cv2.GaussianBlur(core, (0, 0), 0.018 * stage.unit) * 1.8
    beat = 11.0 + 6 * group
    return Layer.light(core + halo + mirror, 0.70, motion=lambda t: Pose(light=1.0 if int(t * beat) % 13 else 0.55))


def _traffic(stage: Stage, duration: float) -> list[Layer]:
    """Head- and tail-lights of cars that cross the street both ways."""
    gap = 0.42 * stage.unit
    layers = []
    for index, (tone, way) in enumerate((("#fff3d6", 1), ("#ff3a2e", -1))):
        y = _foot(stage) + stage.unit * (0.035 + 0.045 * index)
        light = np.zeros((stage.height, stage.width), np.float32)
        for x in np.arange(stage.rng.uniform(0, 0.3) * stage.unit, stage.width, gap):
            at = x + stage.rng.uniform(-0.08, 0.08) * stage.unit
            light += _lamp(stage, at, y) + _lamp(stage, at + 0.028 * stage.unit, y)
        strength = 1.0 if _is_dark(stage) else 0.35
        motion = _crossing(way * 0.11 * stage.unit, gap)
        layers.append(Layer.light(light[..., None] * colour(tone) * strength, 0.85 + 0.06 * index, motion=motion))
    return layers


def _lamp(stage: Stage, x: float, y: float) -> np.ndarray:
    """A lamp with its halo, and its streak on the asphalt: shape (height, width)."""
    rows, columns = stage.grid()
    beside = np.exp(-((columns - x) ** 2) / (2 * (0.006 * stage.unit) ** 2))
    streak = 0.45 * beside * np.exp(-np.clip(rows - y, 0, None) / (0.05 * stage.unit)) * (rows > y)
    return stage.glow(x, y, 0.0045 * stage.unit) + 0.30 * stage.glow(x, y, 0.020 * stage.unit) + streak


def _crossing(speed: float, gap: float) -> Motion:
    """On and on at a speed: after each ``gap`` the next car is where this one was."""
    return lambda t: Pose(dx=(speed * t) % gap - gap / 2)
