"""Repeating a request until its answer is final."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator

from exchange import NoAnswer, Request, Response

log = logging.getLogger("videoexpress.retry")

PASSING = frozenset({408, 409, 425, 429})
"""Statuses below 500 that another try can change (409 is S3's "conflicting operation in progress")."""


def pauses(first: float = 0.5, longest: float = 8.0) -> Iterator[float]:
    """Seconds between tries: doubling from ``first`` to ``longest``, each with up to half of it taken off at random."""
    pause = first
    while True:
        yield pause * random.uniform(0.5, 1.0)
        pause = min(longest, pause * 2)


def is_final(response: Response) -> bool:
    """False for what heals by itself: 5xx, 408, 409, 425, 429, and S3's 400 for a connection that was too slow."""
    if response.status == 400:
        return b"RequestTimeout" not in response.body
    return response.status < 500 and response.status not in PASSING


async def send_until_final(request: Callable[[], Request], *, until: float, what: str) -> Response:
    """Sends until the answer is final, or the loop's time is ``until``: then the last answer is returned as it is.

    ``what`` names the request in the log. Raises NoAnswer when no answer came in time at all.
    """
    loop = asyncio.get_running_loop()
    tries = 0
    for pause in pauses():
        tries += 1
        response, error = None, None
        try:
            async with asyncio.timeout_at(until):
                response = await request().send()
        except NoAnswer as failure:
            error = failure
        except TimeoutError:
            error = NoAnswer("the time is over")
        if response is not None and is_final(response):
            return response
        pause = max(pause, _asked_pause(response))
        if loop.time() + pause >= until:
            if response is not None:
                return response
            raise NoAnswer(f"{error} (tries: {tries})")
        log.warning("%s: %s; again in %.1f s", what, f"HTTP {response.status}" if response else error, pause)
        await asyncio.sleep(pause)
    raise AssertionError("pauses never end")


def _asked_pause(response: Response | None) -> float:
    value = response.headers.get("retry-after", "") if response else ""
    return min(60.0, float(value)) if value.isdigit() else 0.0
