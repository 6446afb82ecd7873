from __future__ import annotations

import unittest
from typing import Any

import jobs
from contract import Code, Fields, WorkerError, read_attempt
from jobs.frame_size import read_frame_size


def error_of(values: Any) -> str:
    """What the input is refused with."""
    try:
        attempt = read_attempt({"id": "r", "input": values})
        jobs.request_for(jobs.find(attempt.job_type), attempt.quality, attempt.params)
    except WorkerError as error:
        return str(error)
    return ""


class ReadingAnInput(unittest.TestCase):
    def test_flat_input_of_a_simple_client_is_enough(self) -> None:
        attempt = read_attempt(
            {"id": "r", "input": {"job_type": "RENDER", "prompt": "a boat", "duration": 5, "resolution": "1080p"}}
        )
        self.assertEqual((attempt.attempt_id, attempt.outputs, attempt.result_put_url), (None, (), None))
        arguments = jobs.request_for(jobs.find("RENDER"), attempt.quality, attempt.params).arguments
        self.assertEqual((arguments["width"], arguments["height"], arguments["frames"]), (1920, 1080, 120))

    def test_full_input_is_read_and_parameters_are_kept_apart(self) -> None:
        attempt = read_attempt(
            {
                "id": "r",
                "input": {
                    "job_type": "RENDER",
                    "prompt": "a boat",
                    "negative_prompt": "people",
                    "attempt_id": "a",
                    "job_id": "j",
                    "quality": "draft",
                    "outputs": [{"name": "video", "content_type": "video/mp4", "put_url": "http://s/v"}],
                    "execution_timeout_s": 60,
                    "claim_put_url": "http://s/c",
                    "result_put_url": "http://s/r",
                    "result_get_url": "http://s/r",
                },
            }
        )
        self.assertEqual(dict(attempt.params), {"prompt": "a boat", "negative_prompt": "people"})
        self.assertEqual(attempt.outputs[0].put_url, "http://s/v")
        self.assertEqual(attempt.execution_timeout, 60)

    def test_wrong_inputs_name_the_field_the_limit_and_what_was_sent(self) -> None:
        render: dict[str, Any] = {"job_type": "RENDER", "prompt": "a boat"}
        wrong: tuple[tuple[Any, str], ...] = (
            (None, "input must be an object"),
            ({}, "job_type is missing"),
            ({"job_type": 7}, "job_type must be a text; got 7"),
            ({"job_type": "RENDR"}, "did you mean RENDER?"),
            ({"job_type": "RENDER"}, "prompt is missing"),
            ({**render, "prompt": "  \n"}, "prompt must not be empty"),
            ({**render, "prompt": "x" * 9000}, "prompt has 9000 characters; at most 8000"),
            ({**render, "duration": 31}, "duration must be a number from 1 to 30; got 31"),
            ({**render, "duration": "5"}, "duration must be a number from 1 to 30; got '5'"),
            ({**render, "duration": True}, "duration must be a number"),
            ({**render, "duration": float("nan")}, "duration must be a number"),
            ({**render, "fps": 0}, "fps must be a number from 1 to 60; got 0"),
            ({**render, "seed": -1}, "seed must be a whole number from 0"),
            ({**render, "seed": 1.5}, "seed must be a whole number"),
            ({**render, "resolution": "8k"}, "resolution must be one of 480p, 720p, 1080p, or WIDTHxHEIGHT; got '8k'"),
            ({**render, "resolution": "9999x10"}, "each side must have 64 to 3840 pixels"),
            ({**render, "aspect_ratio": "16:10"}, "aspect_ratio must be one of 16:9, 9:16, 1:1, 4:5"),
            ({**render, "quality": "best"}, "quality must be one of draft, final"),
            ({**render, "outputs": "video"}, "outputs must be a list"),
            ({**render, "outputs": [{"content_type": "video/mp4"}]}, "outputs[0].name is missing"),
            (
                {**render, "outputs": [{"name": "video", "put_url": "file:///etc/passwd"}]},
                "outputs[0].put_url must be an http or https URL",
            ),
            ({**render, "result_get_url": "ftp://x/y"}, "result_get_url must be an http or https URL"),
            ({**render, "execution_timeout_s": 0}, "execution_timeout_s must be a number from 1"),
        )
        for values, expected in wrong:
            with self.subTest(expected):
                error = error_of(values)
                self.assertTrue(error.startswith("invalid_input: "), error)
                self.assertIn(expected, error)

    def test_a_url_is_never_repeated_in_an_error(self) -> None:
        self.assertNotIn(
            "secret", error_of({"job_type": "RENDER", "prompt": "x", "claim_put_url": "ftp://s/c?sig=secret"})
        )

    def test_final_quality_says_that_it_needs_a_gpu(self) -> None:
        error = error_of({"job_type": "RENDER", "prompt": "x", "quality": "final"})
        self.assertTrue(error.startswith(f"{Code.MODEL_UNAVAILABLE}: "), error)


class RenderParameters(unittest.TestCase):
    def arguments(self, **params: Any) -> dict[str, Any]:
        return dict(jobs.request_for(jobs.find("RENDER"), "draft", {"prompt": "x", **params}).arguments)

    def test_frame_size_by_resolution_and_aspect_ratio(self) -> None:
        for resolution, aspect, expected in (
            ("480p", "16:9", (854, 480)),
            ("480p", "9:16", (480, 854)),
            ("720p", "16:9", (1280, 720)),
            ("720p", "9:16", (720, 1280)),
            ("720p", "1:1", (720, 720)),
            ("720p", "4:5", (720, 900)),
            ("1080p", "4:5", (1080, 1350)),
            ("641x361", "9:16", (640, 360)),
        ):
            with self.subTest(f"{resolution} {aspect}"):
                self.assertEqual(read_frame_size(Fields({"resolution": resolution, "aspect_ratio": aspect})), expected)

    def test_frames_are_duration_times_rate_rounded_and_at_least_one(self) -> None:
        for duration, fps, frames in ((5, 24, 120), (1.3, 24, 31), (1, 1, 1), (2.5, 29.97, 75)):
            self.assertEqual(self.arguments(duration=duration, fps=fps)["frames"], frames)

    def test_null_is_the_default(self) -> None:
        arguments = self.arguments(seed=None, fps=None, duration=None, resolution=None, aspect_ratio=None)
        self.assertEqual((arguments["width"], arguments["fps"], arguments["frames"]), (1280, 24, 120))

    def test_seed_comes_from_the_prompt_unless_given(self) -> None:
        self.assertEqual(self.arguments()["seed"], self.arguments()["seed"])
        self.assertNotEqual(self.arguments()["seed"], self.arguments(prompt="y")["seed"])
        self.assertEqual(self.arguments(seed=0)["seed"], 0)
        self.assertGreaterEqual(self.arguments(prompt="\ud800")["seed"], 0)
