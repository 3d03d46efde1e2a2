"""`pollbook rules coverage DATE`: who was bound by what on a day, and since when by nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli.election.timetable import election_named
from cli.look import moment_from, require_known, time_from
from cli.office import opened
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table, wrapped
from ledger.decision import fold
from ledger.rules.steps import Key, step_text
from ledger.storage.store import Ledger
from ledger.streams.timetable import timetable_stream
from projections.election.coverage import Coverage, Gap, Rule, cover, rules_of
from projections.election.rules import read_rules, title_warnings
from projections.election.timetables import elections_of
from projections.moment import Moment
from projections.story.words import counted, listed

NOTHING = "-"


def show_coverage(
    place: Place, date: str, election: str, since: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Print for each class of actor which rules were in force, and the days without a code."""
    at = time_from("DATE", date) or ""
    known = moment_from(None, known_at)
    start = None if since is None else _start_of(since)
    with opened(place) as ledger:
        require_known(known, ledger)
        read = read_rules(ledger, known)
        if election:
            election_named(ledger, election, known)
        called = {name: event for name, event in elections_of(ledger, known).items() if election in ("", name)}
        steps = _steps(ledger, list(called), known)
    rules = rules_of(read, election or None)
    if start is None:
        start = min((event.effective for event in called.values()), default=None)
        start = start or min((rule.span.since for rule in rules), default=None)
    covered = cover(rules, at, start, steps)
    warnings = [*title_warnings(read), *_late_warnings(rules)]
    everyone = [rule for rule in rules if not rule.classes and rule.span.holds(at)]
    if as_json:
        say_json(
            {
                "at": at,
                "since": start,
                "everyone": [_rule_json(rule) for rule in everyone],
                "classes": [_coverage_json(each) for each in covered],
                "warnings": warnings,
            }
        )
        return
    whose = f" of election {election}" if election else ""
    say_wrapped(f"Rules{whose} in force at {at}, {known.says()}")
    say()
    _say_everyone(everyone)
    say()
    _say_classes(covered, looked_for=start is not None and start <= at)
    _say_gaps(covered, start, at)
    for warning in warnings:
        say("\n".join(wrapped(f"Warning: {warning}", 2)))


def _late_warnings(rules: Sequence[Rule]) -> list[str]:
    """Say which codes fill days that the ledger heard of only afterwards: those days rest on its keeper's word."""
    return [
        f"{rule.name} counts as in force from {rule.span.since}, and was recorded at {rule.recorded}"
        for rule in rules
        if rule.late and rule.classes and rule.kind == "binding"
    ]


def _start_of(text: str) -> str:
    """Read --since: a day's beginning, or a moment."""
    moment = time_from("--since", text) or ""
    return moment[: len("2010-09-25")] + "T00:00:00Z" if len(text) == len("2010-09-25") else moment


def _steps(ledger: Ledger, elections: Sequence[str], known: Moment) -> dict[Key, str]:
    """Give the steps of the timetable; of several elections none, for one would be taken for the other's."""
    if len(elections) != 1:
        return {}
    events = known.past(ledger.stream(f"timetable/{elections[0]}"))
    table = fold(timetable_stream(elections[0]), (event for _, event in events))
    return {key: date.utc for key, date in table.steps.items()}


def _say_everyone(everyone: Sequence[Rule]) -> None:
    kinds = [counted(sum(rule.kind == "binding" for rule in everyone), "binding clause")]
    kinds.append(f"{counted(sum(rule.kind == 'guidance' for rule in everyone), 'clause')} of guidance")
    say_wrapped(f"For everyone: {listed(kinds)} (see: pollbook rules)")


def _say_classes(covered: Sequence[Coverage], *, looked_for: bool) -> None:
    rows = [
        (
            each.actor_class,
            *map(_names, (each.binding, each.guidance, each.notices)),
            str(each.days) if looked_for else NOTHING,
        )
        for each in covered
    ]
    say(table(("class", "binding", "guidance", "notices", "days without a code"), rows, right=(4,)))


def _names(rules: Sequence[Rule]) -> str:
    return ", ".join(rule.name for rule in rules) or NOTHING


def _say_gaps(covered: Sequence[Coverage], start: str | None, at: str) -> None:
    say()
    if start is None or start > at:
        say_wrapped("Days without a code were not looked for: nothing on record is from before; say --since.")
        return
    same: dict[tuple[Gap, ...], list[str]] = {}
    for each in covered:
        same.setdefault(each.gaps, []).append(each.actor_class)
    say_wrapped(f"Times with no code in force that names the class, from {start} to {at}")
    for found, classes in same.items():
        if not found:
            say("\n".join(wrapped(f"{', '.join(classes)}: none", 2)))
        for gap in found:
            until = f"to {gap.until}, and still then" if gap.open else f"until {gap.until}"
            days = counted(gap.days, "whole day")
            say("\n".join(wrapped(f"{', '.join(classes)}: from {gap.since} {until}: {days}", 2)))
            for key, moment, left in gap.steps:
                after = f"{counted(left, 'whole day')} without a code came after it"
                say("\n".join(wrapped(f"  {step_text(key)} was in it, at {moment}; {after}", 4)))


def _rule_json(rule: Rule) -> dict[str, Any]:
    values = rule._asdict()
    span = values.pop("span")
    return values | {"in_force_from": span.since, "in_force_until": span.until}


def _coverage_json(coverage: Coverage) -> dict[str, Any]:
    return {
        "class": coverage.actor_class,
        "binding": [_rule_json(rule) for rule in coverage.binding],
        "guidance": [_rule_json(rule) for rule in coverage.guidance],
        "notices": [_rule_json(rule) for rule in coverage.notices],
        "days_without_a_code": coverage.days,
        "gaps": [_gap_json(gap) for gap in coverage.gaps],
    }


def _gap_json(gap: Gap) -> dict[str, Any]:
    steps = [
        {"step": step, "category": category, "at": moment, "days_after": left}
        for (step, category), moment, left in gap.steps
    ]
    return gap._asdict() | {"steps": steps}
