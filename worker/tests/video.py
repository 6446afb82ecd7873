"""Looking at video files, for tests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's view: the video stream's fields, with the file's tags and duration beside them."""
    arguments = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(path)]
    found = json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)
    (stream,) = found["streams"]
    return {**stream, "tags": found["format"]["tags"], "seconds": float(found["format"]["duration"])}


def frames(path: Path, width: int, height: int) -> np.ndarray:
    """All frames in grey at their own size: shape (count, height, width), float32."""
    arguments = ["ffmpeg", "-v", "error", "-i", str(path), "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(arguments, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width).astype(np.float32)


def keyframes(path: Path) -> list[int]:
    """Numbers of the frames that are keyframes."""
    arguments = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "frame=key_frame",
        "-of",
        "csv=p=0",
        str(path),
    ]
    lines = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.split()
    return [index for index, line in enumerate(lines) if line.startswith("1")]


def movement(pictures: np.ndarray) -> float:
    """Mean difference of each frame to the next, in grey levels."""
    return float(np.abs(np.diff(pictures, axis=0)).mean())


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """SSIM of two grey pictures, 1 when they are the same (Wang et al. 2004, Gaussian window of 1.5)."""

    def blur(picture: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(picture, (11, 11), 1.5)

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(
        (
            ((2 * mean_a * mean_b + c1) * (2 * both + c2)) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
        ).mean()
    )
