"""The worker calls of RunPod's serverless wire, as its SDK 1.12 makes them: where they go, and what they carry."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from exchange import Request

HOLD = 90.0
"""Seconds a held poll is waited for before it is asked anew."""

LARGEST_JOB = 32 << 20
"""Bytes of a job that is taken; the provider accepts 10 MiB."""


class SettingError(Exception):
    """A variable of the environment is missing or wrong; the text names it."""


@dataclass(frozen=True)
class Gateway:
    """Addresses and key of the provider. ``ping_interval`` is in seconds; no ``ping_url`` means no pings."""

    take_url: str
    done_url: str
    ping_url: str | None
    ping_interval: float
    key: str | None
    worker_id: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Gateway | None:
        """Reads ``RUNPOD_*``; None without ``RUNPOD_WEBHOOK_GET_JOB``, which means: run one job given on the command line.

        Raises SettingError.
        """
        take_url = environment.get("RUNPOD_WEBHOOK_GET_JOB")
        if not take_url:
            return None
        if "/job-take/" not in take_url:
            raise SettingError("RUNPOD_WEBHOOK_GET_JOB must contain /job-take/")
        done_url = environment.get("RUNPOD_WEBHOOK_POST_OUTPUT")
        if not done_url:
            raise SettingError("RUNPOD_WEBHOOK_POST_OUTPUT is missing: results would have no place to go")
        interval = environment.get("RUNPOD_PING_INTERVAL") or "10000"
        if not interval.isdigit() or int(interval) == 0:
            raise SettingError("RUNPOD_PING_INTERVAL must be a number of milliseconds")
        return cls(
            take_url=take_url,
            done_url=done_url,
            ping_url=environment.get("RUNPOD_WEBHOOK_PING"),
            ping_interval=int(interval) / 1000,
            key=environment.get("RUNPOD_AI_API_KEY"),
            worker_id=environment.get("RUNPOD_POD_ID") or uuid.uuid4().hex,
        )

    def take(self) -> Request:
        """The long poll for a job. One job at a time, and none is asked for while one runs: ``job_in_progress`` is always 0."""
        url = _with_query(self.take_url.replace("$ID", self.worker_id), "job_in_progress=0")
        return Request("GET", url, self._headers(), silence=HOLD, limit=LARGEST_JOB)

    def stops(self) -> Request:
        """The long poll for jobs to stop."""
        url = self.take_url.replace("/job-take/", "/job-stop/").replace("$ID", self.worker_id)
        return Request("GET", url, self._headers(), silence=HOLD)

    def ping(self, job_id: str | None) -> Request:
        """The sign of life, with the job that runs."""
        job = f"job_id={quote(job_id, safe='')}&" if job_id else ""
        url = _with_query(self._addressed(self.ping_url or ""), f"{job}runpod_version=videoexpress")
        return Request("GET", url, self._headers(), silence=2 * self.ping_interval)

    def post(self, job_id: str, body: Mapping[str, Any], silence: float = 60.0) -> Request:
        """A result or progress. Raises ValueError or TypeError when ``body`` is not JSON."""
        url = self._addressed(self.done_url).replace("$ID", quote(job_id, safe=""))
        headers = {
            **self._headers(),
            "Content-Type": "application/x-www-form-urlencoded",
            "charset": "utf-8",
            "X-Request-ID": quote(job_id),
        }
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return Request("POST", _with_query(url, "isStream=false"), headers, content, silence)

    def _addressed(self, url: str) -> str:
        return url.replace("$RUNPOD_POD_ID", self.worker_id)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "VideoExpress-Worker"}
        return headers | {"Authorization": self.key} if self.key else headers


def result_body(result: Any) -> dict[str, Any]:
    """A handler's return value as the SDK posts it: ``error`` beside ``output``, and no ``output`` when nothing is left."""
    if not isinstance(result, dict):
        return {"output": result}
    output = dict(result)
    error = output.pop("error", None)
    body: dict[str, Any] = {"output": output} if output else {}
    return body | {"error": error} if error else body


def _with_query(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"
