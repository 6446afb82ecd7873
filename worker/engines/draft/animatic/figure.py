"""A walking person, drawn limb by limb: coat and trousers in the prompt's colours, or a robot, or an astronaut."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from engines.draft.animatic.palette import Colour, colour
from engines.draft.animatic.puppet import Point, Puppet, Sprite

STEPS = 24
"""Pictures in one turn of the legs."""

COLOURS = {
    "red": "#b3302f",
    "blue": "#2f5aa8",
    "yellow": "#dbae35",
    "green": "#3f7d4a",
    "white": "#dfe0e2",
    "black": "#25262c",
    "pink": "#d77a9d",
    "orange": "#d9762e",
    "purple": "#6b4a9c",
    "grey": "#7c828c",
    "gray": "#7c828c",
    "brown": "#6f4a32",
    "golden": "#c99a3a",
    "silver": "#aab2bd",
}
COATS = ("#8c3b3b", "#33587a", "#4d6647", "#9a7440", "#5a4a6e", "#3a3f4a")


@dataclass(frozen=True)
class Look:
    """How the figure is dressed. ``tall`` is its height, 1 for a grown person; ``head`` is hair, robot or helmet."""

    coat: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    head: str
    long_hair: bool
    skirt: bool
    tall: float


def look_of(noun: str, words: str, rng: np.random.Generator) -> Look:
    """From the noun and the words about it."""
    named = re.search(r"\b(" + "|".join(COLOURS) + r")\b", words)
    coat = colour(COLOURS[named[1]] if named else COATS[rng.integers(len(COATS))])
    feminine = noun in (
        "woman",
        "girl",
        "lady",
        "queen",
        "princess",
        "witch",
        "mother",
        "heroine",
        "businesswoman",
        "nurse",
        "dancer",
    )
    if noun in ("astronaut", "cosmonaut", "spaceman"):
        suit = colour(COLOURS[named[1]]) if named else colour("#e4e7ea")
        return Look(suit, suit * 0.9, colour("#d9dde2"), colour("#3a2c22"), "helmet", False, False, 1.0)
    if noun in ("robot", "android", "cyborg"):
        metal = colour(COLOURS[named[1]]) if named else colour("#8f9cab")
        return Look(metal, metal * 0.7, metal * 0.85, metal * 0.5, "robot", False, False, 1.0)
    skin = colour(("#e8b998", "#c98d67", "#8d5a3c", "#f0c9ab")[rng.integers(4)])
    hair = colour(("#2a1f1a", "#4b3223", "#7a5230", "#16161a")[rng.integers(4)])
    tall = 0.74 if noun in ("boy", "girl", "child", "kid") else 1.0
    return Look(coat, colour("#33384a"), skin, hair, "hair", feminine, feminine, tall)


def draw_walk(look: Look, height: int) -> list[Sprite]:
    """One turn of walking to the right: STEPS pictures, ``height`` pixels high."""
    return [_Figure(look, height).draw(2 * math.pi * step / STEPS) for step in range(STEPS)]


class _Figure(Puppet):
    """A person in one moment of walking."""

    def __init__(self, look: Look, height: int) -> None:
        super().__init__(height, aspect=0.66)
        self._look = look

    def draw(self, turn: float) -> Sprite:
        look = self._look
        lift = -0.010 * abs(math.sin(turn))
        hip, shoulder = (0.0, 0.545 + lift), (0.012, 0.275 + lift)
        self._arm(shoulder, turn, look.coat * 0.55)
        self._leg(hip, turn + math.pi, look.trousers * 0.62)
        self._leg(hip, turn, look.trousers)
        self._torso(turn, lift)
        self._head(lift, turn)
        self._arm(shoulder, turn + math.pi, look.coat * 0.88)
        return self.sprite()

    def _leg(self, hip: Point, turn: float, tone: Colour) -> None:
        thigh = math.sin(turn) * 0.46
        knee = (hip[0] + math.sin(thigh) * 0.205, hip[1] + math.cos(thigh) * 0.205)
        shin = thigh - max(0.0, math.sin(turn - 1.9)) * 0.85
        ankle = (knee[0] + math.sin(shin) * 0.205, knee[1] + math.cos(shin) * 0.205)
        toe = (ankle[0] + 0.046 * math.cos(shin * 0.6), ankle[1] + 0.014 - 0.03 * math.sin(shin * 0.6))
        self.limb(hip, knee, 0.043, 0.031, tone)
        self.limb(knee, ankle, 0.029, 0.021, tone)
        self.limb(ankle, toe, 0.021, 0.015, tone * 0.45)

    def _arm(self, shoulder: Point, turn: float, tone: Colour) -> None:
        upper = math.sin(turn) * 0.42
        elbow = (shoulder[0] + math.sin(upper) * 0.145, shoulder[1] + math.cos(upper) * 0.145)
        lower = upper + 0.35
        hand = (elbow[0] + math.sin(lower) * 0.125, elbow[1] + math.cos(lower) * 0.125)
        self.limb(shoulder, elbow, 0.031, 0.025, tone)
        self.limb(elbow, hand, 0.024, 0.019, tone)
        self.disc(hand, 0.021, self._look.skin)

    def _torso(self, turn: float, lift: float) -> None:
        look = self._look
        swing = 0.018 * math.sin(turn)
        hem = 0.70 if look.skirt else 0.585
        flare = 0.112 if look.skirt else 0.072
        self.shape(
            [
                (-0.055, 0.235 + lift),
                (0.066, 0.235 + lift),
                (0.074, 0.30 + lift),
                (0.066, 0.44 + lift),
                (flare + swing, hem + lift),
                (swing - flare, hem + lift),
                (-0.062, 0.44 + lift),
                (-0.068, 0.30 + lift),
            ],
            look.coat,
        )
        self.limb((-0.028, 0.25 + lift), (0.040, 0.25 + lift), 0.041, 0.041, look.coat)
        self.limb((-0.056, 0.455 + lift), (0.060, 0.455 + lift), 0.010, 0.010, look.coat * 0.55)
        self.shape(
            [(0.040, 0.235 + lift), (0.072, 0.30 + lift), (0.070, hem - 0.02 + lift), (0.046, hem - 0.02 + lift)],
            look.coat * 1.12,
        )

    def _head(self, lift: float, turn: float) -> None:
        look = self._look
        if look.head == "robot":
            self.limb((0.014, 0.22 + lift), (0.018, 0.18 + lift), 0.020, 0.020, look.hair)
            self.shape(
                [(-0.052, 0.055 + lift), (0.082, 0.055 + lift), (0.086, 0.185 + lift), (-0.048, 0.185 + lift)],
                look.skin,
            )
            self.shape(
                [(0.020, 0.085 + lift), (0.086, 0.085 + lift), (0.086, 0.125 + lift), (0.020, 0.125 + lift)],
                look.hair * 0.4,
            )
            self.disc((0.048, 0.105 + lift), 0.012, colour("#6ff2ff"))
            self.disc((0.074, 0.105 + lift), 0.010, colour("#6ff2ff"))
            self.limb((0.010, 0.055 + lift), (0.010, 0.022 + lift), 0.006, 0.006, look.hair)
            self.disc((0.010, 0.018 + lift), 0.012, colour("#ff6b5e"))
            return
        if look.head == "helmet":
            self.shape(
                [(-0.115, 0.255 + lift), (-0.055, 0.245 + lift), (-0.055, 0.47 + lift), (-0.115, 0.45 + lift)],
                look.coat * 0.75,
            )
            self.disc((0.022, 0.135 + lift), 0.098, look.coat)
            self.oval((0.052, 0.138 + lift), 0.062, 0.064, colour("#2b3d55"))
            self.oval((0.068, 0.118 + lift), 0.022, 0.020, colour("#9fc4e8"))
            return
        self.limb((0.012, 0.235 + lift), (0.020, 0.18 + lift), 0.026, 0.026, look.skin * 0.85)
        if look.long_hair:
            back = 0.012 * math.sin(turn)
            self.shape(
                [(-0.045, 0.10 + lift), (0.02, 0.09 + lift), (0.0, 0.27 + lift), (-0.075 + back, 0.285 + lift)],
                look.hair,
            )
        self.oval((0.022, 0.118 + lift), 0.058, 0.064, look.hair)
        self.oval((0.046, 0.140 + lift), 0.040, 0.052, look.skin)
        self.disc((0.088, 0.146 + lift), 0.010, look.skin)
        self.oval((0.030, 0.088 + lift), 0.054, 0.034, look.hair)
