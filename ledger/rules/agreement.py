"""Whether a contest is what its nominations came to: who is on the ballot paper, under which name, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledger.rules.fit import Unfit

if TYPE_CHECKING:
    from ledger.streams.contest import ContestDefined
    from ledger.streams.nominated import Nominations


def disagreements(nominations: Nominations, contest: ContestDefined) -> Iterator[Unfit]:
    """Give every way in which a contest is not what its nominations came to, in a fixed order.

    None where nominations were never opened: a ballot paper can be made without them.
    """
    opened, statement = nominations.opened, nominations.statement
    if opened is None:
        return
    if nominations.unopposed is not None:
        found = "elected unopposed: " + ", ".join(nominations.unopposed.candidates)
        yield Unfit("unopposed", "field candidates", "a contest with a poll", found, "No poll is held")
    for name, expected, said in (
        ("election", opened.election, contest.election),
        ("seats", str(opened.seats), str(contest.seats)),
    ):
        if expected != said:
            as_opened = "Define it as it was when nominations were opened"
            yield Unfit("nominations-differ", f"field {name}", expected, said, as_opened)
    if statement is None:
        first = "Record publish-statement first"
        yield Unfit("statement-missing", "field candidates", "a statement of persons nominated", "none", first)
        return
    valid = {each.nominee: each.name for each in statement.persons if each.valid}
    names = {each.id: each.name for each in contest.candidates}
    where, remedy = "field candidates", "Name just those validly nominated (see: pollbook nominations)"
    for who in (who for who in names if who not in valid):
        yield Unfit("not-nominated", where, "those validly nominated: " + ", ".join(valid), who, remedy)
    for who in (who for who in valid if who not in names):
        yield Unfit("nominee-missing", where, f"{who}, who is validly nominated", ", ".join(names) or "nobody", remedy)
    for who in (who for who in valid if names.get(who, valid[who]) != valid[who]):
        yield Unfit("name-differs", f"{where}, {who}", valid[who], names[who], "Use the name of the statement")
    if nominations.drawn and tuple(names) != nominations.drawn.order and names.keys() == valid.keys():
        expected = ", ".join(nominations.drawn.order)
        yield Unfit("order-differs", where, expected, ", ".join(names), "Use the order that was drawn")
