"""Is somebody here already? Two sets of details held against each other, and who has to be.

Keyed features (name with birth date, name with place, e-mail, birth date with postcode) say who is compared: those that
share one. A feature is cut to 40 bits; who shares one by chance is compared and found to be somebody else.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby

from ledger.checks.details import Details
from ledger.checks.finding import Finding
from ledger.checks.score import SAME, name_score

NEAR_LEAST = 85
ONE_NAME_ONE_BIRTHDAY = 95  # two people may have both; nobody is refused for that alone
ONE_NAME_ONE_BOX = 90
FEATURE_BITS, PLACE_BITS = 40, 24
COMPARED_MAX = 20  # of those with one feature, each is compared with the first so many
PLACE_MASK = (1 << PLACE_BITS) - 1


def features(details: Details, secret: bytes) -> list[int]:
    """Give the features of somebody as 40-bit numbers under a secret of the vault; none of what is not known."""
    words = " ".join(sorted(details.look.split(" ")))
    found = [f"m {details.email}"] if details.email else []
    if details.born:
        found.append(f"n {words} {details.born}")
        if details.postcode:
            found.append(f"b {details.born} {details.postcode}")
    if details.place:
        found.append(f"p {words} {details.place}")
    size = FEATURE_BITS // 8
    return [int.from_bytes(blake2b(each.encode(), key=secret, digest_size=size).digest(), "big") for each in found]


def compare(one: Details, other: Details) -> Finding:
    """Say whether two sets of details are one person's: `fail` if so, `near` if somebody has to look, else `pass`."""
    born_same, born_differs = bool(one.born) and one.born == other.born, bool(one.born and other.born != one.born)
    born_differs = born_differs and bool(other.born)
    box_same = bool(one.email) and one.email == other.email
    place_same = bool(one.place) and one.place == other.place
    if sorted(one.look.split(" ")) == sorted(other.look.split(" ")):
        if not born_differs and (box_same or place_same):
            return Finding("fail", SAME)
        if born_same:
            return Finding("near", ONE_NAME_ONE_BIRTHDAY)
        return Finding("near", ONE_NAME_ONE_BOX) if box_same else Finding("pass")
    score = name_score(one.look, other.look)
    if box_same:
        return Finding("near", score)
    lives_near = bool(one.postcode) and one.postcode == other.postcode
    return Finding("near", score) if score >= NEAR_LEAST and born_same and lives_near else Finding("pass")


def worse(one: Finding, other: Finding) -> bool:
    """Whether the first of two findings weighs more: a failure before what is near, then the higher score."""
    weight = {"pass": 0, "near": 1, "fail": 2}
    return (weight.get(one.outcome, 0), one.score or 0) > (weight.get(other.outcome, 0), other.score or 0)


class FeatureIndex:
    """Features of people at places, 8 bytes each, whoever comes first at the lower place."""

    def __init__(self) -> None:
        self._entries = array("Q")

    def add(self, place: int, found: list[int]) -> None:
        """Enter somebody's features."""
        self._entries.extend([feature << PLACE_BITS | place for feature in found])

    def close(self) -> None:
        """Sort the index: it takes nobody in any more."""
        self._entries = array("Q", sorted(self._entries))

    def places(self, feature: int) -> list[int]:
        """Give who has a feature: the first COMPARED_MAX places, ascending."""
        entries, first = self._entries, feature << PLACE_BITS
        found: list[int] = []
        for at in range(bisect_left(entries, first), len(entries)):
            if entries[at] >> PLACE_BITS != feature or len(found) == COMPARED_MAX:
                break
            found.append(entries[at] & PLACE_MASK)
        return found

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Give who has to be compared with whom: (later, earlier), ascending, each once."""
        found: set[int] = set()
        for _, group in groupby(self._entries, key=lambda entry: entry >> PLACE_BITS):
            first: list[int] = []
            for entry in group:
                place = entry & PLACE_MASK
                found.update(place << PLACE_BITS | each for each in first)
                if len(first) < COMPARED_MAX:
                    first.append(place)
        for pair in sorted(found):
            yield pair >> PLACE_BITS, pair & PLACE_MASK
