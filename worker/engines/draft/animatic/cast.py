"""Puts the subject on the stage: lit by the scene, with a shadow, moving in its own way."""

from __future__ import annotations

import math
import re

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engines.draft.animatic.beast import draw_gait
from engines.draft.animatic.balloon import draw_balloon
from engines.draft.animatic.figure import STEPS, draw_walk, look_of
from engines.draft.animatic.layers import Layer, Motion, Pose, premultiplied
from engines.draft.animatic.lighthouse import paint_lighthouse
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.puppet import Sprite
from engines.draft.animatic.stage import Stage
from engines.draft.animatic.subjects import BALLOON, FIGURE, LIGHTHOUSE, Subject
from engines.draft.animatic.typeface import EMOJI, EMOJI_SIZE

DEPTH = 0.90

_RUNNING = re.compile(
    r"\b(run|runs|running|gallop\w*|sprint\w*|chas\w+|rac(?:es|ing)|leap\w*|jog\w*|flee\w*|dash\w*)\b"
)

HEIGHTS = {"flies": 0.36, "swims": 0.52}
"""Where the middle of a thing without ground is, as a share of the frame's height."""


def cast_subject(stage: Stage, subject: Subject, ground: float, camera: str) -> list[Layer]:
    """Shadow and subject, from far to near; none when the emoji font is not installed. ``ground`` is a share of the height."""
    height = round(stage.unit * subject.size * (0.85 if stage.frame_width < stage.frame_height else 1.0))
    in_space = ground < 0.65
    if subject.glyph == LIGHTHOUSE:
        return paint_lighthouse(stage, height, stage.y(ground) - 0.14 * stage.unit)
    sprites, pace = _draw(stage, subject, height)
    if not sprites:
        return []
    if in_space:
        sprites = sprites[3:4] or sprites
    if (subject.faces == "left") == (camera != "pan_left") and subject.faces != "none":
        sprites = [(picture[:, ::-1], alpha[:, ::-1]) for picture, alpha in sprites]
    moves = "floats" if in_space and subject.moves in ("walks", "stands", "rolls") else subject.moves
    pictures = [premultiplied(light_sprite(stage, picture, alpha), alpha) for picture, alpha in sprites]
    tall, wide = pictures[0].shape[:2]
    middle, foot = stage.x(0.5), stage.y(ground)
    if moves in HEIGHTS or in_space:
        top = stage.y(HEIGHTS.get(moves, 0.46)) - tall / 2
    else:
        top = foot - tall
    body = Layer(
        pictures,
        DEPTH,
        round(middle - wide / 2),
        round(top),
        _motion(moves, stage.unit, pace, in_space),
        rate=STEPS * pace,
    )
    if moves in HEIGHTS or in_space:
        return [body]
    if moves == "floats":
        return [_wake(stage, middle, foot, wide, body.motion), body]
    return [_shadow(stage, middle, foot, wide), body]


def _draw(stage: Stage, subject: Subject, height: int) -> tuple[list[Sprite], float]:
    """The subject's pictures, and how many turns of its legs it makes in a second."""
    if subject.glyph == FIGURE:
        look = look_of(subject.noun, subject.words, stage.rng)
        return draw_walk(look, round(height * look.tall)), 1.6 if _RUNNING.search(subject.words) else 1.05
    if subject.glyph == BALLOON:
        return [draw_balloon(height, stage.rng)], 1.0
    if subject.glyph.startswith("@"):
        running = _RUNNING.search(subject.words) is not None
        return draw_gait(subject.glyph[1:], subject.words, height, running=running), 1.9 if running else 1.0
    sprite = draw_glyph(subject.glyph, height)
    return [sprite] if sprite else [], 1.05


