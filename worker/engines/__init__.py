"""Engines make media. Each runs in a child process of its own, so that cancelling one is killing it.

An engine is a module with ``make(arguments, folder, report) -> dict``: it draws into ``folder``, calls
``report(fraction, phase)`` on its way, and returns ``{"files": {name: path}, …}`` with what is worth telling of its work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EngineRequest:
    """What to ask of an engine: its module, how the answer names it, and its arguments (JSON)."""

    engine: str
    backend: str
    model: str
    arguments: Mapping[str, Any]
