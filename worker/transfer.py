"""Files and JSON to and from the object store, by presigned URLs. No error or log line holds a URL's signature."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract import Code, WorkerError
from exchange import NoAnswer, Request, Response
from retry import send_until_final

log = logging.getLogger("videoexpress.transfer")


async def put(url: str, body: bytes | Path, content_type: str, *, until: float, what: str) -> None:
    """Puts a file (streamed) or bytes, again and again until the store took it.

    Raises WorkerError ``upload_failed`` when the store refuses, or is away until the loop's time ``until``.
    """

    def request() -> Request:
        return Request("PUT", url, {"Content-Type": content_type}, body)

    try:
        response = await send_until_final(request, until=until, what=f"put {what}")
    except NoAnswer as error:
        raise WorkerError(Code.UPLOAD_FAILED, f"{what}: the store at {_host(url)} did not take it: {error}") from error
    if not 200 <= response.status < 300:
        raise WorkerError(Code.UPLOAD_FAILED, f"{what}: the store at {_host(url)} answered {_summary(response)}")


async def put_json(url: str, value: Any, *, until: float, what: str) -> None:
    """Puts a JSON document; raises as ``put``."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    await put(url, body, "application/json", until=until, what=what)


async def get_json(url: str, *, until: float, what: str) -> Any | None:
    """Reads a JSON document; None when it is absent, which a store says by 403 or 404, or is not JSON.

    Raises NoAnswer when the store is away until the loop's time ``until``.
    """
    response = await send_until_final(lambda: Request("GET", url, silence=15), until=until, what=f"get {what}")
    if response.status in (403, 404):
        return None
    if response.status != 200:
        raise NoAnswer(f"the store at {_host(url)} answered {_summary(response)}")
    try:
        return json.loads(response.body)
    except ValueError:
        log.warning("%s in the store is not JSON; taken as absent", what)
        return None


def sha256(path: Path) -> str:
    """The file's SHA-256, in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _summary(response: Response) -> str:
    """The status and S3's own code for it; the rest of such a body can repeat the signature."""
    code = re.search(rb"<Code>(\w+)</Code>", response.body)
    return f"HTTP {response.status}{' ' + code[1].decode() if code else ''}"
