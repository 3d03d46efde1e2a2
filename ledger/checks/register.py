"""Is somebody on the electoral register? Applicants held against every entry of one edition, in one reading of it.

Who is compared with whom follows from blocks: the same postcode, or the same birth date and initials. So the work is
that of reading the edition, and one comparison for each applicant in an entry's block; and the answer does not depend
on the order of either. Where several entries score the same, the one whose number sorts first is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.checks.details import Details, address_parts, details
from ledger.checks.finding import Finding
from ledger.checks.score import SAME, name_score

NEAR_LEAST = 80  # a score below says nothing
LOOKS_ALIKE = 99  # the same name in letters of another script that look like it
HOUSE_UNKNOWN = 3  # taken off
HOUSE_DIFFERS = 8
POSTCODE_DIFFERS = 10
BORN_DIFFERS = 15


class Best(NamedTuple):
    """The entry most like an applicant so far: how like, and its number."""

    score: int
    number: str


NOBODY = Best(0, "")


def match_score(applicant: Details, entry: Details) -> int:
    """Score an applicant and an entry of the register, 0..100; 100 where all that both of them know is the same."""
    score = LOOKS_ALIKE if applicant.look == entry.look else name_score(applicant.name, entry.name)
    score = SAME if applicant.name == entry.name else score
    if applicant.postcode != entry.postcode:
        score -= POSTCODE_DIFFERS
    elif not applicant.house or not entry.house:
        score -= HOUSE_UNKNOWN
    elif applicant.house != entry.house:
        score -= HOUSE_DIFFERS
    if applicant.born and entry.born and applicant.born != entry.born:
        score -= BORN_DIFFERS
    return max(score, 0)


class RegisterMatch:
    """Holds applicants against the entries of an edition, whichever order they come in.

    Args:
        applicants: their details; they are named by their places, from 0.
    """

    def __init__(self, applicants: Sequence[Details]) -> None:
        self._applicants = applicants
        self._best = [NOBODY] * len(applicants)
        self._blocks: dict[str, list[int]] = {}
        for place, applicant in enumerate(applicants):
            for block in (applicant.postcode, _birth_block(applicant.look, applicant.born)):
                if block:
                    self._blocks.setdefault(block, []).append(place)

    def see(self, number: str, name: str, address: str, born: str) -> None:
        """Take in one entry: the register's number of it, and who is there."""
        postcode, _ = address_parts(address)
        near = self._blocks.get(postcode, ()) if postcode else ()
        if not near and not born:
            return
        entry = details(name, address, born)
        for place in near:
            self._compare(place, entry, number)
        for place in self._blocks.get(_birth_block(entry.look, born), ()) if born else ():
            if self._applicants[place].postcode != postcode:
                self._compare(place, entry, number)

    def _compare(self, place: int, entry: Details, number: str) -> None:
        score = match_score(self._applicants[place], entry)
        best = self._best[place]
        if score >= NEAR_LEAST and (score > best.score or (score == best.score and number < best.number)):
            self._best[place] = Best(score, number)

    def best(self, place: int) -> Best:
        """Give the entry most like an applicant; score 0 where none is."""
        return self._best[place]


def outcome_of(best: Best, against: str | None) -> Finding:
    """Give what is recorded of the entry most like an applicant, `against` its keyed id."""
    if best.score < NEAR_LEAST:
        return Finding("none")
    return Finding("pass" if best.score == SAME else "near", best.score, against)


def _birth_block(look: str, born: str) -> str:
    words = look.split(" ")
    return f"{born} {words[0][:1]}{words[-1][:1]}" if born and look else ""
