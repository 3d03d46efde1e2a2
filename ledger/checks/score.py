"""How like two names are, from 0 to 100: whole numbers only. The one place that asks the matching library.

RapidFuzz gives the distance: insertions, deletions, changes and swaps of neighbours that turn one text into the other
(optimal string alignment). What is made of it is here, so that the same two names score the same wherever they meet.
"""

from __future__ import annotations

import re

import rapidfuzz
from rapidfuzz.distance import OSA

SAME = 100
MATCHER = "rapidfuzz-" + re.sub(r"[^a-z0-9]+", "-", rapidfuzz.__version__.lower())
INITIAL = 10  # taken off where an initial stands for a name: J Smith
MISSING = 5  # taken off for each name between that only one of the two has: John Andrew Smith
TURNED = 2  # taken off where the same words come in another order


def ratio(one: str, other: str) -> int:
    """Give the share of the longer text that need not change, in percent, rounded down."""
    longer = max(len(one), len(other))
    return SAME if not longer else (longer - OSA.distance(one, other)) * 100 // longer


def name_score(one: str, other: str) -> int:
    """Score two plain names; 100 only where they are equal."""
    if one == other:
        return SAME
    best = ratio(one, other)
    ours, theirs = one.split(" "), other.split(" ")
    turned = ratio(" ".join(sorted(ours)), " ".join(sorted(theirs))) - TURNED
    return min(max(best, turned, _shortened(ours, theirs)), SAME - 1)


def _shortened(ours: list[str], theirs: list[str]) -> int:
    """Score names of which one leaves out what stands between first and last, or shortens it to an initial."""
    short, long = sorted((ours, theirs), key=len)
    if len(short) < 2 or len(short[-1]) < 2 or short[-1] != long[-1]:
        return 0
    score = SAME - MISSING * (len(long) - len(short))
    rest = iter(long[:-1])
    for number, word in enumerate(short[:-1]):
        other = next(rest, "")
        while other and not _agree(word, other):
            if number == 0:  # who has another first name is somebody else
                return 0
            other = next(rest, "")
        if not other:
            return 0
        score -= INITIAL if word != other else 0
    return max(score, 0)


def _agree(word: str, other: str) -> bool:
    return word == other or (1 in (len(word), len(other)) and word[0] == other[0])
