"""What an election still needs decided: what is on record, what was said in public not to be decided, what is missing.

It says nothing of whether a decision was a good one, nor that everything listed is needed: an election may go without
a fee. What is said in public not to be decided is no gap in the record; what nobody said anything of is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from ledger.decision import fold
from ledger.event import Event
from ledger.rules.count_rule import CountRule
from ledger.streams.contest import Contest, contest_stream
from ledger.streams.deferral import About, DecisionDeferred, Deferrals, deferral_stream
from ledger.streams.election import Election, election_stream
from ledger.streams.fee import Fees, fee_stream
from ledger.streams.ground import Grounds, ground_stream
from ledger.streams.lot import Lot, lot_stream
from ledger.streams.timetable import Timetable, timetable_stream
from projections.election.timetables import contests_under, undated
from projections.moment import NOW, Moment

if TYPE_CHECKING:
    from ledger.record import Record

# Of the ledger as a whole: matter -> type of event, beginning of the streams that hold it.
ELSEWHERE = {
    "rule-book": ("rule-book-adopted.v1", "rulebook/"),
    "code-of-conduct": ("document-published.v1", "document/"),
}
SCRUTINEER = ("key/scrutineer", "office/scrutineer")  # a key of its own, or powers
Standing = Literal["decided", "deferred", "missing"]


class Item(NamedTuple):
    """One matter: whether it is decided, and what is on record of it, or what was said instead."""

    about: About
    standing: Standing
    says: str
    deferred: DecisionDeferred | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of an election.

    Attributes:
        contests: id -> contest; those of which nominations alone are on record have no definition.
        lots: contest -> its lots.
        elsewhere: matters of the ledger as a whole that are on record -> the streams.
    """

    election: Election
    timetable: Timetable
    fees: Fees
    grounds: Grounds
    deferrals: Deferrals
    contests: Mapping[str, Contest]
    lots: Mapping[str, Lot]
    elsewhere: Mapping[str, tuple[str, ...]]


def read_known(ledger: Record, election: str, moment: Moment = NOW) -> Known:
    """Read what is on record of an election, as of a moment."""

    def past(stream: str) -> list[Event]:
        return [event for _, event in moment.past(ledger.stream(stream))]

    nominated = ledger.streams_of("nominations-opened.v1", "nominations/")
    opened = [event for stream in dict.fromkeys(nominated) for event in past(stream)]
    named = {str(getattr(e, "contest", "")): None for e in opened if getattr(e, "election", "") == election}
    contests = dict.fromkeys((*contests_under(ledger, election, moment), *filter(None, named)))
    elsewhere = {
        matter: tuple(stream for stream in dict.fromkeys(ledger.streams_of(*where)) if binds(past(stream), election))
        for matter, where in ELSEWHERE.items()
    }
    return Known(
        fold(election_stream(election), past(f"election/{election}")),
        fold(timetable_stream(election), past(f"timetable/{election}")),
        fold(fee_stream(election), past(f"fee/{election}")),
        fold(ground_stream(election), past(f"ground/{election}")),
        fold(deferral_stream(election), past(f"deferral/{election}")),
        {name: fold(contest_stream(name), past(f"contest/{name}")) for name in contests},
        {name: fold(lot_stream(name), past(f"lot/{name}")) for name in contests},
        {**elsewhere, "scrutineer": tuple(stream for stream in SCRUTINEER if past(stream))},
    )


def binds(events: list[Event], election: str) -> bool:
    """Whether there is anything, and what was recorded of it last is no guidance, notice or withdrawal.

    What is of another election alone is nothing.
    """
    if not events or getattr(events[-1], "election", None) not in (None, election):
        return False
    return not events[-1].type.startswith("document-") or getattr(events[-1], "kind", "") == "binding"


def checklist(known: Known) -> tuple[Item, ...]:
    """Go through everything that an election needs decided; what was deferred and is not in the list comes last."""
    said = {each.about: each for each in known.deferrals.deferred}
    items = []
    for about, found in _matters(known):
        deferred = said.pop(about, None)
        if found:
            items.append(Item(about, "decided", found))
        elif deferred is not None:
            items.append(Item(about, "deferred", deferred.statement, deferred))
        else:
            items.append(Item(about, "missing", ""))
    items += [Item(about, "deferred", event.statement, event) for about, event in said.items() if _open(about, known)]
    return tuple(items)


def _matters(known: Known) -> Iterator[tuple[About, str]]:
    """Give every matter with what is on record of it; nothing where it is not decided."""
    yield About("rule-book"), _listed(known.elsewhere["rule-book"])
    yield About("code-of-conduct"), _listed(known.elsewhere["code-of-conduct"])
    yield About("timetable"), _number(len(known.timetable.steps), "date")
    for (step, category), date in known.timetable.steps.items():
        yield About(step, category), f"{date.local} {date.zone}"
    for step in undated(known.timetable):
        yield About(step), ""
    yield About("fee"), _listed(sorted({each.category for each in known.fees.versions}))
    yield About("grounds"), _listed(sorted(known.grounds.grounds))
    yield About("scrutineer"), _listed(known.elsewhere["scrutineer"])
    yield About("count-rule"), _number(len(known.election.rules), "rule")
    yield About("contests"), _listed(sorted(known.contests))
    for name, contest in known.contests.items():
        definition = contest.definition
        yield About("count-rule", contest=name), definition.count_rule if definition else ""
        rule = known.election.rules.get(definition.count_rule) if definition else None
        yield About("lot-commitments", contest=name), _lots(known.lots[name], rule)


def _lots(lots: Lot, rule: CountRule | None) -> str:
    if rule is not None and "lot" not in _ways(rule):
        return "the count rule has no lot"
    return _listed(list(lots.commitments))


def _ways(rule: CountRule) -> tuple[str, ...]:
    """Give the ways in which a rule breaks ties."""
    ties = getattr(rule, "ties", ())
    return (ties,) if isinstance(ties, str) else tuple(ties)


def _open(about: About, known: Known) -> bool:
    """Whether something deferred, of which nothing else is listed, is still not decided."""
    decided = {("fee", each.category) for each in known.fees.versions} | {*known.timetable.steps}
    return not any(about.covers(matter, category) for matter, category in decided)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
