"""A hot air balloon."""

from __future__ import annotations

import numpy as np

from engines.draft.animatic.palette import colour
from engines.draft.animatic.puppet import Puppet, Sprite

STRIPES = (("#c8452f", "#f2d9a0"), ("#2d6a8e", "#f0e6d2"), ("#d98a2b", "#7a2f3d"), ("#3f7d5a", "#f1cf63"))


def draw_balloon(height: int, rng: np.random.Generator) -> Sprite:
    """The balloon with its basket, ``height`` pixels high."""
    puppet = Puppet(height, aspect=0.74)
    tones = [colour(tone) for tone in STRIPES[rng.integers(len(STRIPES))]]
    # Gores: nested ovals, the widest first, meet in the crown and taper to the mouth.
    for index, share in enumerate((1.0, 0.80, 0.55, 0.24)):
        tone = tones[index % 2] * (1.0 - 0.06 * index)
        puppet.oval((0.0, 0.345), 0.345 * share, 0.335, tone)
        puppet.shape(
            [(-0.335 * share, 0.42), (0.335 * share, 0.42), (0.075 * share, 0.80), (-0.075 * share, 0.80)], tone
        )
    puppet.shape([(-0.075, 0.785), (0.075, 0.785), (0.062, 0.815), (-0.062, 0.815)], tones[0] * 0.6)
    rope, wicker = colour("#3a3030"), colour("#8a5a34")
    for x in (-0.06, -0.02, 0.02, 0.06):
        puppet.limb((x, 0.81), (x * 0.85, 0.90), 0.0035, 0.0035, rope)
    puppet.shape([(-0.062, 0.895), (0.062, 0.895), (0.052, 0.985), (-0.052, 0.985)], wicker)
    puppet.shape([(-0.066, 0.89), (0.066, 0.89), (0.066, 0.908), (-0.066, 0.908)], wicker * 0.6)
    return puppet.sprite()
