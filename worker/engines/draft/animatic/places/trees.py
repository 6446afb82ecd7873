"""Trees, drawn into masks."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from engines.draft.animatic.stage import polygon

Tree = Callable[[np.ndarray, np.random.Generator, float, float, float], None]
"""Draws into a mask, by a random generator: x and foot in stage pixels, and height."""


def pine(mask: np.ndarray, rng: np.random.Generator, x: float, foot: float, height: float) -> None:
    """A conifer: ragged tiers about a straight trunk."""
    half = height * rng.uniform(0.17, 0.24)
    polygon(mask, [(x - height * 0.018, foot), (x + height * 0.018, foot), (x, foot - height)])
    tiers = rng.integers(5, 8)
    for tier in range(tiers):
        low = foot - height * (0.10 + 0.86 * tier / tiers)
        reach = half * (1 - tier / tiers) ** 0.85 * rng.uniform(0.85, 1.12)
        rise = height * 1.35 / tiers
        droop = height * 0.02
        polygon(
            mask,
            [
                (x - reach, low + droop),
                (x - reach * 0.4, low - droop * 0.5),
                (x + reach * 0.4, low - droop * 0.5),
                (x + reach, low + droop),
                (x + reach * 0.12, low - rise),
                (x - reach * 0.12, low - rise),
            ],
        )


def broadleaf(mask: np.ndarray, rng: np.random.Generator, x: float, foot: float, height: float) -> None:
    """A deciduous tree: a forked trunk under a crown of many leafy balls."""
    trunk = height * 0.035
    polygon(
        mask,
        [
            (x - trunk, foot),
            (x + trunk, foot),
            (x + trunk * 0.45, foot - height * 0.6),
            (x - trunk * 0.45, foot - height * 0.6),
        ],
    )
    for _ in range(26):
        angle, distance = rng.uniform(0, 2 * math.pi), rng.random() ** 0.6
        ball_x = x + math.cos(angle) * distance * height * 0.27
        ball_y = foot - height * 0.64 + math.sin(angle) * distance * height * 0.25
        radius = height * rng.uniform(0.06, 0.13)
        cv2.circle(mask, (round(ball_x * 16), round(ball_y * 16)), round(radius * 16), 255, -1, cv2.LINE_AA, 4)


def trunk(mask: np.ndarray, rng: np.random.Generator, x: float, foot: float, top: float, width: float) -> None:
    """A bare stem that leaves the picture at its top, with a few dead branches."""
    lean = rng.normal(0, 0.35) * width
    polygon(
        mask,
        [
            (x - width * 0.75, foot),
            (x + width * 0.75, foot),
            (x + width * 0.5, foot - width),
            (x + lean + width * 0.38, top),
            (x + lean - width * 0.38, top),
            (x - width * 0.5, foot - width),
        ],
    )
    for _ in range(rng.integers(2, 5)):
        share = rng.uniform(0.35, 0.9)
        y = foot + (top - foot) * share
        side = rng.choice((-1, 1))
        reach = width * rng.uniform(0.9, 2.2)
        start = x + lean * share
        polygon(mask, [(start, y), (start, y + width * 0.22), (start + side * reach, y - reach * 0.35)])


def grass(mask: np.ndarray, rng: np.random.Generator, edge: np.ndarray, height: float, spacing: float) -> None:
    """Blades along ``edge`` (stage y for each x), each leaning its own way."""
    x = 0.0
    while x < len(edge):
        foot = float(edge[int(x)]) + height * 0.3
        tall = height * rng.uniform(0.5, 1.3)
        lean = rng.normal(0, 0.35) * tall
        half = height * 0.05 + 0.6
        polygon(mask, [(x - half, foot), (x + half, foot), (x + lean, foot - tall)])
        x += spacing * rng.uniform(0.4, 1.6)
