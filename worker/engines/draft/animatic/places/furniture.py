"""What stands and hangs in the room, and the room's measures."""

from __future__ import annotations

import cv2
import numpy as np

from engines.draft.animatic.layers import Layer
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.stage import Stage, polygon

WOOD = colour("#7a5236")


def is_dark(stage: Stage) -> bool:
    """True when the lamp is the light of the room."""
    return stage.time == "night"


def light_of(stage: Stage) -> float:
    """How bright the room is, 0 to 1."""
    return {"night": 0.42, "sunset": 0.72, "dawn": 0.85}.get(stage.time, 1.0)


def window_of(stage: Stage) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the window, in stage pixels, on the sun's side."""
    middle = stage.x(0.27 if stage.sun[0] < stage.width / 2 else 0.73)
    half = min(0.17 * stage.unit, 0.30 * stage.frame_width)
    return middle - half, stage.horizon_y - 0.46 * stage.unit, middle + half, stage.horizon_y - 0.10 * stage.unit


def paint_shelf(stage: Stage) -> Layer:
    """Shelves with books on the wall beside the window."""
    left, _, right, _ = window_of(stage)
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
                    * light_of(stage)
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
        cv2.rectangle(picture, *plank, (WOOD * light_of(stage)).tolist(), -1)
        cv2.rectangle(mask, *plank, 255, -1)
    return Layer.over(picture, mask.astype(np.float32) / 255, 0.33)


def paint_lamp(stage: Stage) -> Layer:
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
    on = is_dark(stage) or stage.time == "sunset"
    picture = np.full((stage.height, stage.width, 3), 1, np.float32) * colour("#22201f") * light_of(stage)
    tone = colour("#ffdf9e") if on else colour("#d9cbb0") * light_of(stage)
    share = shade[..., None].astype(np.float32) / 255
    picture = mix(picture, tone, share)
    alpha = np.maximum(mask, shade).astype(np.float32) / 255
    if on:
        halo = stage.glow(x, top, 0.16 * stage.unit) * 0.5 * (1 - alpha)
        picture = mix(picture, colour("#ffcf87"), (halo > 0.002).astype(np.float32)[..., None] * (1 - share))
        alpha = np.clip(alpha + halo, 0, 1)
    return Layer.over(picture, alpha, 0.62)


def paint_table(stage: Stage, ground: float) -> Layer:
    """The edge of a table on which a thing can stand."""
    y, x = stage.grid()
    edge = stage.y(ground) - 0.035 * stage.unit
    half = 0.42 * stage.unit
    inside = np.clip((half - np.abs(x - stage.width / 2)) / 2, 0, 1)
    rounded = edge + 0.0 * x
    below = y - rounded
    thick = 0.075 * stage.unit
    grain = 0.9 + 0.2 * stage.clouds(3, stretch=6)
    top_side = np.clip(below, 0, 1) * np.clip(thick - below, 0, 1)
    front = np.clip(below - thick, 0, 1) * np.clip(thick * 1.35 - below, 0, 1)
    picture = colour("#8a5f3e") * light_of(stage) * grain[..., None] * (1 - 0.45 * (below > thick))[..., None]
    picture = mix(picture, stage.palette.light * light_of(stage), (np.clip(1 - below / thick, 0, 1) * 0.22)[..., None])
    return Layer.over(picture, np.maximum(top_side, front) * inside, 0.90)
