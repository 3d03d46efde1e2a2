"""What can still be done for somebody whose appeal was allowed: so that nobody is told that nothing can, where it can.

What gives the vote back counts, and not an apology, which is always possible: the entry that the ruling took, the paper
that went with it, the application that it refused. Each is possible until the poll closes; a paper that was set aside
is put back with the others for as long as it can be told which it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.case_papers import CasePapers
from ledger.errors import refused
from ledger.streams.application import Application
from ledger.streams.case import Case
from ledger.streams.contest import Contest, require_contest
from ledger.streams.entry import Entries
from ledger.streams.refused_application import is_refused_by


def require_none_possible(
    case: Case, number: int, entries: Entries, named: Contest | None, application: Application, figures: CasePapers
) -> None:
    """Refuse to say that no remedy is possible where one is (`unknown-contest`, `remedy-possible`).

    Args:
        number: of the ruling that was appealed.
        named: the contest that is spoken of; None where every one of the election is.
    """
    if named is not None:
        require_contest(named)
    found = list(dict.fromkeys(_possible(case, number, entries, named, application, figures)))
    if found:
        where = f"appeal against ruling {number} on case {case.id}"
        remedy = f"Order {' or '.join(found)}; if one poll has closed and another not, name its contest"
        raise refused("remedy-possible", where, "an appeal for which nothing can be done", ", ".join(found), remedy)


def _possible(
    case: Case, number: int, entries: Entries, named: Contest | None, application: Application, figures: CasePapers
) -> Iterator[str]:
    """Give the remedies that are possible still."""
    made = case.rulings[number - 1].made
    for effect in made.effects:
        entry = entries.entries.get(effect.number)
        papers = [
            each
            for each in figures.papers
            if each.number == effect.number and (named is None or each.contest == named.id)
        ]
        is_open = any(not each.closed for each in papers) if papers else not (named and named.closed_at)
        if effect.action == "remove" and entry is not None and not entry.live and is_open:
            yield "restore-entry"
        for paper in papers:
            if paper.set_aside and not paper.unlinked:
                yield "count-set-aside"
            elif not paper.closed and not paper.held and paper.by == case.stream:
                yield "issue-paper"
    if is_refused_by(application, case, number) and not (named and named.closed_at):
        yield "admit"
