"""What a ruling, or the remedy of an appeal, does to papers: in the transaction in which it reaches the roll.

A paper that did not come back is cancelled with its entry. One that did is set aside as long as it can be told which it
is: until the papers of its section are read, or the list that ties papers to electors is sealed or destroyed. From then
on it is recorded as unlinked: no ruling takes it out of the count any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ledger.case_papers import CasePaper, CasePapers
from ledger.decision import Act, State, Unchanged
from ledger.errors import refused
from ledger.event import Event
from ledger.streams.appeal_events import RemedyOrdered
from ledger.streams.entry import Entries
from ledger.streams.issued import (
    Issued,
    PaperCancelled,
    PaperIssued,
    PaperSetAside,
    PaperUnlinked,
    SetAsideReversed,
    issued_stream,
)
from ledger.streams.ruling_events import RulingMade

WHY = {
    "papers-read": "the papers of the section were read",
    "list-sealed": "the list that ties papers to electors was sealed",
    "list-destroyed": "the list that ties papers to electors was destroyed",
}
INSTEAD = "Order none-possible and say why, or what can still be done: apology, refund"
TYPES = (
    *("contest-defined.v1", "poll-closed.v1", "papers-issued.v1", "paper-issued.v1", "paper-cancelled.v1"),
    *("linkage-sealed.v1", "linkage-destroyed.v1", "batch-opened.v1", "marks-reconciled.v1"),
    *("return-marked.v1", "roll-build-closed.v1"),
)  # what the figures are taken from


def papers_guard(figures: CasePapers) -> Unchanged:
    """Guard that since the figures were taken nothing became of the papers that they are about."""
    prefixes = ["contest/", f"build/{figures.election}/"]
    for contest in figures.contests:
        prefixes += [f"issue/{contest}/", f"linkage/{contest}", f"batch/paper/{contest}/", f"marks/{contest}/"]
        prefixes += [f"issued/{contest}/{figures.person}", f"returned/{contest}/{figures.person}"]
    return Unchanged(figures.position, TYPES, tuple(prefixes))


def papers_ruled(made: RulingMade, act: Act, case: State, figures: CasePapers) -> Iterator[Event]:
    """Give what becomes of papers as somebody is told of a ruling.

    The papers are those of the entries that it removes, and where it says what becomes of papers, of all that it names.
    """
    numbers = {each.number for each in made.effects if each.action == "remove" or made.papers != "none"}
    after: Counter[str] = Counter()
    for paper in figures.papers:
        if paper.number not in numbers or not paper.held or paper.set_aside:
            continue
        envelope = _envelope(paper, act, figures, after[paper.contest])
        about: dict[str, Any] = {"basis": case.stream, "contest": paper.contest, "number": paper.number}
        if paper.returned is False:
            yield PaperCancelled(**envelope, **about, cause="ruling")
        elif paper.unlinked and (made.papers == "set-aside" or paper.returned is None):
            yield PaperUnlinked(**envelope, **about, why=paper.unlinked)
        elif made.papers == "set-aside":
            yield PaperSetAside(**envelope, **about)
        else:
            continue
        after[paper.contest] += 1


def _envelope(paper: CasePaper, act: Act, figures: CasePapers, after: int = 0) -> Mapping[str, Any]:
    return act.on(Issued(issued_stream(paper.contest, figures.person).stream, paper.versions), after)


def require_paper_remedy(
    remedy: str, contest: str | None, entry: int | None, figures: CasePapers, where: str
) -> CasePaper | None:
    """Give the paper that a remedy is about; None of one that is about no paper.

    Raises:
        RefusedError: `remedy-not-possible`: the poll closed, or the paper cannot be told from others any more.
    """
    if remedy not in ("issue-paper", "count-set-aside"):
        return None
    paper = figures.of(contest, entry)
    if paper is None:
        found = f"contest {contest or 'none'}, entry {entry or 'none'}"
        raise refused("remedy-not-possible", where, "a contest, and an entry of the person in it", found, INSTEAD)
    if remedy == "issue-paper":
        if paper.closed:
            found = f"the poll of {paper.contest} closed"
            raise refused("remedy-not-possible", where, f"{remedy} before the close", found, INSTEAD)
        return paper
    if not paper.set_aside or paper.unlinked:
        found = WHY[paper.unlinked] if paper.unlinked else "a paper that was not set aside"
        raise refused("remedy-not-possible", where, "a paper that was set aside, and not read yet", found, INSTEAD)
    return paper


def papers_remedied(
    ordered: RemedyOrdered, act: Act, appeal: State, entries: Entries, figures: CasePapers
) -> Iterator[Event]:
    """Give what becomes of a paper as a remedy is done.

    Raises:
        RefusedError: what `require_paper_remedy` raises; `entry-not-live`: restore the entry first.
    """
    paper = require_paper_remedy(ordered.remedy, ordered.contest, ordered.entry, figures, appeal.stream)
    if paper is None:
        return
    about: dict[str, Any] = {"basis": appeal.stream, "contest": paper.contest, "number": paper.number}
    if ordered.remedy == "count-set-aside":
        yield SetAsideReversed(**_envelope(paper, act, figures), **about)
        return
    if not entries.entries[paper.number].live:
        remedy = "Order and do restore-entry first"
        expected = "an entry that is on the roll"
        raise refused("entry-not-live", appeal.stream, expected, f"entry {paper.number}, removed", remedy)
    if not paper.held:
        yield PaperIssued(**_envelope(paper, act, figures), **about, reason="appeal")


def require_papers_settled(
    case: State, number: int, remedies: Iterable[RemedyOrdered], figures: CasePapers, where: str
) -> None:
    """Refuse to restore an entry while nobody has said what becomes of its paper (`paper-remedy-missing`).

    A paper that the ruling cancelled is issued again, one that it set aside is counted, or none of it is possible: each
    is a remedy that names the contest.
    """
    settled: Collection[str | None] = {
        each.contest for each in remedies if each.remedy in ("issue-paper", "count-set-aside", "rerun", "none-possible")
    }
    for paper in figures.papers:
        lost = paper.set_aside or (not paper.held and paper.by == case.stream)
        if paper.number == number and lost and paper.contest not in settled:
            expected = f"a remedy for the paper in contest {paper.contest}: issue-paper, count-set-aside, none-possible"
            found = "set aside" if paper.set_aside else "cancelled by the ruling"
            remedy = f"Record order-remedy --contest {paper.contest} first"
            raise refused("paper-remedy-missing", where, expected, f"none, for one {found}", remedy)
