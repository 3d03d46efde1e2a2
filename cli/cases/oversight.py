"""`pollbook rulings`: the register of rulings, with totals of the very rulings that are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from cli.cases.overseeing import Overseen, overseen
from cli.look import time_from
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from projections.moment import DAY_END
from projections.oversight.register import (
    PAGE,
    Filter,
    Totals,
    checked,
    filtered,
    hours_of,
    page_of,
    percent,
    totals_of,
)
from projections.oversight.rows import RulingRow
from projections.story.words import counted

DAY_LENGTH = len("2010-09-25")
NONE = "-"


class Wanted(NamedTuple):
    """What of the rulings is asked for, as it was typed; `page` counts from 1."""

    ground: str = ""
    panel: str = ""
    rule: str = ""
    source: str = ""
    outcome: str = ""
    since: str | None = None
    until: str | None = None
    page: int = 1

    def filter(self) -> Filter:
        """Give what is asked for; a day begins with its first second and ends with its last (`bad-moment`)."""
        since, until = time_from("--from", self.since), time_from("--to", self.until)
        if since and len(self.since or "") == DAY_LENGTH:
            since = since.removesuffix(DAY_END) + "T00:00:00Z"
        if since and until and until < since:
            expected = f"a moment from {since} on"
            raise UsageError("bad-moment", "--to", expected=expected, found=until, remedy="Correct one of the two")
        return Filter(self.ground, self.panel, self.rule, self.source, self.outcome, since or "", until or "")


def one_election(words: Sequence[str]) -> str:
    """Give the id of the election, if nothing else was said (`one-election`)."""
    if len(words) != 1:
        remedy = "Leave out the rest; or: pollbook rulings consistency ELECTION"
        found = " ".join(words) + nearest(words[0], ("consistency",)) if words else "none"
        raise UsageError("one-election", "rulings", expected="the id of one election", found=found, remedy=remedy)
    return words[0]


def show_rulings(
    place: Place, election: str, wanted: Wanted, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Show a page of the register, and what all the rulings that are asked for come to.

    Raises:
        UsageError: `bad-moment`, `no-such-page`, and what `checked` raises.
        RefusedError: `no-cases`.
    """
    asked = wanted.filter()
    with overseen(place, election, as_of, known_at, rulings_only=True) as seen:
        checked(asked, seen.oversight)
        rows = filtered(seen.oversight.rulings, asked)
        shown, totals = page_of(rows, wanted.page), totals_of(rows)
        if as_json:
            say_json(_plain(seen, asked, wanted.page, seen.placed(shown), totals))
            return
    if shown:
        heads = ("ruling", "made", "outcome", "ground", "by", "source", "words", "appeal")
        several = {each.ground for each in seen.oversight.grounds if each.version > 1}
        say(table(heads, [_line(row, several) for row in shown], right=(6,)))
    pages = max(1, -(-len(rows) // PAGE))
    say_wrapped(
        f"{asked.says()}: {counted(len(rows), 'ruling')} of election {election} ({seen.moment.says()}); "
        f"page {wanted.page} of {pages}"
    )
    if rows:
        _say_totals(totals)


def _line(row: RulingRow, several: Collection[str]) -> tuple[str, ...]:
    """Give a ruling as a line; words are those of its reasons, a version that of a ground which has several."""
    versions = {each.ground: each.version for each in row.found if each.ground in several}
    grounds = ", ".join(f"{each} v{versions[each]}" if versions.get(each) else each for each in row.grounds)
    return (
        row.id,
        row.ruled[:DAY_LENGTH],
        row.outcome,
        grounds or NONE,
        row.decider,
        row.detection,
        f"{row.reasons_words:,}",
        row.appeal_state,
    )


def _say_totals(totals: Totals) -> None:
    rows = [
        (name if first else "", value, f"{number:,}", percent(number, totals.rulings))
        for name, counts in totals.by.items()
        for first, (value, number) in zip((True, *[False] * len(counts)), counts.items(), strict=False)
    ]
    say()
    say(table(("of all these", "", "rulings", "share"), rows, right=(2, 3)))
    if totals.hours:
        least, middle, most = totals.hours
        say_wrapped(f"From notice to ruling: {least:,} hours at least, {middle:,} the median, {most:,} at most")


def _plain(seen: Overseen, asked: Filter, page: int, shown: Sequence[RulingRow], totals: Totals) -> dict[str, Any]:
    least, middle, most = totals.hours or (None, None, None)
    hours = {"least": least, "median": middle, "most": most}
    return {
        "election": seen.oversight.election,
        "query": asked.says(),
        "events": seen.known + 1,
        "rulings": totals.rulings,
        "page": page,
        "pages": max(1, -(-totals.rulings // PAGE)),
        "totals": {**totals.by, "notice_to_ruling_hours": hours},
        "list": [plain_ruling(row) for row in shown],
    }


def plain_ruling(row: RulingRow) -> dict[str, Any]:
    """Give a ruling as plain values, all that the row has, but for what is not on record."""
    lists = {"found": [each._asdict() for each in row.found], "place": row.place._asdict()}
    appeal = {"remedies": [each._asdict() for each in row.appeal.remedies]} if row.appeal else {}
    values = row._asdict() | lists | {"appeal": row.appeal._asdict() | appeal if row.appeal else None}
    more = {"grounds": row.grounds, "by": row.decider, "appeal_state": row.appeal_state, "hours": hours_of(row)}
    return {name: value for name, value in (values | more).items() if value is not None}
