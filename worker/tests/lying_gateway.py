"""A gateway for tests that speaks RunPod's worker wire, and lies when it is told to."""

from __future__ import annotations

import json
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gateway import Gateway
from tests.http_server import Answer, Call, LocalServer


class LyingGateway:
    """Hands out ``jobs`` and collects what the worker says.

    ``take_faults`` and ``done_faults`` are statuses given first (0: hang up). ``hold`` is how many seconds a poll without
    an answer is held. ``hang_progress`` makes progress posts wait that long.
    """

    def __init__(self, hold: float = 20.0, port: int = 0) -> None:
        self.hold = hold
        self.jobs: list[Any] = []
        self.stops: list[str] = []
        self.take_faults: list[int] = []
        self.done_faults: list[int] = []
        self.hang_progress = 0.0
        self._closing = threading.Event()
        self.server = LocalServer(self._answer, port)

    def environment(self, worker: str = "worker-1") -> dict[str, str]:
        """What a worker of this gateway has in its environment."""
        base = f"{self.server.url}/v2/local"
        return {
            "RUNPOD_WEBHOOK_GET_JOB": f"{base}/job-take/$ID?gpu=home",
            "RUNPOD_WEBHOOK_POST_OUTPUT": f"{base}/job-done/$RUNPOD_POD_ID/$ID?gpu=home",
            "RUNPOD_WEBHOOK_PING": f"{base}/ping/$RUNPOD_POD_ID?gpu=home",
            "RUNPOD_PING_INTERVAL": "300",
            "RUNPOD_AI_API_KEY": "key-1",
            "RUNPOD_POD_ID": worker,
        }

    def gateway(self) -> Gateway:
        gateway = Gateway.from_environment(self.environment())
        assert gateway is not None
        return gateway

    def calls(self, kind: str) -> list[Call]:
        """The calls of one kind: job-take, job-stop, job-done, ping."""
        return [call for call in self.server.calls if f"/{kind}/" in call.target]

    def progress(self) -> list[Any]:
        """The progress objects in the order of their arrival."""
        return [body["output"] for body in self._posts() if body.get("status") == "IN_PROGRESS"]

    def results(self) -> list[dict[str, Any]]:
        """The bodies of all results, refused ones too."""
        return [body for body in self._posts() if "status" not in body]

    def close(self) -> None:
        self._closing.set()
        self.server.close()

    def _posts(self) -> list[dict[str, Any]]:
        return [json.loads(call.body) for call in self.calls("job-done")]

    def _answer(self, call: Call) -> Answer:
        kind = urlsplit(call.target).path.split("/")[3]
        if kind == "job-take":
            if self.take_faults:
                return Answer(self.take_faults.pop(0))
            return self._held(self.jobs, lambda job: job)
        if kind == "job-stop":
            return self._held(self.stops, lambda job_id: {"jobsToStop": [job_id]})
        if kind == "job-done":
            if b"IN_PROGRESS" in call.body:
                time.sleep(self.hang_progress)
            elif self.done_faults:
                return Answer(self.done_faults.pop(0))
        return Answer(200)

    def _held(self, waiting: list[Any], wrap: Any) -> Answer:
        end = time.monotonic() + self.hold
        while time.monotonic() < end and not self._closing.is_set():
            with self.server.changed:
                if waiting:
                    return Answer(200, json.dumps(wrap(waiting.pop(0))).encode())
            self._closing.wait(0.02)
        return Answer(204)


def query_of(call: Call) -> dict[str, list[str]]:
    """The query of a call."""
    return parse_qs(urlsplit(call.target).query)
