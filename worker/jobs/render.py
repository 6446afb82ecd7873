"""RENDER: a prompt becomes a video."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from contract import Fields
from engines import EngineRequest
from jobs.frame_size import read_frame_size

OUTPUTS: Mapping[str, str] = {"video": "video/mp4"}


def draft(fields: Fields) -> EngineRequest:
    """An animatic of the prompt.

    Read are ``prompt``, ``duration`` (seconds, 1 to 30, default 5), ``fps`` (1 to 60, default 24), ``seed`` (default: from
    the prompt), ``resolution`` and ``aspect_ratio``; what only a video model can use (``negative_prompt``, ``steps``,
    ``guidance``, …) is left alone.
    """
    prompt = fields.text("prompt")
    duration = fields.number("duration", 5, 1, 30)
    fps = fields.number("fps", 24, 1, 60)
    seed = fields.integer("seed", 0, 2**63 - 1)
    width, height = read_frame_size(fields)
    return EngineRequest(
        engine="engines.draft.animatic",
        backend="draft",
        model="animatic",
        arguments={
            "prompt": prompt,
            "seed": seed_of(prompt) if seed is None else seed,
            "width": width,
            "height": height,
            "fps": fps,
            "frames": max(1, round(duration * fps)),
        },
    )


def seed_of(prompt: str) -> int:
    """The seed of a prompt that came without one: 32 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(prompt.encode(errors="replace")).digest()[:4], "big")