def draw_glyph(glyph: str, height: int) -> Sprite | None:
    """An emoji enlarged to ``height`` pixels, with edges as sharp as if it were drawn large."""
    if not EMOJI.exists():
        return None
    image = Image.new("RGBA", (2 * EMOJI_SIZE, 2 * EMOJI_SIZE))
    ImageDraw.Draw(image).text((20, 20), glyph, font=ImageFont.truetype(str(EMOJI), EMOJI_SIZE), embedded_color=True)
    pixels = np.asarray(image)
    rows, columns = np.flatnonzero(pixels[..., 3].max(axis=1) > 20), np.flatnonzero(pixels[..., 3].max(axis=0) > 20)
    cut = pixels[rows[0] - 3 : rows[-1] + 4, columns[0] - 3 : columns[-1] + 4]
    scale = height / cut.shape[0]
    # Colour bleeds to where nothing is drawn, or the edge would darken when enlarged.
    hole = (cut[..., 3] < 200).astype(np.uint8)
    filled = cv2.inpaint(np.ascontiguousarray(cut[..., 2::-1]), hole, 3, cv2.INPAINT_TELEA)
    large = cv2.resize(filled, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.bilateralFilter(large, 7, 38, max(2.0, scale * 2))
    alpha = cv2.resize(cut[..., 3].astype(np.float32), smooth.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    crisp = np.clip((cv2.GaussianBlur(alpha, (0, 0), max(0.5, scale * 0.6)) - 128) / 46 + 0.5, 0, 1)
    return smooth.astype(np.float32), crisp


def light_sprite(stage: Stage, picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The sprite in the scene's light: toned to the hour, shaded from below, rim-lit from the sun's side."""
    palette = stage.palette
    grey = picture.mean(axis=2, keepdims=True)
    ambient = mix(palette.middle, palette.horizon, 0.5) / 255
    brightness = 0.30 + 0.70 * palette.ambient
    toned = mix(picture, grey, 0.30) * (0.45 + 0.55 * ambient / max(1e-3, ambient.max())) * brightness
    rows = np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, None, None]
    toned = toned * (1.06 - 0.36 * rows)
    reach = max(2.0, 0.0055 * stage.unit)
    side = -1 if stage.sun[0] > stage.width / 2 else 1
    inner = cv2.warpAffine(alpha, np.array([[1, 0, side * reach], [0, 1, reach * 0.8]]), alpha.shape[::-1])
    rim = cv2.GaussianBlur(np.clip(alpha - inner, 0, 1), (0, 0), reach * 0.25)[..., None]
    return mix(toned, palette.light, rim * (0.85 if stage.weather is None else 0.5))


def _motion(moves: str, unit: float, pace: float, in_space: bool) -> Motion:
    if in_space:
        return lambda t: Pose(
            0.012 * unit * math.sin(t * 0.7), 0.020 * unit * math.sin(t * 0.9), turn=5 * math.sin(t * 0.5)
        )
    return {
        "walks": lambda t: Pose(
            dy=-abs(math.sin(t * 2 * math.pi * pace)) * 0.007 * unit, turn=0.8 * math.sin(t * 2 * math.pi * pace)
        ),
        "rolls": lambda t: Pose(
            0.01 * unit * math.sin(t * 0.8), 0.0016 * unit * math.sin(t * 21), turn=0.25 * math.sin(t * 9)
        ),
        "floats": lambda t: Pose(
            0.006 * unit * math.sin(t * 0.8), 0.007 * unit * math.sin(t * 1.7), turn=2.2 * math.sin(t * 1.3)
        ),
        "flies": lambda t: Pose(
            0.030 * unit * math.sin(t * 0.9), 0.024 * unit * math.sin(t * 1.9), turn=3.0 * math.sin(t * 1.2 + 1)
        ),
        "swims": lambda t: Pose(
            0.040 * unit * math.sin(t * 0.7), 0.020 * unit * math.sin(t * 1.4), turn=3.5 * math.sin(t * 1.8)
        ),
        "stands": lambda t: Pose(),
    }[moves]


def _shadow(stage: Stage, middle: float, foot: float, wide: int) -> Layer:
    """A contact shadow on the ground."""
    half, flat = round(wide * 0.60), max(3, round(wide * 0.075))
    y, x = np.mgrid[-flat * 2 : flat * 2, -half:half].astype(np.float32)
    alpha = np.exp(-((x / (half * 0.62)) ** 2 + (y / flat) ** 2) * 1.6) * 0.55
    picture = np.zeros((*alpha.shape, 3), np.float32)
    return Layer.over(picture, alpha, DEPTH, left=round(middle - half), top=round(foot - flat * 2.4))


def _wake(stage: Stage, middle: float, foot: float, wide: int, motion: Motion | None) -> Layer:
    """The dark mirror and bright ripples where a hull meets the water."""
    half, deep = round(wide * 0.66), max(4, round(wide * 0.20))
    y, x = np.mgrid[0:deep, -half:half].astype(np.float32)
    fade = np.clip(1 - y / deep, 0, 1) * np.exp(-((x / (half * 0.62)) ** 2) * 1.4)
    ripple = np.clip(np.sin(y * 12.5 / deep * (1 + y / deep)) - 0.35, 0, 1)
    tone = mix(
        stage.palette.lit(colour("#123046")) * 0.6,
        mix(stage.palette.horizon, stage.palette.light, 0.4),
        ripple[..., None] * 0.7,
    )
    return Layer.over(
        tone, fade * (0.55 + 0.35 * ripple), DEPTH, left=round(middle - half), top=round(foot - deep * 0.30)
    )
