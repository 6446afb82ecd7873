"""The places that can be painted: one module each, with ``HORIZON`` (share of the frame's height) and ``paint``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engines.draft.animatic.layers import Layer
from engines.draft.animatic.places import city, desert, forest, meadow, mountain, room, sea, space, underwater
from engines.draft.animatic.stage import Stage


class Place(Protocol):
    """What a module of this package offers."""

    HORIZON: float
    """Where sky and ground meet, as a share of the frame's height."""

    GROUND: float
    """Where a subject stands, as a share of the frame's height."""

    def paint(self, stage: Stage, duration: float) -> list[Layer]:
        """Layers from far to near, the opaque backdrop first; those deeper than 1 pass before the subject."""


PLACES: Mapping[str, Place] = {
    "city": city,
    "desert": desert,
    "forest": forest,
    "meadow": meadow,
    "mountain": mountain,
    "room": room,
    "sea": sea,
    "space": space,
    "underwater": underwater,
}
