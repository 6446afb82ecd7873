"""A local HTTP object store for tests: PUT and GET of objects by path, with faults to order."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.http_server import Answer, Call, LocalServer


class ObjectStore:
    """Objects by path. ``faults`` holds, for a path, the statuses that its next calls get; ``missing`` the one for no object."""

    def __init__(self, missing: int = 404) -> None:
        self.objects: dict[str, bytes] = {}
        self.faults: dict[str, list[int]] = {}
        self.down_until = 0.0
        self._missing = missing
        self.server = LocalServer(self._answer)

    def url(self, name: str) -> str:
        """The presigned URL of an object, with a signature that no log may show."""
        return f"{self.server.url}/{name}?X-Amz-Signature=secret-{name}"

    def json(self, name: str) -> Any:
        """An object, read as JSON."""
        return json.loads(self.objects[f"/{name}"])

    def puts(self, name: str) -> list[Call]:
        """All tries to put an object."""
        return [call for call in self.server.calls if call.method == "PUT" and call.target.startswith(f"/{name}?")]

    def be_down(self, seconds: float) -> None:
        """From now on for so long, every call is hung up on."""
        self.down_until = time.monotonic() + seconds

    def input(self, **more: Any) -> dict[str, Any]:
        """The input of a small RENDER whose files go to this store."""
        return {
            "job_type": "RENDER",
            "prompt": "A sailing boat at sunset",
            "duration": 1,
            "fps": 6,
            "resolution": "160x90",
            "seed": 7,
            "attempt_id": "attempt-1",
            "job_id": "job-1",
            "quality": "draft",
            "outputs": [{"name": "video", "content_type": "video/mp4", "put_url": self.url("video")}],
            "claim_put_url": self.url("claim.json"),
            "result_put_url": self.url("result.json"),
            "result_get_url": self.url("result.json"),
            **more,
        }

    def _answer(self, call: Call) -> Answer:
        if time.monotonic() < self.down_until:
            return Answer(0)
        path = call.target.split("?")[0]
        if self.faults.get(path):
            return Answer(self.faults[path].pop(0), b"<Error><Code>Ordered</Code></Error>")
        if call.method == "PUT":
            self.objects[path] = call.body
            return Answer(200)
        return Answer(200, self.objects[path]) if path in self.objects else Answer(self._missing)
