"""Video files, written by ffmpeg."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import numpy as np


class MediaError(Exception):
    """ffmpeg failed; the text is the last line that it said."""


class VideoEncoder:
    """Takes BGR frames and writes an H.264 mp4 that plays everywhere and cuts cheaply.

    4:2:0 in BT.709 and tagged so, a closed group of pictures each second, index at the front. The same frames give the same
    bytes: no version, no time, and a fixed number of encoder threads.
    """

    def __init__(self, path: Path, width: int, height: int, fps: float, comment: str) -> None:
        """``width`` and ``height`` in pixels, even; ``comment`` goes into the file's metadata."""
        self._shape = (height, width, 3)
        self._words = tempfile.TemporaryFile()
        arguments = [
            "ffmpeg", "-nostdin", "-v", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "pipe:0",
            "-vf", "scale=flags=accurate_rnd:out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-threads", "2",
            "-g", f"{max(1, round(fps))}", "-bf", "2", "-x264-params", "open-gop=0",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart",
            "-metadata", f"comment={comment}", str(path),
        ]  # fmt: skip
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=self._words, stderr=self._words)

    def write(self, frame: np.ndarray) -> None:
        """Adds a frame of shape (height, width, 3) in uint8. Raises MediaError."""
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"a frame of {frame.shape} {frame.dtype} does not fit {self._shape} uint8")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(np.ascontiguousarray(frame).data)
        except BrokenPipeError as error:
            raise self._failure() from error

    def __enter__(self) -> VideoEncoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Completes the file, or gives it up when the block failed. Raises MediaError."""
        with self._words:
            if error is not None:
                self._process.kill()
                self._process.wait()
                return
            assert self._process.stdin is not None
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                pass  # its exit code tells
            if self._process.wait() != 0:
                raise self._failure()

    def _failure(self) -> MediaError:
        self._process.wait()
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").splitlines()
        return MediaError(lines[-1] if lines else f"ffmpeg ended with code {self._process.returncode}")
