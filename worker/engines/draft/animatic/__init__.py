"""An animatic: the prompt as a moving illustration, layered, lit and filmed by small rules, marked as a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engines.draft.animatic.film import Script, frames_of
from media import VideoEncoder


def make(arguments: Mapping[str, Any], folder: Path, report: Callable[[float, str], None]) -> dict[str, Any]:
    """Makes ``video.mp4``. ``arguments`` are the fields of Script.

    The same arguments give the same bytes wherever the same versions of OpenCV and ffmpeg are installed.
    """
    script = Script(**arguments)
    path = folder / "video.mp4"
    comment = f"VideoExpress draft: animatic, seed {script.seed}"
    with VideoEncoder(path, script.width, script.height, script.fps, comment) as encoder:
        for index, frame in enumerate(frames_of(script)):
            encoder.write(frame)
            report((index + 1) / script.frames, "generating")
    width, height = script.painted_size
    native = {"width": width, "height": height, "fps": script.fps, "frames": script.frames}
    return {
        "files": {"video": str(path)},
        "seed": script.seed,
        "native": native,
        "post": [] if (width, height) == (script.width, script.height) else ["scale"],
        "warnings": [],
    }
