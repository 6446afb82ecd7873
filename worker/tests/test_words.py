from __future__ import annotations

import unittest

from engines.draft.animatic.subjects import FIGURE, find_subject
from engines.draft.animatic.typeface import Typeface, clean, reads_leftwards, wrap
from engines.draft.animatic.words import read_prompt


class ReadingPrompts(unittest.TestCase):
    def test_what_is_named_is_read(self) -> None:
        for prompt, expected in (
            ("A red fox running through a snowy pine forest at dusk", ("forest", "sunset", "snow", "pan_right", "fox")),
            (
                "An old lighthouse, storm waves at night, slow push in",
                ("sea", "night", "storm", "dolly_in", "lighthouse"),
            ),
            ("A woman walks in a neon street in the rain", ("city", "night", "rain", "pan_right", "woman")),
            ("Camels crossing dunes at noon, pan left", ("desert", "day", None, "pan_left", "camel")),
            ("Astronauts in orbit", ("space", "night", None, "orbit", "astronaut")),
            ("A BLACK CAT on a kitchen table at dawn, static", ("room", "dawn", None, "still", "black_cat")),
        ):
            with self.subTest(prompt):
                reading = read_prompt(prompt, 0)
                noun = reading.subject.noun if reading.subject else None
                self.assertEqual((reading.place, reading.time, reading.weather, reading.camera, noun), expected)

    def test_words_inside_words_are_not_read(self) -> None:
        reading = read_prompt("A training catalogue of brainy seasonal understatement", 0)
        self.assertIsNone(reading.weather)
        self.assertIsNone(reading.subject)

    def test_what_is_not_named_is_chosen_by_the_seed(self) -> None:
        readings = {
            (reading.place, reading.time, reading.camera) for reading in (read_prompt("…", seed) for seed in range(80))
        }
        self.assertGreater(len(readings), 40)
        self.assertEqual(read_prompt("…", 5), read_prompt("…", 5))

    def test_the_first_noun_is_the_subject_and_an_emoji_is_one_too(self) -> None:
        for prompt, noun in (
            ("the whale and the ship", "whale"),
            ("a trip 🐪 and a fox", "🐪"),
            ("two wolves", "wolves"),
            ("hot air balloons", "hot_air_balloon"),
        ):
            subject = find_subject(prompt)
            assert subject is not None
            self.assertEqual(subject.noun, noun)

    def test_people_are_drawn_as_figures(self) -> None:
        subject = find_subject("an old man in a blue coat")
        assert subject is not None
        self.assertEqual(subject.glyph, FIGURE)
        self.assertIn("blue coat", subject.words)


class SettingType(unittest.TestCase):
    def setUp(self) -> None:
        self.face = Typeface(24, "SemiBold")

    def test_lines_fit_their_width_and_number(self) -> None:
        words = ("word " * 12, "夕暮れの海を走る赤い列車" * 2, "x" * 80, "قارب شراعي " * 6, "😀" * 16, "Привет мир " * 4)
        for text in (word * 5 for word in words):
            with self.subTest(text[:8]):
                lines = wrap(clean(text), self.face, 500, 2)
                self.assertEqual(len(lines), 2)
                self.assertTrue(lines[-1].endswith("…"))
                self.assertLessEqual(max(self.face.width(line) for line in lines), 500)

    def test_a_short_text_is_left_as_it_is(self) -> None:
        self.assertEqual(wrap("A boat at sea", self.face, 500, 2), ["A boat at sea"])

    def test_control_characters_and_half_letters_are_dropped(self) -> None:
        self.assertEqual(clean("a\n\tb\x00\x1b c\ud83d"), "a b c?")

    def test_right_to_left_is_seen(self) -> None:
        self.assertTrue(reads_leftwards("123 سلام hello"))
        self.assertFalse(reads_leftwards("hello سلام"))
