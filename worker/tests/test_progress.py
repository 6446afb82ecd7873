from __future__ import annotations

import asyncio
import itertools
import threading
import time
import unittest
from typing import Any

from progress import Progress


class ProgressUpdates(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def test_the_first_is_sent_at_once_and_then_only_the_newest_of_an_interval(self) -> None:
        times: list[float] = []

        def send(update: dict[str, Any]) -> None:
            times.append(asyncio.get_running_loop().time())
            self.sent.append(update)

        progress = Progress(send, interval=0.2)
        for percent in range(1, 40):
            progress.update(percent, "generating")
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.25)
        await progress.close()
        self.assertEqual(self.sent[0]["progress"], 1)
        self.assertTrue(all(later - earlier >= 0.19 for earlier, later in itertools.pairwise(times)), times)
        self.assertEqual(self.sent[-1], {"progress": 39, "phase": "generating", "seq": len(self.sent)})

    async def test_it_never_goes_backwards(self) -> None:
        progress = Progress(self.sent.append, interval=0)
        for percent in (10, 50, 20, 300):
            progress.update(percent, "generating")
            await asyncio.sleep(0.01)
        self.assertEqual([update["progress"] for update in self.sent], [10, 50, 100])

    async def test_nothing_is_sent_once_it_is_closed(self) -> None:
        progress = Progress(self.sent.append, interval=0.05)
        progress.update(1, "generating")
        await asyncio.sleep(0.01)
        progress.update(2, "generating")
        await progress.close()
        progress.update(3, "generating")
        await asyncio.sleep(0.1)
        self.assertEqual([update["progress"] for update in self.sent], [1])

    async def test_closing_waits_for_the_threads_that_the_sdk_posts_from(self) -> None:
        landed = []

        def land(update: dict[str, Any]) -> None:
            time.sleep(0.3)
            landed.append(update)

        def post_slowly(update: dict[str, Any]) -> None:
            threading.Thread(target=land, args=(update,), daemon=True).start()

        progress = Progress(post_slowly)
        progress.update(1, "generating")
        await asyncio.sleep(0.01)
        await progress.close()
        self.assertEqual(len(landed), 1)
