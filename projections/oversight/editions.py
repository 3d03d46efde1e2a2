"""The sets of numbers of rulings that were published: which events each is of, and whose rulings those are.

A set is of the rulings that people were told of after the set before, up to the event by which it was published; what
had become of them is told as of that event. So sets share no ruling, and each is the same whenever it is written, and
by whichever verb: two of them, or one of them twice, give nothing away by subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.decision import fold
from ledger.errors import RefusedError, UsageError
from ledger.record import Record
from ledger.streams.merge import merge_stream
from ledger.streams.ruling_figures import RulingFiguresPublished, ruling_figures_stream
from projections.moment import Moment
from projections.oversight.rows import RulingRow

MERGED = "persons-merged.v1"


class Edition(NamedTuple):
    """One set: its number, from 1, and the positions of its first event and of its last, by which it was published."""

    number: int
    first: int
    last: int


def editions_of(ledger: Record, election: str, size: int | None = None) -> list[Edition]:
    """Give the sets that were published of an election, in order.

    Args:
        size: how many events are known; later ones are left out.
    """
    found: list[Edition] = []
    for position, event in ledger.stream(ruling_figures_stream(election).stream):
        if isinstance(event, RulingFiguresPublished) and (size is None or position < size):
            found.append(Edition(len(found) + 1, found[-1].last + 1 if found else 0, position))
    return found


def edition_of(ledger: Record, election: str, number: int | None = None, size: int | None = None) -> Edition:
    """Give a set by its number; the last one, if none is given.

    Raises:
        RefusedError: `not-published`.
        UsageError: `no-such-edition`.
    """
    found = editions_of(ledger, election, size)
    if not found:
        raise RefusedError(
            "not-published",
            f"numbers of rulings of election {election}",
            expected="some that were published: the public is told as of then, and not between",
            found="none",
            remedy=f"Look yourself: pollbook rulings {election}; or publish them: "
            f"pollbook record publish-ruling-figures --election {election}",
        )
    if number is None:
        return found[-1]
    if not 1 <= number <= len(found):
        expected = f"a number from 1 to {len(found)}" if len(found) > 1 else "1, the only one"
        raise UsageError("no-such-edition", "--edition", expected=expected, found=str(number), remedy="Correct it")
    return found[number - 1]


def of_edition(ledger: Record, rows: Sequence[RulingRow], edition: Edition) -> list[RulingRow]:
    """Give the rulings of a set, in the order in which people were told; whoever was merged is one person.

    Args:
        rows: as of the last event of the set.
    """
    told = [row for row in rows if row.told_position is not None and edition.first <= row.told_position <= edition.last]
    told.sort(key=lambda row: (row.told_position, row.case, row.ruling))
    ever = {stream.partition("/")[2] for stream in ledger.streams_of(MERGED, "merge/")}
    kept = {person: _kept(ledger, person, edition.last, ever) for person in {row.person for row in told} & ever}
    return [row._replace(person=kept[row.person]) if row.person in kept else row for row in told]


def _kept(ledger: Record, person: str, last: int, ever: set[str]) -> str:
    """Give who is kept in a person's place, over as many merges as there are."""
    seen = {person}
    while person in ever:
        state = merge_stream(person)
        events = Moment(known_at_position=last).past(ledger.stream(state.stream))
        merged = fold(state, (event for _, event in events)).merged
        if merged is None:
            break
        if merged.kept in seen:  # a circle, which no program of ours records: they are one person all the same
            return min(seen)
        person = merged.kept
        seen.add(person)
    return person
