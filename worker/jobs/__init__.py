"""The job types this worker makes: one module each, with its parameters, its outputs, and the engine request for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from contract import Code, Fields, WorkerError, nearest
from engines import EngineRequest
from jobs import render


class JobType(Protocol):
    """What a module of this package offers."""

    OUTPUTS: Mapping[str, str]
    """Names of the files it makes, and their media types."""

    def draft(self, fields: Fields) -> EngineRequest:
        """Reads the parameters and says what makes a draft of them. Raises WorkerError ``invalid_input``."""


JOB_TYPES: Mapping[str, JobType] = {"RENDER": render}


def find(name: str) -> JobType:
    """The job type of that name. Raises WorkerError ``invalid_input`` that names the nearest known one."""
    if name not in JOB_TYPES:
        known = ", ".join(JOB_TYPES)
        raise WorkerError(
            Code.INVALID_INPUT,
            f'job_type "{name}" is not made here{nearest(name, JOB_TYPES)}; this worker makes {known}',
        )
    return JOB_TYPES[name]


def request_for(job_type: JobType, quality: str, params: Mapping[str, Any]) -> EngineRequest:
    """What to ask of which engine. Raises WorkerError ``invalid_input`` or ``model_unavailable``."""
    if quality != "draft":
        raise WorkerError(
            Code.MODEL_UNAVAILABLE, f"quality {quality} needs a GPU engine; this worker makes drafts only"
        )
    return job_type.draft(Fields(params))
