"""The worker contract: what a job's input holds, and how an answer names an error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

DEFAULT_EXECUTION_TIMEOUT = 900.0
"""Seconds an attempt may take when its input does not say, the server's own default."""

OWN_FIELDS = frozenset(
    {
        "attempt_id",
        "job_id",
        "job_type",
        "quality",
        "outputs",
        "claim_put_url",
        "result_put_url",
        "result_get_url",
        "execution_timeout_s",
    }
)
"""The input's keys that are not parameters of the job."""


class Code(StrEnum):
    """Stable first words of an error answer; the rest of it is a sentence for a person."""

    INVALID_INPUT = "invalid_input"
    SUPERSEDED = "superseded"
    MODEL_UNAVAILABLE = "model_unavailable"
    UPLOAD_FAILED = "upload_failed"
    OUT_OF_MEMORY = "out_of_memory"
    TIMED_OUT = "timed_out"
    INTERNAL = "internal"


class WorkerError(Exception):
    """An end of the attempt that the server understands: ``str()`` is ``code: message``."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class OutputSlot:
    """A file that the server expects, and where to put it (None: into the answer, as base64)."""

    name: str
    content_type: str
    put_url: str | None = None


@dataclass(frozen=True)
class Attempt:
    """One paid submission, as read from ``job``.

    ``execution_timeout`` is in seconds, from the start of the handler. URLs are None where the input has none, as in the
    flat input of a simple client.
    """

    request_id: str
    job_type: str
    params: Mapping[str, Any]
    quality: str
    attempt_id: str | None
    outputs: tuple[OutputSlot, ...]
    claim_put_url: str | None
    result_put_url: str | None
    result_get_url: str | None
    execution_timeout: float


class Fields:
    """Typed reading of a JSON object; each error names the field, its limit, and what was sent."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def has(self, name: str) -> bool:
        """True when the field is there and not null."""
        return self._values.get(name) is not None

    def text(self, name: str, default: str | None = None, longest: int = 8000) -> str:
        """A string that is not blank, of at most ``longest`` characters."""
        value = self._values.get(name, default)
        if value is None and default is not None:
            value = default
        if not isinstance(value, str):
            raise self.wrong(name, "must be a text")
        if not value.strip():
            raise self.wrong(name, "must not be empty")
        if len(value) > longest:
            raise WorkerError(
                Code.INVALID_INPUT, f"{self._path}{name} has {len(value)} characters; at most {longest} are allowed"
            )
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        value = self._values.get(name)
        if value is None:
            value = default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise self.wrong(name, f"must be a number from {low:g} to {high:g}")
        return float(value)

    def integer(self, name: str, low: int, high: int) -> int | None:
        """A whole number from ``low`` to ``high``; None when it is absent."""
        value = self._values.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high):
            raise self.wrong(name, f"must be a whole number from {low} to {high}")
        return value

    def choice(self, name: str, known: Iterable[str], default: str) -> str:
        """One of the ``known`` words."""
        words = list(known)
        value = self._values.get(name)
        if value is None:
            return default
        if value not in words:
            raise self.wrong(name, f"must be one of {', '.join(words)}{nearest(value, words)}")
        return value

    def url(self, name: str) -> str | None:
        """An http or https URL; None when it is absent."""
        value = self._values.get(name)
        if value is None:
            return None
        if (
            not isinstance(value, str)
            or urlsplit(value).scheme not in ("http", "https")
            or not urlsplit(value).hostname
        ):
            raise WorkerError(Code.INVALID_INPUT, f"{self._path}{name} must be an http or https URL")
        return value

    def wrong(self, name: str, rule: str) -> WorkerError:
        """The error for a field that breaks ``rule``."""
        if self._values.get(name) is None:
            return WorkerError(Code.INVALID_INPUT, f"{self._path}{name} is missing; it {rule}")
        sent = repr(self._values[name])
        return WorkerError(
            Code.INVALID_INPUT, f"{self._path}{name} {rule}; got {sent if len(sent) <= 80 else sent[:77] + '...'}"
        )


def nearest(word: object, known: Iterable[str]) -> str:
    """``; did you mean …?`` when a known word is close, else nothing."""
    close = difflib.get_close_matches(str(word).upper(), {name.upper() for name in known}, n=1)
    original = next((name for name in known if close and name.upper() == close[0]), None)
    return f" (did you mean {original}?)" if original else ""


def read_attempt(job: Mapping[str, Any]) -> Attempt:
    """Reads ``{"id", "input"}``. Raises WorkerError ``invalid_input``; unknown keys are parameters of the job."""
    values = job.get("input")
    if not isinstance(values, Mapping):
        raise WorkerError(Code.INVALID_INPUT, "input must be an object")
    fields = Fields(values)
    return Attempt(
        request_id=str(job.get("id") or ""),
        job_type=fields.text("job_type", longest=64),
        params={name: value for name, value in values.items() if name not in OWN_FIELDS},
        quality=fields.choice("quality", ("draft", "final"), "draft"),
        attempt_id=fields.text("attempt_id", longest=128) if fields.has("attempt_id") else None,
        outputs=_read_outputs(values.get("outputs")),
        claim_put_url=fields.url("claim_put_url"),
        result_put_url=fields.url("result_put_url"),
        result_get_url=fields.url("result_get_url"),
        execution_timeout=fields.number("execution_timeout_s", DEFAULT_EXECUTION_TIMEOUT, 1, 7 * 86400),
    )


def _read_outputs(values: object) -> tuple[OutputSlot, ...]:
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, Mapping) for value in values):
        raise WorkerError(Code.INVALID_INPUT, "outputs must be a list of objects")
    slots = []
    for index, value in enumerate(values):
        fields = Fields(value, f"outputs[{index}].")
        slots.append(
            OutputSlot(
                fields.text("name"), fields.text("content_type", "application/octet-stream"), fields.url("put_url")
            )
        )
    return tuple(slots)
