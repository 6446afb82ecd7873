"""Puts the subject on the stage, with its shadow, moving in its own way and with the camera."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from engines.draft.animatic.camera import view_at
from engines.draft.animatic.figure import STEPS
from engines.draft.animatic.layers import Layer, Motion, Pose, premultiplied
from engines.draft.animatic.lighthouse import paint_lighthouse
from engines.draft.animatic.palette import colour, mix
from engines.draft.animatic.sprites import draw_subject, light_sprite
from engines.draft.animatic.stage import Stage
from engines.draft.animatic.subjects import LIGHTHOUSE, Subject

DEPTH = 0.90

ADRIFT_BELOW = 0.65
"""A place whose ground is higher than this share of the frame has none: all floats in space, and under water."""

HEIGHTS = {"flies": 0.36, "swims": 0.52}
"""Where the middle of a thing without ground is, as a share of the frame's height."""

LEAD = 1.15
"""How much faster than the camera a thing goes that the camera follows."""

STRIDE = 0.20
"""How far a thing goes by itself before any other camera, in frame widths."""


def cast_subject(stage: Stage, subject: Subject, ground: float, camera: str, duration: float) -> list[Layer]:
    """Shadow and subject, from far to near; nothing when the emoji font is not installed.

    ``ground`` is where it stands, as a share of the frame's height; ``camera`` is the move that it may have to keep up with.
    """
    height = round(stage.unit * subject.size * (0.85 if stage.frame_width < stage.frame_height else 1.0))
    if subject.glyph == LIGHTHOUSE:
        return paint_lighthouse(stage, height, stage.y(ground) - 0.14 * stage.unit)
    sprites, pace = draw_subject(stage, subject, height)
    if not sprites:
        return []
    adrift = ground < ADRIFT_BELOW
    moves = "drifts" if adrift and subject.moves in ("walks", "stands", "rolls", "floats") else subject.moves
    if moves == "drifts":
        sprites = sprites[3:4] or sprites
    leftwards = camera == "pan_left"
    if subject.faces == ("right" if leftwards else "left"):
        sprites = [(picture[:, ::-1], alpha[:, ::-1]) for picture, alpha in sprites]
    pictures = [premultiplied(light_sprite(stage, picture, alpha), alpha) for picture, alpha in sprites]

    tall, wide = pictures[0].shape[:2]
    middle, foot = stage.x(0.5), stage.y(ground)
    grounded = not adrift and moves not in HEIGHTS
    top = foot - tall if grounded else stage.y(HEIGHTS.get(moves, 0.46)) - tall / 2
    going = _going(moves, camera, duration, stage.frame_width)
    motion = _with(_own_motion(moves, stage.unit, pace), going)
    body = Layer(pictures, DEPTH, round(middle - wide / 2), round(top), motion, rate=STEPS * pace)
    if not grounded:
        return [body]
    under = _wake(stage, middle, foot, wide) if moves == "floats" else _shadow(middle, foot, wide)
    return [Layer(under.pictures, DEPTH, under.left, under.top, _with(lambda t: Pose(), going)), body]


def _going(moves: str, camera: str, duration: float, frame_width: int) -> Callable[[float], float]:
    """How far to the side the thing has gone, in pixels: with a camera that pans, else slowly by itself."""
    if moves in ("stands", "drifts"):
        return lambda t: 0.0
    if camera in ("pan_left", "pan_right"):
        return lambda t: LEAD * DEPTH * frame_width * view_at(camera, t, duration).right
    return lambda t: STRIDE * frame_width * (t / duration - 0.5)


def _with(motion: Motion, going: Callable[[float], float]) -> Motion:
    def pose(t: float) -> Pose:
        own = motion(t)
        return Pose(own.dx + going(t), own.dy, own.turn)

    return pose


def _own_motion(moves: str, unit: float, pace: float) -> Motion:
    step = 2 * math.pi * pace
    return {
        "walks": lambda t: Pose(0, -abs(math.sin(t * step)) * 0.007 * unit, 0.8 * math.sin(t * step)),
        "rolls": lambda t: Pose(
            0.01 * unit * math.sin(t * 0.8), 0.0016 * unit * math.sin(t * 21), 0.25 * math.sin(t * 9)
        ),
        "floats": lambda t: Pose(
            0.006 * unit * math.sin(t * 0.8), 0.007 * unit * math.sin(t * 1.7), 2.2 * math.sin(t * 1.3)
        ),
        "flies": lambda t: Pose(
            0.03 * unit * math.sin(t * 0.9), 0.024 * unit * math.sin(t * 1.9), 3 * math.sin(t * 1.2 + 1)
        ),
        "swims": lambda t: Pose(
            0.04 * unit * math.sin(t * 0.7), 0.02 * unit * math.sin(t * 1.4), 3.5 * math.sin(t * 1.8)
        ),
        "drifts": lambda t: Pose(
            0.012 * unit * math.sin(t * 0.7), 0.02 * unit * math.sin(t * 0.9), 5 * math.sin(t * 0.5)
        ),
        "stands": lambda t: Pose(),
    }[moves]


def _shadow(middle: float, foot: float, wide: int) -> Layer:
    """A contact shadow on the ground."""
    half, flat = round(wide * 0.60), max(3, round(wide * 0.075))
    y, x = np.mgrid[-flat * 2 : flat * 2, -half:half].astype(np.float32)
    alpha = np.exp(-((x / (half * 0.62)) ** 2 + (y / flat) ** 2) * 1.6) * 0.55
    picture = np.zeros((*alpha.shape, 3), np.float32)
    return Layer.over(picture, alpha, DEPTH, left=round(middle - half), top=round(foot - flat * 2.4))


def _wake(stage: Stage, middle: float, foot: float, wide: int) -> Layer:
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
