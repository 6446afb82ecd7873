"""Makes one animatic to look at: ``python3 -m engines.draft.animatic PROMPT FILE.mp4``."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from engines.draft.animatic import make
from jobs.render import seed_of


def main() -> None:
    parser = argparse.ArgumentParser(prog="engines.draft.animatic", description="Makes a draft video of a prompt.")
    parser.add_argument("prompt")
    parser.add_argument("file", type=Path)
    parser.add_argument("--size", default="1280x720", help="WIDTHxHEIGHT in pixels, both even (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--fps", type=float, default=24)
    parser.add_argument("--seed", type=int, help="default: from the prompt")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    seed = seed_of(given.prompt) if given.seed is None else given.seed
    script = {"prompt": given.prompt, "seed": seed, "width": width, "height": height, "fps": given.fps}
    with tempfile.TemporaryDirectory() as folder:
        frames = max(1, round(given.seconds * given.fps))
        made = make({**script, "frames": frames}, Path(folder), lambda share, phase: None)
        shutil.move(made["files"]["video"], given.file)


if __name__ == "__main__":
    main()
