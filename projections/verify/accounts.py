"""The check of ballot accounts: of a contest and section that exist, each reason once, withheld where papers are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ledger.field import ALL
from ledger.streams.account import AccountStated
from projections.verify.finding import Finding

if TYPE_CHECKING:
    from ledger.event import Event
    from projections.verify.contests import ContestSeen
    from projections.verify.record import RecordRead


def check_accounts(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E2: all accounts that were stated; whether they balance is seen where something is declared on them."""
    for position, event in record.others:
        if not isinstance(event, AccountStated):
            continue
        contest = contests.get(event.contest)
        if contest is None or contest.definition is None:
            yield Finding("E2", "unknown-contest", position, event.stream, "a contest that was defined", event.contest)
            continue
        if event.section not in (*contest.state.sections, ALL):
            yield Finding("E2", "unknown-section", position, event.stream, "a section of the contest", event.section)
        for field, parts in (("set_aside", event.set_aside), ("spoilt", event.spoilt)):
            for reason, times in Counter(part.reason for part in parts).items():
                if times > 1:  # only one of them would be read
                    what = f"{event.stream}, {field}"
                    yield Finding("E2", "duplicate-reason", position, what, "each reason once", f"{reason} again")
        yield from check_audience("E2", contest, position, event)


def check_audience(check: str, contest: ContestSeen, position: int, event: Event) -> Iterator[Finding]:
    """An event whose audience is its contest's has a blind just where the contest's papers are withheld."""
    if contest.definition is None:
        return
    withheld = contest.definition.paper_publication != "papers"
    if (event.blind is not None) != withheld:
        expected, found = ("a blind", "none") if withheld else ("no blind", "one")
        yield Finding(check, "wrong-audience", position, event.stream, expected, found)
