"""The child's side of an engine: ``python3 -m engines.serve``, spoken to by ``engines.child`` in lines of JSON.

In, one line: ``{"engine": module, "arguments": {…}, "folder": path}``. Standard input then stays open; its end means that the
worker is gone, and nothing of this process group or its folder may stay behind.
Out: ``{"progress": 0..1, "phase": word}`` any number of times, at last ``{"made": {…}}`` or ``{"failed": sentence}``.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any


def main() -> None:
    """Serves one request, and then waits for its end: the worker kills this process once it has what was made."""
    os.nice(5)  # the server that shares this machine with a draft stays quick
    speech = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library that prints must not break the protocol

    def say(line: dict[str, Any]) -> None:
        speech.write(json.dumps(line) + "\n")
        speech.flush()

    request = json.loads(sys.stdin.buffer.readline())
    folder = Path(request["folder"])
    watch = threading.Thread(target=_die_with_the_worker, args=(folder,), daemon=True)
    watch.start()
    try:
        engine = importlib.import_module(request["engine"])
        made = engine.make(request["arguments"], folder, lambda share, phase: say({"progress": share, "phase": phase}))
        say({"made": made})
    except MemoryError:
        traceback.print_exc()
        say({"failed": "the engine ran out of memory", "out_of_memory": True})
    except Exception as error:  # the worker decides what the server is told
        traceback.print_exc()
        say({"failed": f"{type(error).__name__}: {error}"})
    watch.join()


def _die_with_the_worker(folder: Path) -> None:
    # Not by sys.stdin: a thread that waits in its buffer would crash the interpreter's end.
    while os.read(0, 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
