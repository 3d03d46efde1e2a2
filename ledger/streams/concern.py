"""Which declared interests bar somebody from a case: decided from what they declared, not from how the case was opened.

A ruling on who may vote weighs on every contest of its election, and on every candidate: who endorses one gains by the
votes of those who may, and by what is taken from another. So an interest in any contest of the election bars from all
of its cases, whatever contest and candidates a case was opened about: else whoever opens it would choose its judges.
What the case is about bars besides, where that is of another election. A contest that is not on record might be of
this one, and bars until it is known to be of another.

Source: Porter v Magill [2002] 2 AC 357, 103: whether a fair-minded and informed observer would see a real possibility
of bias.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from ledger.streams.contest import Contest, contest_stream
from ledger.streams.interest import Interest, Interests, conflict


class About(Protocol):
    """What a case was opened about."""

    @property
    def election(self) -> str:
        """Id of the election."""
        ...

    @property
    def about(self) -> str | None:
        """Id of the contest that it has to do with, if of any alone."""
        ...

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of the candidates that it has to do with; none for all."""
        ...


def contests_of(several: Iterable[Interests]) -> tuple[Contest, ...]:
    """Name the streams of the contests in which people declared an interest, each once."""
    named = dict.fromkeys(each.contest for declared in several for each in declared.declared.values())
    return tuple(contest_stream(contest) for contest in named)


def elections_of(contests: Iterable[Contest]) -> dict[str, str]:
    """Give the elections of contests, of those that are on record: contest -> election."""
    known = ((each.stream.partition("/")[2], each.definition) for each in contests)
    return {contest: definition.election for contest, definition in known if definition}


def barring(
    interests: Iterable[Interest], opened: About, elections: Mapping[str, str], moment: str
) -> tuple[Interest, ...]:
    """Give the interests that bar somebody from deciding a case, the one held longest first.

    Args:
        interests: declared by one person, or by many: each says whose it is.
        opened: what the case is about, as it was opened.
        elections: contest -> the election it belongs to, of contests on record.
        moment: at which they are to be free of them, UTC.
    """
    held = [each for each in interests if each.held(moment)]
    of_election = {each for each in held if elections.get(each.contest, opened.election) == opened.election}
    besides = conflict(held, opened.about, opened.candidates, moment) if opened.about else ()
    return tuple(sorted({*of_election, *besides}, key=lambda each: (each.since, each.person, each.interest)))
