"""What a ruling reversed, or an entry restored or removed, makes of papers: at most one more, or one fewer.

The ballot is secret: whose paper is which is not on record. So only numbers follow, by section: somebody kept off the
roll might have returned a paper, and of somebody wrongly on it who did, one of the papers counted is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from ledger.decision import AnyState, fold
from ledger.errors import RefusedError, nearest, refused
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.application import Application
from ledger.streams.case import PREFIX as CASE
from ledger.streams.case import Case, Ruling, case_stream
from ledger.streams.entry import entry_stream
from ledger.streams.franchise import franchise_stream
from projections.papers.of_person import papers_of_person

if TYPE_CHECKING:
    from ledger.case_papers import CasePaper
    from ledger.rules.question import Elector, RulingNamed
    from ledger.streams.contest import ContestDefined
    from ledger.streams.entry import EntryNow
    from projections.whatif.seen import Seen

Papers = Mapping[int, "CasePaper"]
Key = tuple[str, int, str]  # person, number of the entry, section; number 0: an applicant who never had an entry


class Paper(NamedTuple):
    """One paper more, or one fewer; `certain` of one that is known to have come back."""

    section: str
    category: str
    change: Literal["more", "fewer"]
    certain: bool = False


class Effects(NamedTuple):
    """Papers by whose they are, each once whatever it follows from; and what a reader has to know."""

    papers: Mapping[Key, Paper] = {}
    notes: tuple[str, ...] = ()


COUNTED = Effects(notes=("Somebody put off the roll had returned a paper that was counted all the same.",))
UNUSED = Effects(notes=("Somebody had a paper, and did not return it.",))
NO_PAPER = Effects(notes=("Somebody on the roll had no paper that was counted.",))
UNTOLD = Effects(notes=("A ruling of which nobody was told had no effect.",))
NONE = Effects(notes=("A ruling decided nothing about an entry: reversed, it changes no paper.",))


def effects_of_ruling(record: Seen, contest: ContestDefined, named: RulingNamed, position: int) -> Effects:
    """Say what papers there would be had a ruling gone the other way.

    Raises:
        RefusedError: `unknown-ruling`, `mixed-contests`, `already-reversed`.
    """
    found = []
    for part in parts_of_ruling(record, contest, named, position):
        if isinstance(part, RefusedError):
            raise part
        found.append(part)
    return total(found)


def parts_of_ruling(
    record: Seen, contest: ContestDefined, named: RulingNamed, position: int
) -> Iterator[Effects | RefusedError]:
    """Give what a ruling decided about each entry, or why that cannot be supposed to be otherwise.

    Raises:
        RefusedError: `unknown-ruling`.
    """
    case = _state(record, case_stream(named.case))
    where = f"ruling {named.case}/{named.ruling}"
    if not 1 <= named.ruling <= len(case.rulings):
        cases = [stream.removeprefix(CASE) for stream in record.streams_of("case-opened.v1", CASE)]
        there = f"{len(case.rulings)} on the case" if case.opened else f"no such case{nearest(named.case, cases)}"
        raise refused("unknown-ruling", where, "a ruling on record", there, "See: pollbook cases")
    ruling = case.rulings[named.ruling - 1]
    if case.election != contest.election:
        yield _mixed(contest, f"one of election {case.election}", where)
    elif ruling.notified is None:
        yield UNTOLD
    else:
        yield from _decided(record, contest, case, ruling, position)


def _decided(
    record: Seen, contest: ContestDefined, case: Case, ruling: Ruling, position: int
) -> Iterator[Effects | RefusedError]:
    """Give what a ruling of which the person was told decided."""
    where = f"ruling {case.id}/{ruling.made.ruling}"
    effects = {each.number: each.action for each in ruling.made.effects if each.action != "none"}
    papers = _papers(record, contest, case.person, position)
    entries = _state(record, entry_stream(case.election, case.person)).entries
    if not effects:
        subject = case.opened.subject if case.opened else ""
        yield from _of_application(
            record, contest, (ruling.made.outcome, subject, case.person), [*entries.values()], papers, where
        )
    for number, action in effects.items():
        entry = entries[number]
        if entry.section not in [each.id for each in contest.sections]:
            yield _mixed(contest, f"an entry in section {entry.section}", where)
        elif action == "remove":
            yield _restored(case.person, entry, papers, where)
        elif not entry.live:
            yield _reversed(f"entry {number} was removed again", where)
        else:
            yield _fewer(case.person, entry, papers)


def _of_application(
    record: Seen,
    contest: ContestDefined,
    decided: tuple[str, str, str],
    entries: list[EntryNow],
    papers: Papers,
    where: str,
) -> Iterator[Effects | RefusedError]:
    """Of an application refused: one paper more in the section of its category; of one admitted, one fewer."""
    outcome, subject, person = decided
    if not subject.startswith(APPLICATION) or outcome not in ("refuse", "admit"):
        yield NONE
        return
    received = _state(record, Application(subject)).received
    franchise = _state(record, franchise_stream(contest.election)).rule
    category = franchise.category(received.category) if franchise and received else None
    if category is None:
        yield NONE
        return
    section = category.section
    if section not in [each.id for each in contest.sections]:
        yield _mixed(contest, f"an applicant for section {section}", where)
        return
    here = [each for each in entries if each.section == section]
    if outcome == "refuse" and not here:
        yield Effects({(person, 0, section): Paper(section, category.category, "more")})
    for each in here:
        if outcome == "refuse":
            yield _restored(person, each, papers, where)
        elif each.live:
            yield _fewer(person, each, papers)


def effects_of_entry(
    record: Seen, contest: ContestDefined, elector: Elector, position: int, *, restore: bool
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
        return _more(elector.person, entry, papers)
    if not entry.live:
        raise refused("entry-not-live", where, "an entry that is on the roll", "one that was removed", "Leave it out")
    return _fewer(elector.person, entry, papers)


def _restored(person: str, entry: EntryNow, papers: Papers, where: str) -> Effects | RefusedError:
    """Give the paper of somebody put off the roll, unless they are on it again, and could vote."""
    if entry.live and papers[entry.number].held:
        return _reversed(f"entry {entry.number} is on the roll again, with a paper", where)
    return _more(person, entry, papers)


def _more(person: str, entry: EntryNow, papers: Papers) -> Effects:
    paper = papers[entry.number]
    if not paper.held or paper.set_aside:
        return Effects({(person, entry.number, entry.section): Paper(entry.section, entry.category, "more")})
    return UNUSED if paper.returned is False else COUNTED


def _fewer(person: str, entry: EntryNow, papers: Papers) -> Effects:
    paper = papers[entry.number]
    if not paper.held or paper.set_aside:
        return NO_PAPER
    if paper.returned is False:
        return UNUSED
    fewer = Paper(entry.section, entry.category, "fewer", certain=paper.returned is True)
    return Effects({(person, entry.number, entry.section): fewer})


def total(parts: Iterable[Effects]) -> Effects:
    """Put effects together: a paper that follows from several of them is one paper."""
    papers: dict[Key, Paper] = {}
    notes: list[str] = []
    for each in parts:
        papers |= each.papers
        notes += each.notes
    return Effects(papers, tuple(dict.fromkeys(notes)))


def _papers(record: Seen, contest: ContestDefined, person: str, position: int) -> Papers:
    """Give a person's papers in the contest by the number of the entry."""
    _, papers = papers_of_person(record, position, contest.election, person)
    return {paper.number: paper for paper in papers if paper.contest == contest.contest}


def _mixed(contest: ContestDefined, found: str, where: str) -> RefusedError:
    sections = ", ".join(each.id for each in contest.sections)
    expected = f"electors of contest {contest.contest} of election {contest.election}: {sections}"
    return refused("mixed-contests", where, expected, found, "Ask of each contest on its own")


def _reversed(found: str, where: str) -> RefusedError:
    return refused("already-reversed", where, "a ruling that kept somebody from voting", found, "Leave it out")


def _state(record: Seen, empty: AnyState) -> AnyState:
    return fold(empty, (event for _, event in record.stream(empty.stream)))
