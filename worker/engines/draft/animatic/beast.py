"""A four-legged animal, drawn limb by limb, walking or galloping."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engines.draft.animatic.figure import COLOURS, STEPS
from engines.draft.animatic.palette import Colour, colour, mix
from engines.draft.animatic.puppet import Point, Puppet, Sprite


@dataclass(frozen=True)
class Build:
    """The proportions of a kind, in shares of its height. ``ears``: pointed, round, long; ``extra``: mane, antlers, or none."""

    coat: str
    under: str
    leg: float
    body: float
    length: float
    neck: float
    head: float
    snout: float
    tail: float
    bushy: float
    ears: str = "pointed"
    extra: str = ""


KINDS = {
    "fox": Build("#c8602a", "#f0e2d0", 0.40, 0.125, 0.52, 0.20, 0.092, 0.15, 0.46, 0.085),
    "wolf": Build("#6d7075", "#cfcdc8", 0.44, 0.150, 0.54, 0.20, 0.100, 0.17, 0.34, 0.055),
    "dog": Build("#b98a55", "#efe0c8", 0.42, 0.140, 0.50, 0.20, 0.100, 0.13, 0.30, 0.032, "round"),
    "cat": Build("#8d7a66", "#e8ded0", 0.34, 0.120, 0.48, 0.15, 0.100, 0.05, 0.50, 0.028),
    "panther": Build("#26262c", "#303038", 0.36, 0.135, 0.60, 0.16, 0.100, 0.07, 0.56, 0.026, "round"),
    "lion": Build("#c8994f", "#e6d2a4", 0.38, 0.150, 0.58, 0.16, 0.105, 0.08, 0.46, 0.022, "round", "mane"),
    "bear": Build("#5a4030", "#7a5c46", 0.33, 0.215, 0.50, 0.14, 0.125, 0.11, 0.04, 0.04, "round"),
    "horse": Build("#7a4a2c", "#8a5a3a", 0.44, 0.132, 0.50, 0.25, 0.072, 0.13, 0.32, 0.045, "pointed", "mane"),
    "deer": Build("#9a6a40", "#e2cfb2", 0.43, 0.105, 0.44, 0.20, 0.058, 0.10, 0.07, 0.03, "long", "antlers"),
}


def draw_gait(kind: str, words: str, height: int, *, running: bool) -> list[Sprite]:
    """One turn of its gait to the right: STEPS pictures, ``height`` pixels high. A colour named in ``words`` dyes the coat."""
    build = KINDS[kind]
    named = next((name for name in COLOURS if name in words.split() and (kind, name) != ("fox", "red")), None)
    coat = mix(colour(build.coat), colour(COLOURS[named]), 0.75) if named else colour(build.coat)
    return [_Beast(build, coat, height, running).draw(2 * math.pi * step / STEPS) for step in range(STEPS)]


class _Beast(Puppet):
    """An animal in one moment of its gait. Its feet stand near y = 0.97; its withers are one leg and one body above."""

    def __init__(self, build: Build, coat: Colour, height: int, running: bool) -> None:
        super().__init__(height, aspect=1.9)
        self._build = build
        self._coat = coat
        self._under = colour(build.under)
        self._running = running

    def draw(self, turn: float) -> Sprite:
        build = self._build
        bounce = 0.022 * math.sin(turn) if self._running else -0.006 * abs(math.sin(2 * turn))
        pitch = 0.030 * math.cos(turn) if self._running else 0.0
        back = 0.97 - build.leg - build.body * 0.6 + bounce
        hip, shoulder = (-build.length / 2, back + pitch), (build.length / 2, back - 0.01 - pitch)
        hind, fore = (0.0, 0.55) if self._running else (0.0, math.pi), (math.pi, math.pi + 0.55) if self._running else (
            math.pi / 2,
            1.5 * math.pi,
        )
        far = self._coat * 0.55
        self._leg(hip, turn + hind[1], far, hindmost=True)
        self._leg(shoulder, turn + fore[1], far, hindmost=False)
        self._tail(hip, turn)
        self._trunk(hip, shoulder)
        self._leg(hip, turn + hind[0], self._coat * 0.92, hindmost=True)
        self._leg(shoulder, turn + fore[0], self._coat * 0.92, hindmost=False)
        self._neck_and_head(shoulder, turn)
        return self.sprite()

    def _trunk(self, hip: Point, shoulder: Point) -> None:
        thick = self._build.body
        self.limb(hip, shoulder, thick * 0.92, thick, self._coat)
        middle = ((hip[0] + shoulder[0]) / 2, (hip[1] + shoulder[1]) / 2 + thick * 0.72)
        self.oval(middle, self._build.length * 0.40, thick * 0.26, mix(self._coat, self._under, 0.45))
        self.oval(
            (shoulder[0] + thick * 0.55, shoulder[1] + thick * 0.35),
            thick * 0.50,
            thick * 0.62,
            mix(self._coat, self._under, 0.35),
        )

    def _leg(self, joint: Point, turn: float, tone: Colour, *, hindmost: bool) -> None:
        length = self._build.leg
        swing = (0.78 if self._running else 0.36) * math.sin(turn)
        fold = max(0.0, math.cos(turn + 0.5)) * (1.35 if self._running else 0.55)
        top = (joint[0], joint[1] + self._build.body * 0.45)
        upper, lower = length * 0.52, length * 0.56
        knee = (top[0] + math.sin(swing + (0.18 if hindmost else 0)) * upper, top[1] + math.cos(swing) * upper)
        shin = swing - (0.30 if hindmost else 0.0) - fold
        foot = (knee[0] + math.sin(shin) * lower, knee[1] + math.cos(shin) * lower)
        thick = self._build.body
        self.limb(top, knee, thick * (0.60 if hindmost else 0.46), thick * 0.24, tone)
        self.limb(knee, foot, thick * 0.22, thick * 0.15, tone * 0.86)
        self.limb(foot, (foot[0] + 0.028, foot[1] + 0.006), thick * 0.17, thick * 0.14, tone * 0.5)

    def _tail(self, hip: Point, turn: float) -> None:
        build = self._build
        root = (hip[0] - build.body * 0.7, hip[1] - build.body * 0.25)
        droop = 0.10 if self._running else 0.45
        angle = droop + 0.22 * math.sin(turn + 1)
        points = [root]
        for _ in range(5):
            points.append(
                (points[-1][0] - math.cos(angle) * build.tail / 5, points[-1][1] + math.sin(angle) * build.tail / 5)
            )
            angle -= 0.10
        widths = np.array([0.55, 0.9, 1.0, 0.95, 0.7, 0.3]) * build.bushy
        for index in range(5):
            tip = build.bushy > 0.07 and index == 4
            self.limb(
                points[index],
                points[index + 1],
                widths[index],
                widths[index + 1],
                self._under if tip else self._coat * 0.95,
            )

    def _neck_and_head(self, shoulder: Point, turn: float) -> None:
        build = self._build
        nod = 0.018 * math.sin(turn + 0.6)
        steep = 0.95 if build.neck > 0.22 else 0.62
        head = (shoulder[0] + build.neck * (1.15 - 0.3 * steep) + 0.02, shoulder[1] - build.neck * steep - 0.02 + nod)
        if build.extra == "antlers":
            self._antlers(head)
        self.limb(
            (shoulder[0] + 0.01, shoulder[1] - build.body * 0.2), head, build.body * 0.72, build.head * 0.80, self._coat
        )
        if build.extra == "mane":
            self._mane(shoulder, head)
        self._ear((head[0] - build.head * 0.15, head[1] - build.head * 0.6), self._coat * 0.6)
        self.disc(head, build.head, self._coat)
        nose = (head[0] + build.head * 0.5 + build.snout, head[1] + build.head * 0.30 + build.snout * 0.25)
        self.limb(
            (head[0] + build.head * 0.3, head[1] + build.head * 0.2),
            nose,
            build.head * 0.66,
            build.head * 0.32,
            self._coat,
        )
        self.limb(
            (head[0] + build.head * 0.35, head[1] + build.head * 0.55),
            (nose[0] - 0.012, nose[1] + build.head * 0.12),
            build.head * 0.36,
            build.head * 0.22,
            mix(self._coat, self._under, 0.8),
        )
        self.disc((nose[0] + build.head * 0.16, nose[1] - build.head * 0.06), build.head * 0.20, colour("#1d1a1c"))
        self.disc((head[0] + build.head * 0.42, head[1] - build.head * 0.18), build.head * 0.13, colour("#141215"))
        self._ear((head[0] - build.head * 0.42, head[1] - build.head * 0.55), self._coat * 0.88)

    def _ear(self, root: Point, tone: Colour) -> None:
        size = self._build.head
        if self._build.ears == "round":
            self.disc((root[0], root[1] - size * 0.15), size * 0.42, tone)
            return
        tall = 1.35 if self._build.ears == "pointed" else 1.1
        lean = -0.25 if self._build.ears == "pointed" else -0.9
        self.shape(
            [
                (root[0] - size * 0.42, root[1] + size * 0.2),
                (root[0] + size * 0.42, root[1] + size * 0.1),
                (root[0] + lean * size, root[1] - tall * size),
            ],
            tone,
        )

    def _mane(self, shoulder: Point, head: Point) -> None:
        hair = self._coat * 0.45
        if self._build.ears == "round":
            self.disc((head[0] - 0.035, head[1] + 0.03), self._build.head * 1.55, hair)
            return
        for share in np.linspace(0.05, 1, 9):
            x, y = shoulder[0] + (head[0] - shoulder[0]) * share, shoulder[1] + (head[1] - shoulder[1]) * share
            self.disc((x - 0.045, y - 0.035), 0.042, hair)

    def _antlers(self, head: Point) -> None:
        horn = colour("#c9b18c")
        for way in (-0.05, 0.03):
            root, fork = (head[0] + way, head[1] - 0.05), (head[0] + way - 0.05, head[1] - 0.15)
            self.limb(root, fork, 0.012, 0.010, horn)
            self.limb(fork, (fork[0] + 0.03, fork[1] - 0.09), 0.010, 0.005, horn)
            self.limb(fork, (fork[0] - 0.07, fork[1] - 0.05), 0.009, 0.005, horn)
