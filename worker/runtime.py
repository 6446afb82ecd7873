"""A serverless worker on the standard library, with the two calls of RunPod's SDK that a handler needs.

``start({"handler": handler})`` takes jobs from a gateway, one at a time, until SIGTERM, or until standard input ends when
``VIDEOEXPRESS_PARENT_PIPE=1``. ``progress_update(job, progress)`` reports on the job that the calling task runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from gateway import Gateway, SettingError
from runner import Outbox, Runner

log = logging.getLogger("videoexpress.runtime")

Handler = Callable[[Mapping[str, Any]], Coroutine[Any, Any, Any]]
"""Does a job ``{"id", "input"}``."""

EXIT_WITHIN = 4.5
"""Seconds from the order to stop until the process is gone, whatever still hangs."""

_outbox: ContextVar[Outbox | None] = ContextVar("outbox", default=None)


def progress_update(job: Mapping[str, Any], progress: Any) -> None:
    """Reports progress, without waiting. Newer progress replaces what was not sent yet; none is sent after the result."""
    outbox = _outbox.get()
    if outbox is not None:
        outbox.put(progress)


def start(config: Mapping[str, Any]) -> None:
    """Serves ``config["handler"]``, an async function of a job, and then ends the process."""
    try:
        gateway = Gateway.from_environment(os.environ)
    except SettingError as error:
        sys.exit(str(error))
    if gateway is None:
        sys.exit(_run_once(config["handler"]))
    asyncio.run(_serve(gateway, config["handler"]))


async def _serve(gateway: Gateway, handler: Handler) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(reason: str) -> None:
        log.info("stopping: %s", reason)
        threading.Thread(target=_exit_late, daemon=True).start()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, signal.Signals(number).name)
    if os.environ.get("VIDEOEXPRESS_PARENT_PIPE") == "1":
        watch = threading.Thread(
            target=_watch_parent, args=(lambda: loop.call_soon_threadsafe(stop, "the host is gone"),), daemon=True
        )
        watch.start()

    async def with_outbox(job: Mapping[str, Any], outbox: Outbox) -> Any:
        _outbox.set(outbox)
        return await handler(job)

    log.info("worker %s takes jobs", gateway.worker_id)
    running = asyncio.create_task(Runner(gateway, with_outbox).run())
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    await asyncio.wait((running,))
    if not stopping.is_set():
        running.result()  # it ended by an error of its own


def _watch_parent(gone: Callable[[], object]) -> None:
    while os.read(0, 1024):
        pass
    gone()


def _exit_late() -> None:
    time.sleep(EXIT_WITHIN)
    os._exit(1)


def _run_once(handler: Handler) -> int:
    """Runs the job of ``--test_input JSON``, or of the file test_input.json, and prints its result. 0 when it has no error."""
    parser = argparse.ArgumentParser(description="Serves jobs when RUNPOD_WEBHOOK_GET_JOB is set, else runs one.")
    parser.add_argument("--test_input", help="a job as JSON; default: the file test_input.json")
    given = parser.parse_args().test_input
    job = json.loads(given or Path("test_input.json").read_text(encoding="utf-8"))
    result = asyncio.run(handler({"id": "local", **job}))
    print(json.dumps(result, ensure_ascii=False))
    return 1 if "error" in result else 0
