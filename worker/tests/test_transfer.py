from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import retry
import transfer
from contract import WorkerError
from exchange import NoAnswer, Request
from tests.http_server import Answer, LocalServer, free_port
from tests.object_store import ObjectStore


class Transfer(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.store = ObjectStore()
        self.addCleanup(self.store.server.close)

    def in_seconds(self, seconds: float) -> float:
        return asyncio.get_running_loop().time() + seconds

    async def refusal(self, seconds: float = 5, url: str | None = None) -> str:
        with self.assertRaises(WorkerError) as caught:
            await transfer.put(
                url or self.store.url("video"), b"bytes", "video/mp4", until=self.in_seconds(seconds), what="video"
            )
        return str(caught.exception)

    async def test_a_large_file_is_streamed_whole(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(range(256)) * 20_000)
            file.flush()
            path = Path(file.name)
            await transfer.put(self.store.url("video"), path, "video/mp4", until=self.in_seconds(10), what="video")
            self.assertEqual(self.store.objects["/video"], path.read_bytes())
        self.assertEqual(self.store.puts("video")[0].headers["content-type"], "video/mp4")

    async def test_what_heals_is_repeated(self) -> None:
        self.store.faults["/video"] = [503, 429, 500, 408]
        with mock.patch("retry.pauses", lambda: itertools.repeat(0.02)):
            await transfer.put(self.store.url("video"), b"bytes", "video/mp4", until=self.in_seconds(30), what="video")
        self.assertEqual(len(self.store.puts("video")), 5)

    async def test_pauses_double_up_to_a_limit_and_vary(self) -> None:
        pauses = list(itertools.islice(retry.pauses(first=1, longest=8), 6))
        for pause, longest in zip(pauses, (1, 2, 4, 8, 8, 8)):
            self.assertTrue(longest / 2 <= pause <= longest, pauses)

    async def test_a_refusal_is_final_and_names_the_store_s_code_but_no_signature(self) -> None:
        self.store.faults["/video"] = [403]
        error = await self.refusal()
        self.assertEqual(len(self.store.puts("video")), 1)
        self.assertIn("HTTP 403 Ordered", error)
        self.assertTrue(error.startswith("upload_failed: "))
        self.assertNotIn("secret", error)

    async def test_a_store_that_is_away_until_the_end_is_an_upload_error(self) -> None:
        started = time.monotonic()
        error = await self.refusal(1.0, f"http://127.0.0.1:{free_port()}/video?sig=secret")
        self.assertLess(time.monotonic() - started, 2)
        self.assertIn("refused", error)
        self.assertNotIn("secret", error)

    async def test_a_store_that_hangs_up_is_tried_again(self) -> None:
        self.store.be_down(0.6)
        await transfer.put(self.store.url("video"), b"bytes", "video/mp4", until=self.in_seconds(30), what="video")
        self.assertEqual(self.store.objects["/video"], b"bytes")

    async def test_absent_json_is_none(self) -> None:
        for status in (403, 404):
            self.store.faults["/result.json"] = [status]
            self.assertIsNone(
                await transfer.get_json(self.store.url("result.json"), until=self.in_seconds(5), what="result.json")
            )
        self.store.objects["/result.json"] = b'{"files": ['
        self.assertIsNone(
            await transfer.get_json(self.store.url("result.json"), until=self.in_seconds(5), what="result.json")
        )

    async def test_a_silent_host_is_no_answer(self) -> None:
        def hang(call: object) -> Answer:
            time.sleep(3)
            return Answer(200)

        server = LocalServer(hang)
        self.addCleanup(server.close)
        started = time.monotonic()
        with self.assertRaises(NoAnswer):
            await Request("GET", server.url, silence=0.3).send()
        self.assertLess(time.monotonic() - started, 2)

    async def test_cancelling_hangs_up_at_once(self) -> None:
        def hang(call: object) -> Answer:
            time.sleep(3)
            return Answer(200)

        server = LocalServer(hang)
        self.addCleanup(server.close)
        task = asyncio.create_task(Request("GET", server.url).send())
        await asyncio.to_thread(server.wait_for, lambda: server.calls)
        started = time.monotonic()
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        self.assertLess(time.monotonic() - started, 0.5)

    async def test_an_answer_beyond_the_limit_is_refused(self) -> None:
        self.store.objects["/big"] = b"x" * 2000
        with self.assertRaises(NoAnswer):
            await Request("GET", self.store.url("big"), limit=1000).send()
