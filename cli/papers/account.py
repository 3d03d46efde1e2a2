"""`pollbook account`, `turnout` and `report`: what became of every paper, beside the count."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from cli.look import counted_at, moment_from
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.field import ALL, rounded
from ledger.streams.report import ReportMade, Statement
from projections.counting import Counted
from projections.moment import Moment
from projections.papers.ballot_account import Line, Turnout

NOT_PUBLISHED = "-"
SECTIONS_SHOWN = 5  # side by side; more go below


def show_account(place: Place, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print the ballot account of every section, and whether it balances."""
    moment = moment_from(as_of, known_at)
    counted, _ = counted_at(place, contest, moment, balanced=False)
    account = counted.account
    faults = list(account.unbalanced())
    if as_json:
        lines = [_line_json(line) for line in account.shown]
        unbalanced = [{"section": name, "expected": wanted, "found": found} for name, wanted, found in faults]
        required = counted.contest.account
        say_json({"contest": contest, "account": required, "sections": lines, "unbalanced": unbalanced})
        return
    _say_title(counted, "Ballot account of", moment)
    for start in range(0, len(account.shown), SECTIONS_SHOWN):
        part = account.shown[start : start + SECTIONS_SHOWN]
        heads = ("papers", *(line.section for line in part))
        say(table(heads, _rows(part), right=range(1, len(heads))))
        say()
    _say_unknown(account.shown)
    if counted.contest.account != "required" and not any(line.stated for line in account.shown):
        say("No ballot account is on record; the contest does without")
        return
    if not faults:
        say("The account balances")
    for line in account.shown:
        if line.fault is not None:
            what = "does not balance" if line.difference else "cannot be balanced"
            say_wrapped(f"Section {line.section} {what}: expected {line.fault[0]}, found {line.fault[1]}")


def _rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    def row(label: str, numbers: Iterable[int | None]) -> tuple[str, ...]:
        return (label, *map(_said, numbers))

    rows = [row(name, (getattr(line, name) for line in lines)) for name in ("electorate", "distributed", "returned")]
    for field in ("set_aside", "spoilt", "rejected"):
        for reason in sorted({reason for line in lines for reason in getattr(line, field)}):
            label = f"{field.replace('_', ' ')}: {reason}"
            numbers = ((line, getattr(line, field).get(reason, 0)) for line in lines)
            rows.append(row(label, (n if line.stated or field == "rejected" else None for line, n in numbers)))
    rows.append(row("valid", (line.valid for line in lines)))
    rows.append(row("returned less all these", (line.difference for line in lines)))
    return rows


def _say_unknown(lines: Sequence[Line]) -> None:
    if any(
        number is None for line in lines for number in (line.electorate, line.distributed, line.returned, line.valid)
    ):
        say(f"{NOT_PUBLISHED} not on record: never published, or not stated yet")


def _said(number: int | None) -> str:
    return NOT_PUBLISHED if number is None else str(number)


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "section": line.section,
        "electorate": line.electorate,
        "distributed": line.distributed,
        "returned": line.returned,
        "set_aside": dict(line.set_aside),
        "spoilt": dict(line.spoilt),
        "rejected": dict(line.rejected),
        "valid": line.valid,
        "difference": line.difference,
    }


