"""Members for the benchmarks: invented, from a seed. No name, street or place here is anybody's."""

from __future__ import annotations

import random
from pathlib import Path

HEAD = "Membership number,First name,Surname,Address,Postcode,E-mail,Born,CLP,Region,Joined\n"
FIRST = ("Ada", "Bela", "Cato", "Dilys", "Emrys", "Fenna", "Goran", "Hesba", "Ilka", "Jory", "Kezia", "Lorcan")
LAST = ("Ambleth", "Brockway", "Carnforthy", "Dunmere", "Elverstone", "Fallowdene", "Garstone", "Hethering")
STREETS = ("Linden Row", "Quarry Lane", "Mill Bank", "Station Approach", "Chapel Fold", "Orchard Close")
REGIONS = 11
UNITS = 633

MAPPING = """\
key = "Membership number"
key_digits = 8

[public]
unit = "CLP"
region = "Region"
joined = "Joined"

[private]
number = "Membership number"
name = ["First name", "Surname"]
address = ["Address", "Postcode"]
email = "E-mail"
born = "Born"

[set]
category = "member"
"""


def write_members(file: Path, how_many: int, seed: int = 2015) -> None:
    """Write a register of so many members, in the order of their names."""
    chance = random.Random(seed)
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEAD)
        for number in range(how_many):
            first, last = chance.choice(FIRST), chance.choice(LAST)
            unit = chance.randrange(UNITS)
            born = f"{chance.randrange(1925, 2001)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            joined = f"{chance.randrange(1960, 2016)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            address = f"{chance.randrange(1, 200)} {chance.choice(STREETS)},ZZ{unit % 99} {chance.randrange(1, 9)}QQ"
            mail = f"{first.lower()}.{last.lower()}.{number}@example.org"
            stream.write(
                f"{number:08},{first},{last},{address},{mail},{born},Unit {unit},Region {unit % REGIONS},{joined}\n"
            )
