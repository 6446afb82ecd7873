from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
import time
import unittest
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import attempt
from tests.http_server import free_port
from tests.object_store import ObjectStore
from tests.processes import descendants, is_alive, wait_until


class Handling(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.store = ObjectStore()
        self.addCleanup(self.store.server.close)
        self.progress: list[dict[str, Any]] = []

    async def do(self, **more: Any) -> dict[str, Any]:
        return await attempt.answer({"id": "request-1", "input": self.store.input(**more)}, self.progress.append)

    async def test_claim_files_and_result_reach_the_store_before_the_answer(self) -> None:
        with mock.patch.dict(os.environ, RUNPOD_POD_ID="worker-9"):
            answer = await self.do()
        video = self.store.objects["/video"]
        self.assertEqual(
            answer["files"],
            [
                {
                    "name": "video",
                    "content_type": "video/mp4",
                    "bytes": len(video),
                    "sha256": hashlib.sha256(video).hexdigest(),
                    "uploaded": True,
                }
            ],
        )
        self.assertEqual(self.store.json("result.json"), answer)
        self.assertEqual(
            (answer["attempt_id"], answer["seed"], answer["backend"], answer["model"]),
            ("attempt-1", 7, "draft", "animatic"),
        )
        claim = self.store.json("claim.json")
        self.assertEqual(
            (claim["attempt_id"], claim["request_id"], claim["worker"]), ("attempt-1", "request-1", "worker-9")
        )
        self.assertRegex(claim["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        order = [call.target.split("?")[0] for call in self.store.server.calls]
        self.assertEqual(order, ["/result.json", "/claim.json", "/video", "/result.json"])

    async def test_progress_rises_and_ends_before_the_answer(self) -> None:
        await self.do(duration=3)
        sent = len(self.progress)
        await asyncio.sleep(1.2)
        self.assertEqual(len(self.progress), sent)
        self.assertGreaterEqual(sent, 1)
        percents = [update["progress"] for update in self.progress]
        self.assertEqual(percents, sorted(percents))
        self.assertEqual([update["seq"] for update in self.progress], list(range(1, sent + 1)))
        self.assertLessEqual({update["phase"] for update in self.progress}, {"generating", "uploading"})

    async def test_a_result_in_the_store_is_returned_without_generating(self) -> None:
        first = await self.do()
        with mock.patch("attempt.run_engine", side_effect=AssertionError("generated again")):
            second = await self.do()
        self.assertEqual(second, first)
        self.assertEqual(len(self.store.puts("video")), 1)

    async def test_a_superseded_attempt_ends_unpaid(self) -> None:
        self.store.objects["/result.json"] = b'{"attempt_id": "attempt-1", "superseded": true}'
        with mock.patch("attempt.run_engine", side_effect=AssertionError("generated")):
            answer = await self.do()
        self.assertTrue(answer["error"].startswith("superseded: "), answer)
        self.assertEqual(self.store.puts("claim.json"), [])

    async def test_403_is_absent_too(self) -> None:
        self.store = ObjectStore(missing=403)
        self.addCleanup(self.store.server.close)
        self.assertIn("files", await self.do())

    async def test_a_half_written_result_is_absent(self) -> None:
        self.store.objects["/result.json"] = b'{"files": ['
        self.assertIn("files", await self.do())

    async def test_a_store_that_is_down_for_a_while_loses_nothing(self) -> None:
        run_engine = attempt.run_engine

        @asynccontextmanager
        async def run_then_lose_the_store(*arguments: Any) -> AsyncIterator[dict[str, Any]]:
            async with run_engine(*arguments) as made:
                self.store.be_down(1.5)
                yield made

        with mock.patch("attempt.run_engine", run_then_lose_the_store):
            answer = await self.do()
        self.assertIn("files", answer)
        self.assertEqual(self.store.json("result.json"), answer)
        self.assertGreater(len(self.store.puts("video")), 1)

    async def test_a_claim_that_cannot_be_put_harms_nothing(self) -> None:
        self.assertIn("files", await self.do(claim_put_url=f"http://127.0.0.1:{free_port()}/claim"))

    async def test_a_store_that_refuses_the_file_ends_in_upload_failed_and_no_result(self) -> None:
        self.store.faults["/video"] = [403]
        answer = await self.do()
        self.assertTrue(answer["error"].startswith("upload_failed: "), answer)
        self.assertNotIn("/result.json", self.store.objects)

    async def test_no_signature_is_ever_logged_or_answered(self) -> None:
        self.store.faults.update({"/video": [503, 403], "/claim.json": [500, 403]})
        with self.assertLogs(level=logging.DEBUG) as logs:
            answer = await self.do()
        self.assertNotIn("secret", "\n".join(logs.output) + str(answer))

    async def test_without_urls_the_file_is_in_the_answer(self) -> None:
        answer = await attempt.answer(
            {"id": "r", "input": {"job_type": "RENDER", "prompt": "a boat", "duration": 1, "resolution": "160x90"}},
            self.progress.append,
        )
        self.assertNotIn("attempt_id", answer)
        self.assertGreater(len(answer["files"][0]["base64"]), 1000)

    async def test_too_large_an_answer_is_refused(self) -> None:
        with mock.patch("delivery.BASE64_LIMIT", 1000):
            answer = await self.do(outputs=None)
        self.assertTrue(answer["error"].startswith("upload_failed: video has "), answer)

    async def test_an_output_that_the_type_does_not_make_is_refused_before_work(self) -> None:
        answer = await self.do(outputs=[{"name": "poster", "content_type": "image/jpeg"}])
        self.assertIn('"poster" is not made by RENDER; it makes video', answer["error"])

    async def test_wrong_input_is_answered_and_nothing_is_put(self) -> None:
        answer = await self.do(job_type="SMELL")
        self.assertTrue(answer["error"].startswith("invalid_input: "), answer)
        self.assertEqual(self.store.server.calls, [])


class EndingEarly(unittest.IsolatedAsyncioTestCase):
    """A long job, ended while its engine and ffmpeg are at work."""

    def setUp(self) -> None:
        self.store = ObjectStore()
        self.addCleanup(self.store.server.close)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.enterContext(mock.patch.object(tempfile, "tempdir", self.folder.name))

    def start(self, **more: Any) -> asyncio.Task[dict[str, Any]]:
        values = self.store.input(duration=30, fps=60, resolution="1280x720", **more)
        return asyncio.create_task(attempt.answer({"id": "r", "input": values}, lambda update: None))

    async def at_work(self) -> list[int]:
        """Waits for the engine and its ffmpeg; their process ids."""

        def both() -> bool:
            found = descendants(os.getpid())
            return any("engines.serve" in line for line in found.values()) and any(
                "libx264" in line for line in found.values()
            )

        self.assertTrue(await asyncio.to_thread(wait_until, both))
        return list(descendants(os.getpid()))

    def assert_nothing_is_left(self, pids: list[int]) -> None:
        self.assertTrue(wait_until(lambda: not any(is_alive(pid) for pid in pids), 2), "a process is left")
        self.assertEqual(list(Path(self.folder.name).iterdir()), [])

    async def test_cancelling_kills_the_engine_and_its_ffmpeg(self) -> None:
        task = self.start()
        pids = await self.at_work()
        started = time.monotonic()
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        self.assertLess(time.monotonic() - started, 1)
        self.assert_nothing_is_left(pids)
        self.assertNotIn("/video", self.store.objects)

    async def test_the_execution_time_out_kills_them_too(self) -> None:
        task = self.start(execution_timeout_s=6)
        pids = await self.at_work()
        answer = await task
        self.assertEqual(answer["error"], "timed_out: not done within 6 s")
        self.assert_nothing_is_left(pids)

    async def test_an_engine_that_the_system_kills_is_out_of_memory(self) -> None:
        task = self.start()
        pids = await self.at_work()
        engine = next(pid for pid, line in descendants(os.getpid()).items() if "engines.serve" in line)
        os.kill(engine, 9)
        answer = await task
        self.assertTrue(answer["error"].startswith("out_of_memory: "), answer)
        self.assert_nothing_is_left(pids)

    async def test_an_engine_that_fails_is_an_internal_error_without_a_traceback(self) -> None:
        with mock.patch.dict(os.environ, PATH="/nowhere"), self.assertLogs("videoexpress.engine"):
            answer = await self.start()
        self.assertTrue(answer["error"].startswith("internal: FileNotFoundError"), answer)
        self.assertNotIn("Traceback", answer["error"])
