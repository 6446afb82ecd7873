"""What RunPod's SDK calls, or our own runtime where the SDK is not installed: ``python3 handler.py`` serves jobs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

try:
    from runpod import serverless
except ImportError:
    import runtime as serverless

import attempt


async def handler(job: Mapping[str, Any]) -> dict[str, Any]:
    """Does ``{"id", "input"}``; returns its result, or ``{"error": "code: message"}``. Cancelling kills what it started."""
    return await attempt.answer(job, lambda progress: serverless.progress_update(job, progress))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    serverless.start({"handler": handler})
