"""A local HTTP server for tests, whose answers a test decides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """A request that arrived: ``target`` is path and query, ``time`` is monotonic seconds."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    time: float


@dataclass(frozen=True)
class Answer:
    """What to answer; status 0 hangs up without a word."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"


class LocalServer:
    """Listens on a loopback port, records every call, and answers as ``answer`` says (called in a thread a connection)."""

    def __init__(self, answer: Callable[[Call], Answer], port: int = 0) -> None:
        self.calls: list[Call] = []
        self.changed = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = Call(
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    body,
                    time.monotonic(),
                )
                with outer.changed:
                    outer.calls.append(call)
                    outer.changed.notify_all()
                answer_given = answer(call)
                self.close_connection = True
                if answer_given.status == 0:
                    return
                try:
                    self.send_response(answer_given.status)
                    self.send_header("Content-Type", answer_given.content_type)
                    self.send_header("Content-Length", str(len(answer_given.body)))
                    self.end_headers()
                    self.wfile.write(answer_given.body)
                except OSError:
                    pass  # the caller has hung up, as some tests want

            do_GET = do_PUT = do_POST = serve

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                pass  # callers that hang up are part of the tests

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stops listening: further calls are refused."""
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, condition: Callable[[], object], seconds: float = 20) -> bool:
        """True once the condition holds; looked at after each call and a few times a second."""
        end = time.monotonic() + seconds
        with self.changed:
            while not condition():
                if time.monotonic() > end:
                    return False
                self.changed.wait(0.1)
        return True


def free_port() -> int:
    """A loopback port on which nobody listens."""
    server = LocalServer(lambda call: Answer(200))
    server.close()
    return server.port
