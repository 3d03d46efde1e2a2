"""`pollbook appeals`: the docket of appeals, and what was tried where none lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cli.cases.deadlines import deadlines_in, held_against, require_decider
from cli.cases.overseeing import Overseen, overseen
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from ledger.streams.interest import interests_stream
from projections.oversight.appeal_folding import MANNERS
from projections.oversight.docket import STATES, Docket, DocketLine, DocketTotals, docket_totals, evidence_given
from projections.oversight.lateness import calendar_of
from projections.oversight.panels import as_known, elections_known
from projections.oversight.register import PAGE, page_of
from projections.papers.projection import PaperProjection
from projections.story.words import counted

DAY_LENGTH = len("2010-09-25")
CAME = tuple(MANNERS.values())


class Wanted(NamedTuple):
    """Which appeals are asked for: empty lets all through; `page` counts from 1."""

    state: str = ""
    manner: str = ""
    panel: str = ""
    too_late: bool = False
    page: int = 1

    def lets_through(self, line: DocketLine) -> bool:
        """Whether it asks for an appeal."""
        return (
            self.state in ("", line.row.state)
            and self.manner in ("", line.row.manner)
            and self.panel in ("", line.whose)
            and (line.too_late or not self.too_late)
        )

    def says(self) -> str:
        """Say what is asked for."""
        parts = [f"state {self.state}" if self.state else "", f"came {self.manner}" if self.manner else ""]
        parts += [f"of {self.panel}" if self.panel else "", "upheld too late" if self.too_late else ""]
        return ", ".join(each for each in parts if each) or "all"


def show_appeals(
    place: Place, election: str, wanted: Wanted, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Show a page of the docket, and what all the appeals that are asked for come to.

    Raises:
        UsageError: `unknown-state`, `unknown-manner`, `unknown-panel`, `bad-moment`, `no-such-page`.
        RefusedError: `no-cases`.
    """
    _require("--state", wanted.state, STATES, "unknown-state")
    _require("--came", wanted.manner, CAME, "unknown-manner")
    with overseen(place, election, as_of, known_at, [PaperProjection()], unplaced=True) as seen:
        lines = docket_in(seen).lines
    require_decider(seen, wanted.panel)
    rows = [each for each in lines if wanted.lets_through(each)]
    page, totals = page_of(rows, wanted.page), docket_totals(rows)
    if as_json:
        say_json(_plain(seen, wanted, page, totals))
        return
    if page:
        heads = ("appeal", "received", "came", "reviewers", "state", "remedy", "too late")
        say(table(heads, [_line(each) for each in page]))
    pages = max(1, -(-len(rows) // PAGE))
    say_wrapped(
        f"{wanted.says()}: {counted(len(rows), 'appeal')} of election {election} ({seen.moment.says()}); "
        f"page {wanted.page} of {pages}"
    )
    if rows:
        _say_totals(totals)
    for each in page:
        for why in each.dependent or ():
            say_wrapped(f"Not independent in {each.row.case}/{each.row.ruling}: {why}.")


def docket_in(seen: Overseen) -> Docket:
    """Give the docket of what is overseen."""
    at = held_against(seen)
    election = seen.oversight.election
    deadlines = deadlines_in(seen, calendar_of(seen.ledger, election, seen.moment, at))
    reviewers = sorted({person for each in seen.oversight.appeals for person in each.reviewers})
    interests = {each: as_known(seen.ledger, interests_stream(each), seen.moment) for each in reviewers}
    elections = elections_known(seen.ledger, interests.values(), seen.moment)
    return Docket(seen.oversight, deadlines, at, interests, elections, evidence_given(seen.database, election))


def _require(option: str, value: str, known: tuple[str, ...], code: str) -> None:
    if value and value not in known:
        found = f"{value!r}{nearest(value, known)}"
        raise UsageError(code, option, expected=", ".join(known), found=found, remedy="Correct the option")


def _line(line: DocketLine) -> tuple[str, ...]:
    row = line.row
    reviewers = f"{len(row.reviewers)}" if row.reviewers else "-"
    if line.dependent:
        reviewers += ", not independent"
    return (
        f"{row.case}/{row.ruling}",
        row.received[:DAY_LENGTH],
        f"{row.manner}, let in" if row.leave == "granted" else row.manner,
        reviewers,
        row.state,
        line.remedy,
        "yes" if line.too_late else "-",
    )


def _say_totals(totals: DocketTotals) -> None:
    groups = (("came", totals.manners), ("state", totals.states), ("remedy of those upheld", totals.remedies))
    rows = [
        (name if first else "", value, f"{number:,}")
        for name, counts in groups
        for first, (value, number) in zip((True, *[False] * len(counts)), counts.items(), strict=False)
    ]
    say()
    say(table(("of all these", "", "appeals"), rows, right=(2,)))
    tried = counted(totals.attempts, "time")
    say_wrapped(
        f"Tried where no appeal lies: {tried}. Upheld too late to matter: {totals.too_late:,}. "
        f"With a reviewer who is not independent by what is known now: {totals.dependent:,}."
    )


def _plain(seen: Overseen, wanted: Wanted, page: Sequence[DocketLine], totals: DocketTotals) -> dict[str, Any]:
    return {
        "election": seen.oversight.election,
        "events": seen.known + 1,
        "query": wanted.says(),
        "page": wanted.page,
        "pages": max(1, -(-totals.appeals // PAGE)),
        "totals": totals._asdict(),
        "appeals": [plain_appeal(each) for each in page],
    }


def plain_appeal(line: DocketLine) -> dict[str, Any]:
    """Give an appeal as plain values, all that is on record of it."""
    row = line.row
    values = row._asdict() | {"remedies": [each._asdict() for each in row.remedies], "state": row.state}
    more = {"whose": line.whose, "dependent": line.dependent, "remedy": line.remedy, "poll_closed": line.poll}
    found = values | more | {"too_late": line.too_late, "ruling_grounds": line.ruling.grounds}
    return {name: value for name, value in found.items() if value is not None}
