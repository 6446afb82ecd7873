"""What an attempt hands to the store: its claim, its files, and last of all its result."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import transfer
from contract import Attempt, Code, OutputSlot, WorkerError
from exchange import NoAnswer

log = logging.getLogger("videoexpress.delivery")

BASE64_LIMIT = 7 << 20
"""Bytes of all files together that may travel inside the answer: a provider refuses answers over 10 MiB."""

LOOK_PATIENCE = 60.0
"""Seconds the store may be away before an attempt starts without having looked for its result."""


async def find_result(attempt: Attempt, until: float) -> dict[str, Any] | None:
    """The result that this attempt has left in the store before; None when there is none, or nobody can tell.

    Raises WorkerError ``superseded`` when the server has given the attempt up.
    """
    if attempt.result_get_url is None:
        return None
    look_until = min(until, asyncio.get_running_loop().time() + LOOK_PATIENCE)
    try:
        result = await transfer.get_json(attempt.result_get_url, until=look_until, what="result.json")
    except NoAnswer as error:
        log.warning("attempt %s: started without a look at its result: %s", attempt.attempt_id, error)
        return None
    if not isinstance(result, dict) or result.get("attempt_id") not in (None, attempt.attempt_id):
        return None
    if result.get("superseded") is True:
        raise WorkerError(Code.SUPERSEDED, "another attempt has taken the place of this one")
    return result if isinstance(result.get("files"), list) else None


async def put_claim(attempt: Attempt, worker: str, until: float) -> None:
    """Tells the store who works on the attempt. A claim that cannot be put is logged, and harms nothing else."""
    if attempt.claim_put_url is None:
        return
    claim = {
        "attempt_id": attempt.attempt_id,
        "worker": worker,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": attempt.request_id,
    }
    try:
        await transfer.put_json(attempt.claim_put_url, claim, until=until, what="claim")
    except WorkerError as error:
        log.warning("attempt %s: %s", attempt.attempt_id, error)


async def deliver_files(slots: tuple[OutputSlot, ...], made: Mapping[str, Path], until: float) -> list[dict[str, Any]]:
    """Puts each slot's file where its URL says, or packs it as base64; returns the answer's ``files``, in the slots' order.

    Raises WorkerError ``upload_failed``.
    """
    files = []
    packed = 0
    for slot in slots:
        path = made[slot.name]
        size = path.stat().st_size
        file: dict[str, Any] = {"name": slot.name, "content_type": slot.content_type, "bytes": size}
        file["sha256"] = await asyncio.to_thread(transfer.sha256, path)
        if slot.put_url is not None:
            await transfer.put(slot.put_url, path, slot.content_type, until=until, what=slot.name)
            file["uploaded"] = True
        else:
            packed += size
            if packed >= BASE64_LIMIT:
                raise WorkerError(
                    Code.UPLOAD_FAILED,
                    f"{slot.name} has {size} bytes and no put_url; an answer carries less than 7 MiB",
                )
            file["base64"] = base64.b64encode(await asyncio.to_thread(path.read_bytes)).decode()
        files.append(file)
    return files


async def put_result(attempt: Attempt, result: dict[str, Any], until: float) -> None:
    """Puts ``result.json``. Raises WorkerError ``upload_failed``."""
    if attempt.result_put_url is not None:
        await transfer.put_json(attempt.result_put_url, result, until=until, what="result.json")
