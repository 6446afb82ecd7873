"""Seeded noise: clouds, textures and ridges."""

from __future__ import annotations

import cv2
import numpy as np


def clouds(
    rng: np.random.Generator, height: int, width: int, cells: float = 4, stretch: float = 1.0, octaves: int = 5
) -> np.ndarray:
    """Fractal noise of shape (height, width), 0 to 1, float32. ``cells`` across the height; ``stretch`` > 1 draws it wide."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        rows = max(2, round(cells * 2**octave)) + 1
        columns = max(2, round(cells * 2**octave * width / height / stretch)) + 1
        lattice = rng.random((rows, columns), np.float32)
        total += cv2.resize(lattice, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / (high - low)


def line(rng: np.random.Generator, width: int, waves: float, rough: float = 2.0, octaves: int = 7) -> np.ndarray:
    """A fractal line of ``width`` points about 0, roughly -1 to 1, with so many ``waves``; ``rough`` 2 is jagged, 3 smooth."""
    total = np.zeros(width, np.float32)
    for octave in range(octaves):
        count = max(2, int(waves * 2**octave)) + 2
        where = np.linspace(rng.random(), count - 2 + rng.random(), width)
        total += np.interp(where, np.arange(count), rng.random(count) * 2 - 1) / rough**octave
    return total - total.mean()


def peaks(rng: np.random.Generator, width: int, waves: float, rough: float = 2.0) -> np.ndarray:
    """As ``line``, with sharp tops and wide valleys: a mountain range."""
    ridge = 1 - np.abs(line(rng, width, waves, rough)) * 1.6
    return ridge - ridge.mean()
