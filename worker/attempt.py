"""One attempt from its input to its answer: look, claim, make, deliver, report."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import delivery
import jobs
from contract import Attempt, Code, OutputSlot, WorkerError, read_attempt
from engines import EngineRequest
from engines.child import run_engine
from progress import Progress, Send

log = logging.getLogger("videoexpress.attempt")

UPLOADING_AT = 95
"""Percent at which making ends and uploading begins."""


async def answer(job: Mapping[str, Any], send_progress: Send) -> dict[str, Any]:
    """Does the job and returns its result, or ``{"error": "code: message"}``.

    Only cancelling raises (CancelledError), and leaves no process and no file behind. ``send_progress`` is not called any
    more once this returns.
    """
    progress = Progress(send_progress)
    label = f"job {job.get('id')}"
    try:
        attempt = read_attempt(job)
        label = f"job {attempt.request_id} attempt {attempt.attempt_id or '-'}"
        async with asyncio.timeout(attempt.execution_timeout):
            return await _perform(attempt, progress, label)
    except WorkerError as error:
        log.warning("%s: ended: %s", label, error)
        return {"error": str(error)}
    except TimeoutError:
        late = WorkerError(Code.TIMED_OUT, f"not done within {attempt.execution_timeout:g} s")
        log.warning("%s: ended: %s", label, late)
        return {"error": str(late)}
    except asyncio.CancelledError:
        log.info("%s: cancelled", label)
        raise
    except Exception as error:  # the provider would show a traceback with paths to the customer
        log.exception("%s: failed", label)
        return {"error": str(WorkerError(Code.INTERNAL, f"the worker failed unexpectedly ({type(error).__name__})"))}
    finally:
        await progress.close()


async def _perform(attempt: Attempt, progress: Progress, label: str) -> dict[str, Any]:
    until = asyncio.get_running_loop().time() + attempt.execution_timeout
    job_type = jobs.find(attempt.job_type)
    request = jobs.request_for(job_type, attempt.quality, attempt.params)
    slots = _slots(attempt, job_type.OUTPUTS)

    earlier = await delivery.find_result(attempt, until)
    if earlier is not None:
        log.info("%s: its result is in the store already", label)
        return earlier

    log.info("%s: started, %s by %s", label, attempt.job_type, request.engine)
    worker = os.environ.get("RUNPOD_POD_ID") or socket.gethostname()
    claiming = asyncio.create_task(delivery.put_claim(attempt, worker, until))
    try:
        result = await _make_and_deliver(attempt, request, slots, progress, until)
        await delivery.put_result(attempt, result, until)
    finally:
        claiming.cancel()
    log.info("%s: done in %.1f s", label, result["seconds"])
    return result


async def _make_and_deliver(
    attempt: Attempt, request: EngineRequest, slots: tuple[OutputSlot, ...], progress: Progress, until: float
) -> dict[str, Any]:
    """The result, once its files are where they belong and nothing of the making is left here."""
    clock = asyncio.get_running_loop().time
    started = clock()

    def report(share: float, phase: str) -> None:
        progress.update(share * UPLOADING_AT, phase)

    with tempfile.TemporaryDirectory(prefix="videoexpress-", ignore_cleanup_errors=True) as folder:
        async with run_engine(request, Path(folder), report) as made:
            made_at = clock()
            progress.update(UPLOADING_AT, "uploading")
            paths = {name: Path(path) for name, path in made.pop("files").items()}
            files = await delivery.deliver_files(slots, paths, until)
            done_at = clock()
    return {
        "files": files,
        "seconds": round(done_at - started, 3),
        "timings": {"make": round(made_at - started, 3), "upload": round(done_at - made_at, 3)},
        "model": request.model,
        "backend": request.backend,
        **({"attempt_id": attempt.attempt_id} if attempt.attempt_id else {}),
        **made,
    }


def _slots(attempt: Attempt, outputs: Mapping[str, str]) -> tuple[OutputSlot, ...]:
    """The files to deliver: those asked for, or all that the job type makes."""
    for slot in attempt.outputs:
        if slot.name not in outputs:
            raise WorkerError(
                Code.INVALID_INPUT,
                f'outputs: "{slot.name}" is not made by {attempt.job_type}; it makes {", ".join(outputs)}',
            )
    return attempt.outputs or tuple(OutputSlot(name, content_type) for name, content_type in outputs.items())