def show_turnout(place: Place, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print turnout by section, by both definitions, each with numerator and denominator."""
    moment = moment_from(as_of, known_at)
    counted, _ = counted_at(place, contest, moment, balanced=False)
    decimals = counted.rule.decimals
    lines = counted.account.shown
    if as_json:
        say_json(
            [
                {"section": line.section, "turnout": [_turnout_json(each, decimals) for each in line.turnouts]}
                for line in lines
            ]
        )
        return
    _say_title(counted, "Turnout in", moment)
    rows = [
        (line.section, each.what, _said(each.papers), each.of, _said(each.base), _percent(each, decimals))
        for line in lines
        for each in line.turnouts
    ]
    say(table(("section", "papers", "", "of", "", "%"), rows, right=(2, 4, 5)))
    say()
    _say_unknown(lines)
    if all(each.papers is None for line in lines for each in line.turnouts):
        say_wrapped(f"What the marked register knows of it: pollbook turnout {contest} --by section")


def _percent(turnout: Turnout, decimals: int) -> str:
    return NOT_PUBLISHED if turnout.exact is None else rounded(100 * turnout.exact, decimals)


def _turnout_json(turnout: Turnout, decimals: int) -> dict[str, Any]:
    exact = turnout.exact
    return {
        "papers": turnout.what,
        "numerator": turnout.papers,
        "of": turnout.of,
        "denominator": turnout.base,
        "exact": None if exact is None else f"{exact.numerator}/{exact.denominator}",
        "percent": None if exact is None else _percent(turnout, decimals),
    }


def show_report(place: Place, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print the scrutineer's report; before there is one, the numbers it has to have, and how it is recorded."""
    moment = moment_from(as_of, known_at)
    counted, events = counted_at(place, contest, moment)
    made = next((event for _, event in reversed(events) if isinstance(event, ReportMade)), None)
    if as_json:
        say_json(_report_json(made) if made else {"made": False} | _draft(counted))
        return
    if made is None:
        if counted.account.whole.returned is None:
            say_wrapped("There is no ballot account of every section yet: record state-account first.")
        say_wrapped(f"No report on contest {contest} is on record ({moment.says()}). With the numbers of the record:")
        say()
        say(json.dumps({"verb": "make-report"} | _draft(counted) | _OPEN, ensure_ascii=False))
        say()
        say_wrapped("Say in place of every null what holds, and record the line with: pollbook apply FILE")
        return
    _say_report(counted, made)


_OPEN = dict.fromkeys(("persons", "lawful", "secure", "independent"))  # for the scrutineer to say


def _draft(counted: Counted) -> dict[str, Any]:
    account = counted.account.whole
    cells = counted.cells
    votes = {name: cells.get((1, ALL, name, "votes")) for name in counted.table.candidates}
    return {
        "contest": counted.contest.contest,
        "distributed": account.distributed,
        "returned": account.returned,
        "votes": [{"candidate": name, "votes": int(number)} for name, number in votes.items() if number is not None],
        "spoilt": account.invalid,
    }


def _report_json(made: ReportMade) -> dict[str, Any]:
    return {"made": True} | made.model_dump(mode="json", exclude_none=True)


def _say_report(counted: Counted, made: ReportMade) -> None:
    say_wrapped(f"Scrutineer's report on {counted.contest.office} ({made.contest}), by {made.actor}, {made.recorded}")
    say()
    rows = [("papers distributed", str(made.distributed)), ("papers returned", str(made.returned))]
    rows += [(f"valid votes for {counted.names[each.candidate]}", str(each.votes)) for each in made.votes]
    rows.append(("papers spoilt or otherwise invalid", str(made.spoilt)))
    say(table(("", "number"), rows, right=(1,)))
    say()
    say_wrapped("Appointed to store, distribute or count papers: " + ("; ".join(made.persons) or "nobody") + ".")
    for what, statement in _statements(made):
        say_wrapped(f"{what}: " + ("satisfied." if statement.satisfied else f"not satisfied. {statement.reasons}"))
    for each in made.inspections:
        instance = "on request" if each.instance == "request" else "on the scrutineer's own initiative"
        say_wrapped(f"Register inspected {instance}: {each.found}")
    if not made.inspections:
        say("The register was not inspected.")


def _statements(made: ReportMade) -> tuple[tuple[str, Statement], ...]:
    return (
        ("No reasonable grounds to believe that a requirement of law was contravened", made.lawful),
        ("Papers and count were kept as secure as was reasonably practicable", made.secure),
        ("No interference that could call the scrutineer's independence in question", made.independent),
    )


def _say_title(counted: Counted, what: str, moment: Moment) -> None:
    say_wrapped(f"{what} {counted.contest.office} ({counted.contest.contest}), {moment.says()}")
    for words in counted.provenance:
        say_wrapped(f"{words[0].upper()}{words[1:]}.")
    say()
