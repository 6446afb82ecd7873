"""Text in any script: each part of a line in the first installed font that has its letters, emoji in colour."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts")
LATIN = ("opentype/inter/Inter-{weight}.otf", "truetype/dejavu/DejaVuSans.ttf")
CJK = "opentype/noto/NotoSansCJK-{bold}.ttc"
BY_SCRIPT = "truetype/noto/NotoSans{script}-{bold}.ttf"
EMOJI = FONTS / "truetype/noto/NotoColorEmoji.ttf"
EMOJI_SIZE = 109
"""The one size that the colour font's bitmaps have, in pixels."""

_EMOJI = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    "|[\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
    "(?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|(?<=\u200d)[\u2640-\u27bf\U0001f000-\U0001faff])*)"
)
"""One emoji with all that is joined to it: flags, keycaps, skin tones, families."""

_EMOJI_RUN = re.compile(f"{_EMOJI}+")


@dataclass(frozen=True)
class Run:
    """A part of a line in one font; ``emoji`` ones are drawn large and scaled to the line."""

    text: str
    font: ImageFont.FreeTypeFont
    emoji: bool
    width: float


class Typeface:
    """Sets lines of text at one size in pixels. ``weight`` is a weight of Inter: Medium, SemiBold."""

    def __init__(self, size: float, weight: str = "Medium") -> None:
        self.size = max(6, round(size))
        self._weight = weight
        self._bold = "Bold" if weight in ("SemiBold", "Bold") else "Regular"

    def width(self, text: str) -> float:
        """Pixels that a line takes."""
        return sum(run.width for run in self._runs(text))

    def draw(self, image: Image.Image, x: float, y: float, text: str, fill: tuple[int, int, int, int]) -> None:
        """Draws a line with its left end at ``x`` and its baseline at ``y``."""
        pen = ImageDraw.Draw(image)
        runs = self._runs(text)
        if reads_leftwards(text):
            runs = runs[::-1]
        for run in runs:
            if run.emoji:
                self._draw_emoji(image, round(x), round(y), run)
            else:
                pen.text((x, y), run.text, font=run.font, fill=fill, anchor="ls")
            x += run.width

    def _draw_emoji(self, image: Image.Image, x: int, y: int, run: Run) -> None:
        glyphs = Image.new("RGBA", (round(run.font.getlength(run.text)) + 2, 136))
        ImageDraw.Draw(glyphs).text((0, 0), run.text, font=run.font, embedded_color=True)
        scale = self._emoji_scale
        small = glyphs.resize(
            (max(1, round(glyphs.width * scale)), max(1, round(glyphs.height * scale))), Image.LANCZOS
        )
        image.alpha_composite(small, (max(0, x), max(0, y - round(small.height * 0.80))))

    @property
    def _emoji_scale(self) -> float:
        return 1.16 * self.size / 128

    def _runs(self, text: str) -> list[Run]:
        runs = []
        place = 0
        for match in _EMOJI_RUN.finditer(text) if EMOJI.exists() else ():
            if not _covers(EMOJI, match[0][0]):
                continue
            runs += self._text_runs(text[place : match.start()])
            font = _font(EMOJI, EMOJI_SIZE)
            runs.append(Run(match[0], font, True, font.getlength(match[0]) * self._emoji_scale))
            place = match.end()
        return runs + self._text_runs(text[place:])

    def _text_runs(self, text: str) -> list[Run]:
        """One run when one font has it all (which also orders mixed directions right), else one for each script."""
        if not text:
            return []
        candidates = [FONTS / name.format(weight=self._weight) for name in LATIN]
        candidates.insert(1, FONTS / CJK.format(bold=self._bold))
        for path in candidates:
            if path.exists() and _covers(path, text):
                return [self._run(text, path)]
        parts: list[tuple[str, Path]] = []
        for letter in text:
            before = parts[-1] if parts else None
            is_mark = unicodedata.category(letter)[0] == "M"
            if before and (is_mark or not letter.isalnum() and _covers(before[1], letter)):
                path = before[1]
            else:
                known = (*candidates, *self._of_script(letter))
                path = next((path for path in known if path.exists() and _covers(path, letter)), candidates[-1])
            if before and before[1] == path:
                parts[-1] = (before[0] + letter, path)
            else:
                parts.append((letter, path))
        return [self._run(part, path) for part, path in parts]

    def _of_script(self, letter: str) -> tuple[Path, ...]:
        """Noto's font for a letter's script: its files are named as Unicode names the script."""
        script = unicodedata.name(letter, "").split(" ")[0].title()
        return (
            FONTS / BY_SCRIPT.format(script=script, bold=self._bold),
            FONTS / BY_SCRIPT.format(script=script, bold="Regular"),
        )

    def _run(self, text: str, path: Path) -> Run:
        font = _font(path, self.size)
        return Run(text, font, False, font.getlength(text))


def clean(text: str) -> str:
    """One line without control characters, lone surrogates and the like."""
    text = text.encode("utf-8", "replace").decode()
    joined = " ".join(text.split())
    return "".join(letter for letter in joined if unicodedata.category(letter) not in ("Cc", "Cn", "Co", "Cs"))


def wrap(text: str, face: Typeface, width: float, most: int) -> list[str]:
    """Lines no wider than ``width`` pixels, at most ``most``, the last with an ellipsis when more is left."""
    lines = [""]
    for word in _breakable(text):
        if face.width((lines[-1] + word).rstrip()) <= width or not lines[-1]:
            lines[-1] += word
        else:
            lines.append(word.lstrip())
        if len(lines) > most:
            break
    lines = [line.strip() for line in lines]
    if len(lines) <= most and face.width(lines[-1]) <= width:
        return lines
    lines = lines[:most]
    last = lines[-1]
    while last and face.width(last + "…") > width:
        last = last[:-1].rstrip()
    return [*lines[:-1], last.rstrip(" ,.;:") + "…"]


def _breakable(text: str) -> list[str]:
    """Words with the space before them; scripts without spaces break between any two letters, and so do very long words."""
    pieces: list[str] = []
    for word in re.findall(r"\s*\S+", text):
        if len(word) > 24 or any(unicodedata.east_asian_width(letter) in "WF" for letter in word):
            pieces += re.findall(r"\s*[\w.,;:!?'-]{1,12}(?<![\u2e80-\uffff])|\s*" + _EMOJI + r"|\s*\S", word)
        else:
            pieces.append(word)
    return pieces


def reads_leftwards(text: str) -> bool:
    """True when the first letter that has a direction is Hebrew, Arabic or the like."""
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


@lru_cache(maxsize=64)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@lru_cache(maxsize=4096)
def _covers(path: Path, text: str) -> bool:
    """True when the font has each letter: none looks like what it draws for a code point that never exists."""
    # Basic layout: shaping would turn one missing letter into two missing parts.
    font = ImageFont.truetype(str(path), EMOJI_SIZE if path == EMOJI else 24, layout_engine=ImageFont.Layout.BASIC)
    missing = _look(font, "\U0010ffff")
    return all(
        letter.isspace() or unicodedata.category(letter) in ("Cf", "Mn") or _look(font, letter) != missing
        for letter in text
    )


def _look(font: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)
