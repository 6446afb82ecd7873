"""Progress of one job: at most one update a second, never backwards, none after it is closed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

Send = Callable[[dict[str, Any]], None]
"""Sends one update without waiting: the SDK's ``progress_update`` with its job filled in, or the runtime's."""

INTERVAL = 1.0
"""Seconds between two updates, at least."""


class Progress:
    """Sends ``{"progress": 0–100, "phase": word, "seq": n}``; of updates that come too early only the newest is sent."""

    def __init__(self, send: Send, interval: float = INTERVAL) -> None:
        self._send = send
        self._interval = interval
        self._percent = 0
        self._phase = ""
        self._sequence = 0
        self._next_time = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._posts: set[threading.Thread] = set()

    def update(self, percent: float, phase: str) -> None:
        """Tells how far the job is, 0 to 100, and what it does; a lower number than before counts as that one."""
        percent = max(self._percent, min(100, int(percent)))
        if self._closed or (percent, phase) == (self._percent, self._phase):
            return
        self._percent, self._phase = percent, phase
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._next_time - loop.time()), self._post)

    async def close(self) -> None:
        """Drops what waits and returns when nothing is under way any more: the result may follow."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for post in self._posts:
            await asyncio.to_thread(post.join, 10)

    def _post(self) -> None:
        self._timer = None
        self._next_time = asyncio.get_running_loop().time() + self._interval
        self._sequence += 1
        before = set(threading.enumerate())
        self._send({"progress": self._percent, "phase": self._phase, "seq": self._sequence})
        # The SDK posts from a thread a call and keeps no hand on it; one that outlives the result would overwrite it.
        self._posts = {post for post in self._posts if post.is_alive()} | (set(threading.enumerate()) - before)
