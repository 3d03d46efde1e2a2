"""`pollbook cases`: the cases of a ledger as a list."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from cli.look import moment_from, require_known
from cli.office import opened
from cli.place import Place
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.errors import nearest
from projections.cases.listing import CaseLine, case_lines, case_names, linked_cases, people_with_cases
from projections.story.words import counted

STANDS = {
    "closed": "closed",
    "told": "ruled, told",
    "ruled": "ruled, not told",
    "not-allocated": "no panel yet",
    "not-noticed": "no notice yet",
    "awaits-ruling": "awaits ruling",
}


class Which(NamedTuple):
    """Which cases are listed: those open only, about one person only, linked to one incident only; at most so many."""

    only_open: bool = False
    person: str = ""
    limit: int = 50
    incident: str = ""


def list_cases(place: Place, which: Which, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """List cases.

    Raises:
        UsageError: `bad-moment`.
        RefusedError: `unknown-incident`.
    """
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        names = case_names(ledger, which.person)
        near = "" if names or not which.person else nearest(which.person, people_with_cases(ledger))
        if which.incident:
            linked = linked_cases(ledger, which.incident)
            names = [each for each in linked if each in names] if which.person else linked
        with progress("reading", len(names)) as bar:
            lines = case_lines(ledger, bar.over(names), moment)
            wanted = (line for line in lines if line.open or not which.only_open)
            found = list(islice(wanted, which.limit + 1))
    shown, more = found[: which.limit], len(found) > which.limit
    if as_json:
        say_json({"cases": [line._asdict() for line in shown], "more": more})
        return
    say(table(("case", "opened", "person", "grounds", "panel", "stands", "ruling"), [_row(line) for line in shown]))
    kind = "open case" if which.only_open else "case"
    about = f" about {which.person}{near}" if which.person else ""
    about += f" linked to incident {which.incident}" if which.incident else ""
    beyond = "; there are more: see --limit" if more else ""
    say_wrapped(f"{counted(len(shown), kind)}{about} ({moment.says()}){beyond}")


def _row(line: CaseLine) -> tuple[str, ...]:
    grounds = ", ".join(line.grounds)
    return (
        line.case,
        line.opened[:10],
        line.person,
        grounds,
        line.panel or "-",
        STANDS[line.stands],
        line.ruling or "-",
    )
