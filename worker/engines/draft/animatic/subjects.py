"""Nouns that can be drawn, each with its size and its way of moving; ``subjects.txt`` lists them.

Most are emoji glyphs, and only such as show a whole body: a head alone looks lost in a landscape. People, common animals and
lighthouses are drawn limb by limb instead and move; their glyphs begin with ``@``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FIGURE = "@figure"
LIGHTHOUSE = "@lighthouse"
BALLOON = "@balloon"


@dataclass(frozen=True)
class Subject:
    """Who or what the picture shows; ``noun`` is its entry in the table.

    ``glyph`` is an emoji, FIGURE, LIGHTHOUSE, BALLOON, or ``@`` and a kind of ``beast.KINDS``. ``moves``: walks, rolls,
    floats, flies, swims, stands. ``size`` is its height as a share of the frame's mean side. ``faces`` is the side that
    the picture looks to: left, right, or none. ``habitat`` is where it is when the prompt names no place. ``words`` is
    what the prompt says about it: "an old red … running".
    """

    noun: str
    glyph: str
    moves: str
    size: float
    faces: str
    habitat: str | None
    words: str


def find_subject(text: str) -> Subject | None:
    """The subject whose noun, or whose emoji, stands first in a lower-case prompt."""
    match = _pattern().search(text)
    if match is None:
        return None
    noun = _entry(match["emoji"] or match["noun"].replace(" ", "_").replace("-", "_"))
    glyph, moves, size, faces, habitat = _entries()[noun]
    return Subject(noun, glyph, moves, size, faces, habitat, text[max(0, match.start() - 40) : match.end() + 40])


@cache
def _entries() -> dict[str, tuple[str, str, float, str, str | None]]:
    """Noun or glyph to glyph, moves, size, faces, habitat, from ``subjects.txt``."""
    entries: dict[str, tuple[str, str, float, str, str | None]] = {}
    section: tuple[str, float, str, str | None] = ("stands", 0.3, "none", None)
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            moves, size, faces, habitat = line.strip("[]").split()
            section = (moves, float(size), faces, None if habitat == "-" else habitat)
        elif line and not line.startswith("#"):
            glyph, *nouns = line.split()
            for noun in nouns if glyph.startswith("@") else (glyph, *nouns):
                entries[noun.replace("-", "_")] = (glyph, *section)
    return entries


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_entries(), key=len, reverse=True)
    glyphs = "|".join(re.escape(name) for name in names if not name.isascii())
    nouns = "|".join(name.replace("_", "[ -]") for name in names if name.isascii())
    return re.compile(rf"(?P<emoji>{glyphs})|\b(?P<noun>{nouns})(?:s|es)?\b")


def _entry(noun: str) -> str:
    """The noun as the table has it: itself, or its singular."""
    return next(name for name in (noun, noun.removesuffix("s"), noun.removesuffix("es")) if name in _entries())
