"""What is told of registers of members: files taken in, and those registered; see `words.tells`."""

from __future__ import annotations

from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.membership import MemberAmended
from projections.story.words import Names, Sentences, counted, listed, tells


@tells(BatchReceived)
def _(event: BatchReceived, _names: Names) -> Sentences:
    what = f"received a file of {counted(event.rows, 'row')} for register {event.register_id}"
    return (what, "Whom it registers counts once it is taken in whole.")


@tells(BatchReconciled)
def _(event: BatchReconciled, _names: Names) -> Sentences:
    what = f"took in a file of {counted(event.rows, 'row')} for register {event.register_id}"
    rejected = sum(each.rows for each in event.rejected)
    parts = f"{event.accepted:,} registered, {event.held:,} held before, {rejected:,} rejected"
    why = listed([f"{each.code} {each.rows:,}" for each in event.rejected], "none")
    return (what, f"Its rows: {parts}.", *([f"Rejected: {why}."] if event.rejected else []))


@tells(MemberRegistered)
def _(event: MemberRegistered, _names: Names) -> Sentences:
    what = f"registered {event.stream} in category {event.category}{where_listed(event)}"
    when = [f"joined {event.joined}"] if event.joined else []
    when += [f"lapsed {event.lapsed}"] if event.lapsed else []
    return (what, *([f"As the register has it: {listed(when, 'no day')}."] if when else []), "Who that is: (private).")


def where_listed(event: MemberRegistered | MemberAmended) -> str:
    """Write where a row of a register has somebody, after a comma; empty where it says nothing."""
    names = ("affiliate", "section", "unit", "region", "levy", "declaration")
    places = [f"{name} {value}" for name in names if (value := getattr(event, name)) is not None]
    return ", " + ", ".join(places) if places else ""
