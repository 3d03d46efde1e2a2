"""What a ruling reversed, or an entry restored or removed, makes of papers: at most one more, or one fewer.

The ballot is secret: whose paper is which is not on record. So only numbers follow, by section: somebody kept off the
roll might have returned a paper, and of somebody wrongly on it who did, one of the papers counted is theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from ledger.decision import AnyState, fold
from ledger.errors import nearest, refused
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.application import Application
from ledger.streams.case import PREFIX as CASE
from ledger.streams.case import case_stream
from ledger.streams.entry import entry_stream
from ledger.streams.franchise import franchise_stream
from projections.person_papers import papers_of_person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.case_papers import CasePaper
    from ledger.errors import RefusedError
    from ledger.rules.question import Elector, RulingNamed
    from ledger.streams.contest import ContestDefined
    from ledger.streams.entry import EntryNow
    from projections.person_papers import Streams

Papers = Mapping[int, "CasePaper"]


class Effects(NamedTuple):
    """Papers by section, at most so many more and at most so many fewer, and what a reader has to know."""

    added: Mapping[str, int] = {}
    removed: Mapping[str, int] = {}
    notes: tuple[str, ...] = ()


COUNTED = Effects(notes=("Somebody put off the roll had returned a paper that was counted all the same.",))
UNUSED = Effects(notes=("Somebody had a paper, and did not return it.",))
NO_PAPER = Effects(notes=("Somebody on the roll had no paper that was counted.",))
UNTOLD = Effects(notes=("A ruling of which nobody was told had no effect.",))
NONE = Effects(notes=("A ruling decided nothing about an entry: reversed, it changes no paper.",))


def effects_of_ruling(record: Streams, contest: ContestDefined, named: RulingNamed, position: int) -> Effects:
    """Say what papers there would be had a ruling gone the other way.

    Raises:
        RefusedError: `unknown-ruling`, `mixed-contests`, `already-reversed`.
    """
    case = _state(record, case_stream(named.case))
    where = f"ruling {named.case}/{named.ruling}"
    if not 1 <= named.ruling <= len(case.rulings):
        cases = [stream.removeprefix(CASE) for stream in record.streams_of("case-opened.v1", CASE)]
        there = f"{len(case.rulings)} on the case" if case.opened else f"no such case{nearest(named.case, cases)}"
        raise refused("unknown-ruling", where, "a ruling on record", there, "See: pollbook cases")
    if case.election != contest.election:
        raise _mixed(contest, f"one of election {case.election}", where)
    ruling = case.rulings[named.ruling - 1]
    if ruling.notified is None:
        return UNTOLD
    effects = {each.number: each.action for each in ruling.made.effects if each.action != "none"}
    person = case.person
    papers = _papers(record, contest, person, position)
    entries = _state(record, entry_stream(case.election, person)).entries
    if not effects:
        subject = case.opened.subject if case.opened else ""
        return _of_application(record, contest, (ruling.made.outcome, subject), [*entries.values()], papers, where)
    found = []
    for number, action in effects.items():
        entry = entries[number]
        if entry.section not in [each.id for each in contest.sections]:
            raise _mixed(contest, f"an entry in section {entry.section}", where)
        if action == "remove":
            found.append(_restored(entry, papers, where))
        elif not entry.live:
            raise _reversed(f"entry {number} was removed again", where)
        else:
            found.append(_fewer(entry, papers))
    return _sum(found)


def _of_application(
    record: Streams,
    contest: ContestDefined,
    decided: tuple[str, str],
    entries: list[EntryNow],
    papers: Papers,
    where: str,
) -> Effects:
    """Of an application refused: one paper more in the section of its category; of one admitted, one fewer."""
    outcome, subject = decided
    if not subject.startswith(APPLICATION) or outcome not in ("refuse", "admit"):
        return NONE
    received = _state(record, Application(subject)).received
    franchise = _state(record, franchise_stream(contest.election)).rule
    category = franchise.category(received.category) if franchise and received else None
    if category is None:
        return NONE
    if category.section not in [each.id for each in contest.sections]:
        raise _mixed(contest, f"an applicant for section {category.section}", where)
    here = [each for each in entries if each.section == category.section]
    if outcome == "refuse":
        return _sum([_restored(each, papers, where) for each in here]) if here else Effects({category.section: 1})
    return _sum([_fewer(each, papers) for each in here if each.live])


def effects_of_entry(
    record: Streams, contest: ContestDefined, elector: Elector, position: int, *, restore: bool
) -> Effects:
    """Say what papers there would be had somebody been on the roll, or not been.

    Raises:
        RefusedError: `unknown-entry`, `mixed-contests`, `entry-live`, `entry-not-live`.
    """
    where = f"entry {elector.person}/{elector.number}"
    state = _state(record, entry_stream(contest.election, elector.person))
    entry = state.entries.get(elector.number)
    if entry is None:
        others = [
            each
            for each in record.streams_of("entry-added.v1", "entry/")
            if each.endswith(f"/{elector.person}") and each != state.stream
        ]
        if others:
            raise _mixed(contest, f"an elector of election {others[0].split('/')[1]}", where)
        found = f"entries {', '.join(map(str, state.entries)) or 'none'}"
        raise refused(
            "unknown-entry", where, f"an entry on the roll of {contest.election}", found, "See: pollbook roll"
        )
    if entry.section not in [each.id for each in contest.sections]:
        raise _mixed(contest, f"an entry in section {entry.section}", where)
    papers = _papers(record, contest, elector.person, position)
    if restore:
        if entry.live and papers[elector.number].held:
            raise refused("entry-live", where, "an entry that had no vote", "one with a paper", "Leave it out")
        return _more(entry, papers)
    if not entry.live:
        raise refused("entry-not-live", where, "an entry that is on the roll", "one that was removed", "Leave it out")
    return _fewer(entry, papers)


def _restored(entry: EntryNow, papers: Papers, where: str) -> Effects:
    """Give the paper of somebody put off the roll; refused where they are on it again, and could vote."""
    if entry.live and papers[entry.number].held:
        raise _reversed(f"entry {entry.number} is on the roll again, with a paper", where)
    return _more(entry, papers)


def _more(entry: EntryNow, papers: Papers) -> Effects:
    paper = papers[entry.number]
    if not paper.held or paper.set_aside:
        return Effects({entry.section: 1})
    return UNUSED if paper.returned is False else COUNTED


def _fewer(entry: EntryNow, papers: Papers) -> Effects:
    paper = papers[entry.number]
    if not paper.held or paper.set_aside:
        return NO_PAPER
    return UNUSED if paper.returned is False else Effects(removed={entry.section: 1})


def _sum(parts: Iterable[Effects]) -> Effects:
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    notes: list[str] = []
    for each in parts:
        added.update(each.added)
        removed.update(each.removed)
        notes += each.notes
    return Effects(added, removed, tuple(notes))


def _papers(record: Streams, contest: ContestDefined, person: str, position: int) -> Papers:
    _, papers = papers_of_person(record, position, contest.election, person)
    return {paper.number: paper for paper in papers if paper.contest == contest.contest}


def _mixed(contest: ContestDefined, found: str, where: str) -> RefusedError:
    sections = ", ".join(each.id for each in contest.sections)
    expected = f"electors of contest {contest.contest} of election {contest.election}: {sections}"
    return refused("mixed-contests", where, expected, found, "Ask of each contest on its own")


def _reversed(found: str, where: str) -> RefusedError:
    return refused("already-reversed", where, "a ruling that kept somebody from voting", found, "Leave it out")


def _state(record: Streams, empty: AnyState) -> AnyState:
    return fold(empty, (event for _, event in record.stream(empty.stream)))
