"""The subject's pictures: drawn, or enlarged from a glyph, and then set into the light of the scene."""

from __future__ import annotations

import re

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engines.draft.animatic.balloon import draw_balloon
from engines.draft.animatic.beast import draw_gait
from engines.draft.animatic.figure import draw_walk, look_of
from engines.draft.animatic.palette import mix
from engines.draft.animatic.puppet import Sprite
from engines.draft.animatic.stage import Stage
from engines.draft.animatic.subjects import BALLOON, FIGURE, Subject
from engines.draft.animatic.typeface import EMOJI, EMOJI_SIZE

_RUNNING = re.compile(
    r"\b(run|runs|running|gallop\w*|sprint\w*|chas\w+|rac(?:es|ing)|leap\w*|jog\w*|flee\w*|dash\w*)\b"
)


def draw_subject(stage: Stage, subject: Subject, height: int) -> tuple[list[Sprite], float]:
    """One turn of its legs, or a single picture, and how many turns it makes in a second; no picture without the emoji font."""
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
    brightness = 0.42 + 0.58 * palette.ambient
    toned = mix(picture, grey, 0.30) * (0.45 + 0.55 * ambient / max(1e-3, ambient.max())) * brightness
    rows = np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, None, None]
    toned = toned * (1.06 - 0.36 * rows)
    reach = max(2.0, 0.0055 * stage.unit)
    side = -1 if stage.sun[0] > stage.width / 2 else 1
    inner = cv2.warpAffine(alpha, np.array([[1, 0, side * reach], [0, 1, reach * 0.8]]), alpha.shape[::-1])
    rim = cv2.GaussianBlur(np.clip(alpha - inner, 0, 1), (0, 0), reach * 0.25)[..., None]
    return mix(toned, palette.light, rim * (0.85 if stage.weather is None else 0.5))
