"""What a prompt says about place, time, weather, camera and subject, by small tables of English words.

What it does not say is chosen by the seed, so that prompts in any language make a picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engines.draft.animatic.subjects import Subject, find_subject

TIMES = {
    "night": "night midnight moon moonlight moonlit star starry stars neon nocturnal",
    "sunset": "sunset dusk evening twilight golden_hour golden_light sundown",
    "dawn": "dawn sunrise morning daybreak",
    "day": "noon midday day daylight sunny sunlight afternoon blue_sky",
}

PLACES = {
    "underwater": "underwater undersea deep_sea reef coral seabed ocean_floor",
    "sea": "sea ocean lighthouse ship boat sailboat sailing beach wave shore island harbor harbour coast bay "
    "lake river surf surfer",
    "city": "city street skyscraper downtown tokyo york london paris shanghai urban rooftop alley avenue "
    "cyberpunk traffic skyline town metropolis",
    "mountain": "mountain cliff valley alps peak hill canyon himalaya glacier summit rock rocky highland volcano",
    "forest": "forest wood woods woodland jungle tree pine grove rainforest taiga",
    "desert": "desert dune sahara mars sand arid savanna savannah wasteland",
    "space": "space galaxy planet orbit nebula cosmos asteroid spaceship interstellar universe milky_way",
    "room": "room kitchen office interior library cafe studio bedroom house_interior indoors desk table "
    "restaurant bar lab laboratory museum",
    "meadow": "meadow field grass grassland farm garden park prairie countryside pasture flower flowers vineyard "
    "village",
}

WEATHERS = {
    "storm": "storm thunderstorm lightning thunder tempest hurricane",
    "rain": "rain rainy raining drizzle downpour",
    "snow": "snow snowy snowing snowfall blizzard winter frozen ice icy arctic",
    "fog": "fog foggy mist misty haze hazy smoke smoky",
}

CAMERAS = {
    "dolly_in": "dolly_in push_in zoom_in close_up slow_push zooms_in pushes_in approach approaches",
    "pull_out": "dolly_out pull_out pull_back zoom_out zooms_out pulls_back reveal reveals wide_shot establishing",
    "pan_left": "pan_left pans_left",
    "pan_right": "pan_right pans_right pan panning tracking tracks follows following driving drives running runs rides "
    "riding flies flying sails walking walks gallops galloping",
    "crane_up": "crane rises rising tilt_up climbs climbing ascends aerial drone",
    "orbit": "orbit orbits orbiting circling circles around",
    "still": "still static locked_off tripod",
}


@dataclass(frozen=True)
class Reading:
    """A prompt, understood. ``weather`` and ``subject`` are None where it names none."""

    place: str
    time: str
    weather: str | None
    camera: str
    subject: Subject | None


def read_prompt(prompt: str, seed: int) -> Reading:
    """Reads a prompt of any length and language; the seed (any non-negative integer) decides what it leaves open."""
    text = prompt.lower()
    subject = find_subject(text)
    place = _first(text, PLACES) or (subject.habitat if subject else None)
    weather = _first(text, WEATHERS)
    time = _first(text, TIMES) or ("day", "sunset", "dawn", "day")[seed % 4]
    place = place or ("mountain", "sea", "meadow", "forest", "desert")[seed // 4 % 5]
    return Reading(
        place=place,
        time="night" if place == "space" else time,
        weather=None if place in ("space", "room", "underwater") else weather,
        camera=_first(text, CAMERAS) or ("dolly_in", "pan_right", "pull_out", "pan_left")[seed // 20 % 4],
        subject=subject,
    )


def _first(text: str, table: Mapping[str, str]) -> str | None:
    """The name whose word stands first in the text."""
    found = [(match.start(), name) for name, words in table.items() if (match := _pattern(words).search(text))]
    return min(found)[1] if found else None


def _pattern(words: str) -> re.Pattern[str]:
    """Any of the words, in the singular or plural; an underscore is a space or a hyphen."""
    longest_first = sorted(words.split(), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(word.replace("_", r"[ -]") for word in longest_first) + r")(?:s|es)?\b")
