"""Camera moves: what each layer does between the first frame and the last."""

from __future__ import annotations

import math
from dataclasses import dataclass

ZOOM = 0.42
"""How much nearer a dolly comes, of a layer at depth 1."""
TRUCK = {"pan_right": 0.40, "pan_left": -0.40, "dolly_in": 0.14, "pull_out": -0.14, "crane_up": 0.12}
"""How far a move goes to the right, in widths of a layer at depth 1: all of a pan, and a little of what would be stiff without."""
CRANE = 0.28
"""How far a crane rises, in heights of a layer at depth 1."""


@dataclass(frozen=True)
class View:
    """One moment of the camera. ``eye`` is the height of the vanishing point, as a share of the frame."""

    push: float
    right: float
    up: float
    turn: float
    breath_x: float
    breath_y: float
    eye: float = 0.56

    def of(self, depth: float) -> tuple[float, float, float]:
        """Zoom about the vanishing point, and shifts as shares of the frame's width and height, for a layer of that depth."""
        zoom = 1 + self.push * (0.25 + depth)
        shift_x = -self.right * depth + self.turn * (depth - 0.7) + self.breath_x * depth
        shift_y = self.up * depth + self.breath_y * depth
        return zoom, shift_x, shift_y


LEG = 7.0
"""Seconds that a move takes at most; a longer picture goes there and back."""


def view_at(move: str, t: float, duration: float) -> View:
    """The camera ``t`` seconds into a picture of ``duration`` seconds."""
    legs = max(1, math.ceil(duration / LEG))
    along = legs * t / duration
    u = along % 2 if along % 2 <= 1 else 2 - along % 2
    smooth = u * u * (3 - 2 * u)
    way = 0.5 * u + 0.5 * smooth  # starts and ends gently, but never stands
    return View(
        push={
            "dolly_in": ZOOM * way,
            "pull_out": ZOOM * (1 - way),
            "orbit": 0.06 * u,
            "crane_up": 0.03,
            "still": 0.02,
        }.get(move, 0.02),
        right=TRUCK.get(move, 0.0) * (way - 0.5),
        up=CRANE * (way - 0.5) if move == "crane_up" else 0.0,
        turn=0.22 * math.sin((u - 0.5) * 2.4) if move == "orbit" else 0.0,
        breath_x=0.0060 * math.sin(t * 2.3) + 0.0022 * math.sin(t * 5.1 + 1),
        breath_y=0.0054 * math.sin(t * 1.9 + 1) + 0.0020 * math.sin(t * 4.3),
    )
