"""The worker's side of an engine: starts it as a child with a process group of its own, and kills the group at the end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from contract import Code, WorkerError
from engines import EngineRequest

log = logging.getLogger("videoexpress.engine")

WORKER_ROOT = Path(__file__).resolve().parent.parent


@asynccontextmanager
async def run_engine(
    request: EngineRequest, folder: Path, report: Callable[[float, str], None]
) -> AsyncIterator[dict[str, Any]]:
    """Runs the engine and enters with what it made; it and all that it started are dead when the block is left.

    ``report(fraction, phase)`` is called on its way. Inside the block the engine still watches over ``folder``: should this
    process be killed, the engine removes it. Raises WorkerError ``out_of_memory`` or ``internal``.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engines.serve",
        cwd=WORKER_ROOT, env=_environment(), start_new_session=True, limit=1 << 20,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    last_words: deque[str] = deque(maxlen=20)
    listening = asyncio.create_task(_listen(process.stderr, last_words))
    try:
        line = {"engine": request.engine, "arguments": request.arguments, "folder": str(folder)}
        process.stdin.write(json.dumps(line).encode() + b"\n")
        answer = await _converse(process.stdout, report)
        if answer is None:
            code = await process.wait()
            _kill_group(process)
            await listening
            raise _death(code, last_words)
        if "made" not in answer:
            log.error("%s: %s", request.engine, " | ".join(last_words))
            raise WorkerError(Code.OUT_OF_MEMORY if answer.get("out_of_memory") else Code.INTERNAL, answer["failed"])
        yield answer["made"]
    finally:
        _kill_group(process)
        await process.wait()
        listening.cancel()


async def _converse(lines: asyncio.StreamReader, report: Callable[[float, str], None]) -> dict[str, Any] | None:
    """Reads until the engine's last line; None when it ended without one."""
    async for line in lines:
        answer = json.loads(line)
        if "progress" not in answer:
            return answer
        report(answer["progress"], answer["phase"])
    return None


async def _listen(lines: asyncio.StreamReader, last_words: deque[str]) -> None:
    async for line in lines:
        last_words.append(line.decode(errors="replace").rstrip())


def _death(code: int, last_words: deque[str]) -> WorkerError:
    if code == -signal.SIGKILL:
        return WorkerError(Code.OUT_OF_MEMORY, "the engine was killed by the system, most likely for want of memory")
    said = f": {last_words[-1]}" if last_words else ""
    return WorkerError(Code.INTERNAL, f"the engine ended with code {code}{said}")


def _kill_group(process: asyncio.subprocess.Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # all of it has ended


def _environment() -> dict[str, str]:
    """The worker's environment without the provider's keys and URLs, which are no business of an engine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RUNPOD_")}
