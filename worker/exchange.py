"""One HTTP request and its answer, on the standard library, ended at once when the awaiting task is cancelled."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

CONNECT_TIMEOUT = 10.0
"""Seconds until a host that does not answer counts as away."""

BLOCK = 1 << 18
"""Bytes a file is read and sent in."""


class NoAnswer(Exception):
    """The host was not reached, hung up, fell silent, or did not speak HTTP. Its text holds no URL."""


@dataclass(frozen=True)
class Response:
    """An answer of any status; ``headers`` has lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Request:
    """A request to send once. ``body`` is bytes, or a file that is streamed.

    ``silence`` is how many seconds the host may be silent; ``limit`` how many bytes of an answer are read, more is an error.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Path | None = None
    silence: float = 60.0
    limit: int = 1 << 20

    async def send(self) -> Response:
        """Sends it from a thread of its own. Raises NoAnswer; a cancelled task hangs up."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Response] = loop.create_future()
        line = _Line(self)

        def settle(response: Response | None, error: NoAnswer | None) -> None:
            if answer.done():
                return
            if response is not None:
                answer.set_result(response)
            else:
                answer.set_exception(error or NoAnswer("no answer"))

        def work() -> None:
            response, error = None, None
            try:
                response = line.talk()
            except Exception as failure:  # whatever breaks in a thread must reach the task that waits for it
                error = NoAnswer(f"{type(failure).__name__}: {failure}".rstrip(": "))
            try:
                loop.call_soon_threadsafe(settle, response, error)
            except RuntimeError:
                pass  # the loop is closed: nobody waits any more

        threading.Thread(target=work, name=f"exchange {self.method}", daemon=True).start()
        try:
            return await answer
        finally:
            line.hang_up()


class _Line:
    """The connection of one request; ``hang_up`` may be called from any thread, at any time."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._over = threading.Event()
        self._socket: socket.socket | None = None

    def talk(self) -> Response:
        request = self._request
        parts = urlsplit(request.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=CONNECT_TIMEOUT, blocksize=BLOCK)
        try:
            connection.connect()
            self._socket = connection.sock
            if self._over.is_set():
                raise ConnectionAbortedError("hung up")
            connection.sock.settimeout(request.silence)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            self._speak(connection, target)
            answer = connection.getresponse()
            body = answer.read(request.limit + 1)
            if len(body) > request.limit:
                raise ValueError(f"the answer is longer than {request.limit} bytes")
            return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
        finally:
            connection.close()

    def hang_up(self) -> None:
        self._over.set()
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already

    def _speak(self, connection: http.client.HTTPConnection, target: str) -> None:
        request = self._request
        try:
            if isinstance(request.body, Path):
                with request.body.open("rb") as file:
                    headers = {**request.headers, "Content-Length": str(request.body.stat().st_size)}
                    connection.request(request.method, target, file, headers)
            else:
                connection.request(request.method, target, request.body, dict(request.headers))
        except (BrokenPipeError, ConnectionResetError):
            if self._over.is_set():
                raise
            # A host that refuses a body answers early and closes; what it said is worth reading.
