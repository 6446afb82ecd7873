from __future__ import annotations

import itertools
import tempfile
import unittest
from pathlib import Path
from typing import Any

import numpy as np

from engines.draft import animatic
from engines.draft.animatic.film import Script, frames_of
from engines.draft.animatic.places import PLACES
from jobs.render import seed_of
from tests import video

PROMPTS = (
    "A red fox running through a snowy pine forest at dusk",
    "A sailing boat on a calm sea at sunset, crane shot",
    "Calm sea at sunset, waves, crane shot",
    "A robot walking in a neon city street at night in the rain",
    "An astronaut drifting in space above a planet",
    "A camel crossing desert dunes at noon, pan left",
    "Foggy mountain valley at dawn, dolly in",
)


class Film(unittest.TestCase):
    """The file, as it leaves the engine."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def make(self, prompt: str, **more: Any) -> Path:
        script = {
            "prompt": prompt,
            "seed": seed_of(prompt),
            "width": 320,
            "height": 180,
            "fps": 24.0,
            "frames": 24,
            **more,
        }
        made = animatic.make(script, self.folder, lambda share, phase: None)
        path = self.folder / f"{len(list(self.folder.iterdir()))}.mp4"
        return Path(made["files"]["video"]).rename(path)

    def test_it_is_h264_as_asked_and_says_that_it_is_a_draft(self) -> None:
        for width, height, fps, count in ((854, 480, 24, 18), (480, 854, 30, 15), (360, 450, 25, 10), (64, 64, 24, 7)):
            with self.subTest(f"{width}x{height}"):
                found = video.probe(self.make(PROMPTS[1], width=width, height=height, fps=float(fps), frames=count))
                self.assertEqual(
                    (found["width"], found["height"], found["codec_name"], found["pix_fmt"]),
                    (width, height, "h264", "yuv420p"),
                )
                self.assertEqual((found["r_frame_rate"], int(found["nb_read_frames"])), (f"{fps}/1", count))
                self.assertAlmostEqual(found["seconds"], count / fps, places=2)
                tags = (found["color_space"], found["color_primaries"], found["color_transfer"], found["color_range"])
                self.assertEqual(tags, ("bt709", "bt709", "bt709", "tv"))
                self.assertTrue(found["tags"]["comment"].startswith("VideoExpress draft"), found["tags"])

    def test_a_keyframe_begins_each_second_and_the_index_comes_first(self) -> None:
        path = self.make(PROMPTS[0], frames=60)
        self.assertLessEqual({0, 24, 48}, set(video.keyframes(path)))
        content = path.read_bytes()
        self.assertLess(content.index(b"moov"), content.index(b"mdat"))

    def test_one_frame_is_a_film_too(self) -> None:
        found = video.probe(self.make(PROMPTS[0], fps=1.0, frames=1))
        self.assertEqual(int(found["nb_read_frames"]), 1)

    def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(self) -> None:
        first, second, other = (self.make(PROMPTS[3], seed=seed) for seed in (5, 5, 6))
        self.assertEqual(first.read_bytes(), second.read_bytes())
        self.assertNotEqual(first.read_bytes(), other.read_bytes())

    def test_pictures_move_and_prompts_differ(self) -> None:
        shown = []
        for prompt in PROMPTS:
            pictures = video.frames(self.make(prompt, width=640, height=360, frames=16), 640, 360)
            with self.subTest(prompt):
                self.assertGreater(video.movement(pictures), 1)
            shown.append((prompt, pictures[8]))
        for (prompt, picture), (another, other) in itertools.combinations(shown, 2):
            with self.subTest(f"{prompt} | {another}"):
                self.assertLess(video.likeness(picture, other), 0.8)


class Painting(unittest.TestCase):
    """The frames, before they are encoded."""

    def frames(self, prompt: str, width: int = 320, height: int = 180, frames: int = 4) -> list[np.ndarray]:
        script = Script(prompt, seed_of(prompt), width, height, 4.0, frames)
        return [frame.copy() for frame in frames_of(script)]

    def test_every_place_fills_the_frame_at_every_time_and_shape(self) -> None:
        for place in PLACES:
            for time, (width, height) in (("noon", (320, 180)), ("night", (180, 320)), ("sunset", (240, 240))):
                with self.subTest(f"{place} {time}"):
                    for frame in self.frames(f"{place} at {time}, pan right", width, height, frames=3):
                        self.assertEqual((frame.shape, frame.dtype), ((height, width, 3), np.uint8))
                        left, right = frame[height // 3 : -height // 3, 0], frame[height // 3 : -height // 3, -1]
                        self.assertGreater(min(left.max(), right.max()), 8, "the camera sees the end of the stage")

    def test_every_camera_stays_on_the_stage(self) -> None:
        for camera in ("dolly in", "pull out", "pan left", "pan right", "crane", "orbit", "static"):
            with self.subTest(camera):
                for frame in self.frames(f"a sunny meadow at noon, {camera}", frames=20):
                    edges = (frame[30:150, 0], frame[30:150, -1])
                    self.assertGreater(min(int(edge.max(axis=1).min()) for edge in edges), 8)

    def test_weather_shows(self) -> None:
        for weather in ("rain", "snow", "fog", "storm"):
            with self.subTest(weather):
                clear, wild = self.frames("mountain at noon"), self.frames(f"mountain at noon, {weather}")
                self.assertGreater(np.abs(clear[2].astype(int) - wild[2]).mean(), 5)

    def test_any_prompt_makes_a_picture(self) -> None:
        for prompt in (
            "…",
            "\ud83d",
            "😀" * 60,
            "夕暮れの海",
            "قارب في البحر",
            "a" * 4000,
            "\x00\x1b[31m",
            "dragon dragon dragon",
            "🐪",
        ):
            with self.subTest(prompt[:12]):
                self.assertEqual(len(self.frames(prompt, frames=2)), 2)
