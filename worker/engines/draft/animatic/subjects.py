"""Nouns that can be drawn, each with its size and its way of moving.

Most are emoji glyphs, and only such as show a whole body: a head alone looks lost in a landscape. People, common animals and
lighthouses are drawn limb by limb instead and move; their glyphs begin with ``@``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

FIGURE = "@figure"
LIGHTHOUSE = "@lighthouse"
BALLOON = "@balloon"

@dataclass(frozen=True)
class Subject:
    """Who or what the picture shows.

    ``glyph`` is an emoji, FIGURE, LIGHTHOUSE, BALLOON, or ``@`` and a kind of ``beast.KINDS``. ``moves``: walks, rolls, floats, flies, swims, stands. ``size`` is its height as a share
    of the frame's mean side. ``faces`` is the side the glyph looks to: left, right, or none. ``habitat`` is a place where
    the prompt names none. ``words`` is what the prompt says just before and about it: "old red".
    """

    noun: str
    glyph: str
    moves: str
    size: float
    faces: str
    habitat: str | None
    words: str


# moves, size, faces, habitat: then "glyph noun noun …" for each.
_TABLE: tuple[tuple[str, float, str, str | None, str], ...] = (
    ("walks", 0.30, "left", None, "🐩 poodle; 🐇 rabbit bunny hare; 🐿 squirrel chipmunk; 🦔 hedgehog;"
     "🦫 beaver; 🦡 badger raccoon; 🐓 rooster cock; 🐤 chick chicken hen; 🦃 turkey; 🦆 duck duckling goose; 🐧 penguin; 🦦 otter; 🦨 skunk;"
     "🐁 mouse; 🐀 rat; 🐒 monkey; 🐢 turtle tortoise; 🦎 lizard gecko chameleon; 🐌 snail; 🐜 ant; 🐛 caterpillar; 🦗 cricket grasshopper"),
    ("walks", 0.36, "left", "meadow", "🐄 cow cattle; 🐂 bull ox; 🐃 buffalo; 🦬 bison; 🐖 pig piglet;"
     "🐗 boar; 🐏 ram; 🐑 sheep lamb; 🐐 goat; 🦙 llama alpaca; 🚜 tractor; 🦤 dodo; 🦚 peacock"),
    ("walks", 0.40, "left", "forest", "🦍 gorilla ape; 🦧 orangutan; 🐅 tiger; 🐆 leopard cheetah jaguar; 🦖 dinosaur tyrannosaurus"
     " trex t-rex; 🐉 dragon; 🐍 snake serpent cobra python"),
    ("walks", 0.30, "right", "forest", "@fox fox vixen; @wolf wolf wolves coyote husky jackal; @dog dog puppy hound labrador retriever; @panther panther puma black_cat;"
     "@cat cat kitten kitty lynx"),
    ("walks", 0.38, "right", "meadow", "@lion lion lioness; @bear bear grizzly; @horse horse stallion mare pony mustang unicorn; @deer deer stag elk moose reindeer fawn doe"),
    ("walks", 0.37, "left", "desert", "🐪 camel dromedary; 🐫 caravan; 🦒 giraffe; 🐘 elephant; 🦣 mammoth; 🦏 rhino rhinoceros; 🦛 hippo hippopotamus; 🦘 kangaroo;"
     "🦕 brontosaurus sauropod brachiosaurus; 🦂 scorpion; 🏇 jockey horse_race rider cowboy"),
    ("rolls", 0.26, "left", "city", "🚗 car automobile sedan ferrari; 🚙 suv jeep truck pickup; 🚕 taxi cab; 🚓 police_car; 🚑 ambulance; 🚒 fire_truck fire_engine;"
     "🚌 bus; 🚚 van delivery_truck; 🏎 race_car formula sports_car; 🏍 motorcycle motorbike; 🛵 scooter vespa; 🚲 bicycle bike; 🚴 cyclist"),
    ("rolls", 0.34, "left", "mountain", "🚂 steam_train locomotive train; 🚄 bullet_train"),
    ("floats", 0.40, "none", "sea", "⛵ sailboat sailing_boat boat sailing_ship yacht sail; 🚢 ship cruise_ship ocean_liner vessel titanic ferry"),
    ("floats", 0.26, "left", "sea", "🛶 canoe kayak; 🚤 speedboat motorboat; 🚣 rowing_boat rowboat rower fisherman; 🏄 surfer surfing; 🏊 swimmer; 🦢 swan;"
     "🦭 seal"),
    ("swims", 0.34, "left", "underwater", "🐋 whale; 🐬 dolphin; 🦈 shark; 🐠 clownfish angelfish; 🐟 fish tuna salmon koi; 🐡 pufferfish; 🐙 octopus squid jellyfish;"
     "🧜‍♀️ mermaid; 🦞 lobster; 🦀 crab"),
    ("flies", 0.26, "left", None, "🦅 eagle hawk falcon vulture bird_of_prey; 🐦 bird sparrow; 🦜 parrot macaw; 🕊 dove pigeon seagull gull; 🦇 bat; 🦋 butterfly moth;"
     "🐝 bee bumblebee wasp; 🐞 ladybug ladybird beetle; 🚁 helicopter; 🛩 airplane plane; 🪂 paraglider parachute; 🪁 kite; 🧚 fairy pixie; 🦸 superhero;"
     "🛸 ufo flying_saucer"),
    ("flies", 0.38, "right", None, "🚀 rocket spaceship spacecraft shuttle; ✈ jet airliner aircraft; 🛰 satellite"),
    ("flies", 0.42, "none", "mountain", f"{BALLOON} hot_air_balloon hot-air_balloon balloon_ride"),
    ("flies", 0.26, "none", None, "🎈 balloon"),
    ("stands", 0.72, "none", "sea", f"{LIGHTHOUSE} lighthouse"),
    ("stands", 0.48, "none", None, "🏰 castle fortress palace; 🏯 pagoda japanese_castle; 🗼 tower eiffel_tower; 🗽 statue_of_liberty; ⛩ torii shrine;"
     "🕌 mosque; ⛪ church chapel cathedral; 🛕 temple; 🏛 parthenon ruins; 🎡 ferris_wheel; 🎢 roller_coaster; 🎪 circus; 🏭 factory;"
     "🗿 moai easter_island; 🌋 erupting_volcano"),
    ("stands", 0.42, "none", "meadow", "🏠 house cottage home; 🏡 farmhouse; 🏚 haunted_house abandoned_house; 🛖 hut cabin; ⛺ tent camp campsite;"
     "🌳 oak lone_tree old_tree; 🌴 palm palm_tree; 🌵 cactus; 🦩 flamingo; 🎠 carousel; ⛄ snowman"),
    ("stands", 0.30, "none", None, "🦉 owl; 🌹 rose; 🌷 tulip; 🌻 sunflower; 🌸 cherry_blossom blossom; 🍄 mushroom toadstool; 🧸 teddy_bear teddy toy; 🎃 pumpkin"
     " jack-o-lantern; 🔥 campfire bonfire fire; 🧘 meditating meditation yoga monk"),
    ("stands", 0.30, "none", "room", "☕ coffee espresso cappuccino; 🍵 tea matcha; 🍷 wine; 🍺 beer; 🍕 pizza; 🍔 burger hamburger; 🍜 ramen noodles; 🍣 sushi; 🍦 ice_cream;"
     "🥐 croissant; 🎂 birthday_cake cake; 🍎 apple; 🍓 strawberry; 🍉 watermelon; 🎸 guitar; 🎻 violin; 🎷 saxophone; 🥁 drum; 🎺 trumpet;"
     "🎤 microphone; 📷 photo_camera; 📚 books; 📖 book; 💻 laptop computer; 📱 phone smartphone; ⌚ watch wristwatch; 🕰 clock; 💎 diamond gem jewel;"
     "👑 crown; 🏆 trophy; 🎁 gift present; 👟 sneaker shoe shoes sneakers; 👜 handbag; 🎩 top_hat; 🕯 candle; 💡 light_bulb bulb; 🏮 lantern;"
     "🔮 crystal_ball; ⌛ hourglass; 🪴 houseplant"),
    ("walks", 0.44, "right", None, f"{FIGURE} woman man girl boy person people lady gentleman child kid figure hiker traveler traveller wanderer explorer detective"
     " soldier knight samurai wizard witch king queen prince princess hero heroine dancer runner jogger father mother couple"
     " stranger tourist businessman businesswoman nurse doctor chef artist farmer ninja pirate robot android cyborg astronaut cosmonaut spaceman human"),
)  # fmt: skip


def find_subject(text: str) -> Subject | None:
    """The subject whose noun, or whose emoji, stands first in a lower-case prompt."""
    match = _pattern().search(text)
    if match is None:
        return None
    noun = match["emoji"] or match["noun"].replace(" ", "_").replace("-", "_")
    glyph, moves, size, faces, habitat = _entries()[noun if noun in _entries() else _singular(noun)]
    return Subject(noun, glyph, moves, size, faces, habitat, text[max(0, match.start() - 40) : match.end() + 40])


@cache
def _entries() -> dict[str, tuple[str, str, float, str, str | None]]:
    """Noun or glyph to glyph, moves, size, faces, habitat."""
    entries = {}
    for moves, size, faces, habitat, lines in _TABLE:
        for line in lines.split(";"):
            glyph, *nouns = line.split()
            for noun in nouns if glyph.startswith("@") else (glyph, *nouns):
                entries[noun.replace("-", "_")] = (glyph, moves, size, faces, habitat)
    return entries


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_entries(), key=len, reverse=True)
    glyphs = "|".join(re.escape(name) for name in names if not name.isascii())
    nouns = "|".join(name.replace("_", "[ -]") for name in names if name.isascii())
    return re.compile(rf"(?P<emoji>{glyphs})|\b(?P<noun>{nouns})(?:s|es)?\b")


def _singular(noun: str) -> str:
    return next(noun[: -len(end)] for end in ("es", "s") if noun.endswith(end) and noun[: -len(end)] in _entries())
