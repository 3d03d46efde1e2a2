"""`pollbook margin`: the fewest papers that could have changed a result, with the papers that do it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from importlib.metadata import version
from typing import Any

from cli.count import say_provenance
from cli.look import counted_at, moment_from
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import RefusedError, UsageError, nearest
from ledger.field import ALL, rounded
from ledger.rules.alternative import WeightedAlternativeVote
from ledger.streams.result import ResultDeclared
from projections.count.render import exact
from projections.counting import Counted
from projections.margin.certificate import NO_COUNT, recounted
from projections.margin.pairing import Pairing
from projections.margin.recount import Moved, Ranked
from projections.margin.relaxation import Kind
from projections.margin.report import KINDS, Line, MarginReport, report_margin
from projections.margin.search import GOALS, Answer, Goal
from projections.moment import Moment

RANKINGS_SHOWN = 6  # of each section's papers in a certificate; all are in the JSON
WAYS = {"addition": "added", "removal": "removed", "change": "changed"}
MEANS: dict[Goal, str] = {
    "could": "Fewest papers after which somebody else could be elected, if only by a lot:",
    "certain": "Fewest papers after which somebody else is elected, whatever lots are drawn:",
}
PLACES = 3  # after the point of ratios and of points


def show_margin(
    place: Place,
    contest: str,
    section: str | None,
    kind: str | None,
    stage: int | None,
    time_limit: int,
    when: tuple[str | None, str | None],
    *,
    as_json: bool,
) -> None:
    """Print the margins of a contest.

    Raises:
        UsageError: `unknown-kind`, `unknown-section`, `unknown-stage`.
        RefusedError: `not-declared`, and what a count raises.
    """
    kinds = _kinds(kind)
    moment = moment_from(*when)
    counted, events = counted_at(place, contest, moment)
    _require_declared(counted, [event for _, event in events if isinstance(event, ResultDeclared)], moment)
    _require_known(counted, section, stage)
    report = report_margin(counted.basis, counted.table, kinds, section, stage, _shares(time_limit))
    if as_json:
        say_json(_json(counted, report, moment, time_limit))
        return
    _say(counted, report, moment)


def _kinds(kind: str | None) -> Sequence[Kind]:
    if kind is None:
        return KINDS
    found = [each for each in KINDS if each == kind]
    if not found:
        raise UsageError(
            "unknown-kind",
            "--kind",
            expected=", ".join(KINDS),
            found=f"{kind!r}{nearest(kind, KINDS)}",
            remedy="Choose one of them, or leave it out for all",
        )
    return found


def _require_declared(counted: Counted, declared: Sequence[ResultDeclared], moment: Moment) -> None:
    if not declared or not counted.table.elected:
        raise RefusedError(
            "not-declared",
            f"contest {counted.contest.contest}",
            expected="a result that was declared, of a count that elects somebody",
            found=f"none ({moment.says()})" if not declared else "a count that elects nobody",
            remedy=f"See how far it is: pollbook count {counted.contest.contest}",
        )


def _require_known(counted: Counted, section: str | None, stage: int | None) -> None:
    sections, stages = counted.table.sections, len(counted.table.stages)
    if section is not None and section not in sections:
        raise UsageError(
            "unknown-section",
            "--section",
            expected=", ".join(sections),
            found=f"{section!r}{nearest(section, sections)}",
            remedy="Choose one of them, or leave it out for all",
        )
    if stage is not None and not 1 <= stage <= stages:
        raise UsageError(
            "unknown-stage",
            "--stage",
            expected=f"a stage of the count, 1 to {stages}",
            found=stage,
            remedy=f"See them with: pollbook count {counted.contest.contest}",
        )


def _shares(time_limit: int) -> Callable[[int], Callable[[], bool]]:
    """Deal what is left of the time equally to the searches that are left."""
    end = time.monotonic() + time_limit

    def share(left: int) -> Callable[[], bool]:
        now = time.monotonic()
        stop = now + max(end - now, 0) / max(left, 1)
        return lambda: time.monotonic() >= stop

    return share


def _say(counted: Counted, report: MarginReport, moment: Moment) -> None:
    names = counted.names
    say_wrapped(f"Margin of {counted.contest.office} ({counted.contest.contest}), {moment.says()}")
    say_provenance(counted)
    say_wrapped(f"Elected: {', '.join(names[each] for each in report.elected)}.")
    if report.unsaid:
        say_wrapped(report.unsaid)
    for goal in GOALS:
        if report.lines:
            say()
            say_wrapped(MEANS[goal])
            say(_grid(report.lines, goal))
    for why in dict.fromkeys(answer.why for line in report.lines for answer in line.answers.values() if answer.why):
        say_wrapped(f"Where bounds are given, or nothing: {why}.")
    if report.pairing is not None:
        _say_pairing(counted, report.pairing)
    if report.values and isinstance(counted.rule, WeightedAlternativeVote):
        _say_values(report)
    for line in _certified(report.lines):
        _say_certificate(counted, line)


def _grid(lines: Sequence[Line], goal: Goal) -> str:
    kinds = list(dict.fromkeys(line.kind for line in lines))
    cells = {(line.section, line.kind): _cell(line.answers[goal]) for line in lines}
    sections = list(dict.fromkeys(line.section for line in lines))
    rows = [
        ("any sections" if section == ALL and len(sections) > 1 else section, *(cells[section, kind] for kind in kinds))
        for section in sections
    ]
    return table(("papers of", *(WAYS[kind] for kind in kinds)), rows, right=range(1, len(kinds) + 1))


def _cell(answer: Answer) -> str:
    if answer.exact:
        return "none do" if answer.least is None else str(answer.least)
    if answer.moved is not None:
        return f"{answer.least} to {answer.moved.papers}"
    return f"{answer.least} or more" if answer.least else "cannot say"


def _say_pairing(counted: Counted, pairing: Pairing) -> None:
    winner, loser = counted.names[pairing.winner], counted.names[pairing.loser]
    weighted = isinstance(counted.rule, WeightedAlternativeVote)
    ahead = f"{rounded(100 * pairing.ahead, PLACES)} points" if weighted else f"{pairing.ahead} papers"
    say()
    say_wrapped(
        f"With exclusions held: the final pairing alone, stage {pairing.stage}, all exclusions before it taken as they "
        f"were. {winner} is ahead of {loser} by {ahead}. Fewest papers that reverse it (changed: from {winner} to "
        f"{loser}):"
    )
    rows = [
        (section, *(_number(pairing.fewest(kind, section)) for kind in KINDS)) for section in counted.table.sections
    ]
    say(table(("papers of", *(WAYS[kind] for kind in KINDS)), rows, right=range(1, 4)))


def _number(value: int | None) -> str:
    return "none do" if value is None else str(value)


def _say_values(report: MarginReport) -> None:
    best = max(value for _, value in report.values)
    say()
    say_wrapped(f"Value of a vote at stage {report.stage}: the section's weight, by the papers its part is taken of.")
    rows = [(section, exact(value), rounded(best / value, PLACES)) for section, value in report.values]
    say(table(("section", "one vote is", "as much as the dearest"), rows, right=(1, 2)))


def _certified(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines whose papers are shown: over any sections where there are such."""
    sections = [line.section for line in lines]
    for line in lines:
        if ALL not in sections or line.section == ALL:
            yield line


def _say_certificate(counted: Counted, line: Line) -> None:
    answer = line.answers["certain"]
    if answer.moved is None or not answer.moved.papers:
        return
    say()
    say_wrapped(f"Papers {WAYS[line.kind]} that do it, {answer.moved.papers}, to be counted again:")
    for word, side in (("less", answer.moved.removed), ("more", answer.moved.added)):
        for section, rankings in side.items():
            shown = sorted(rankings.items(), key=lambda each: (-each[1], each[0]))
            for names, number in shown[:RANKINGS_SHOWN]:
                say_wrapped(f"  {section}: {number} {word} of {_marks(counted, names)}")
            if len(shown) > RANKINGS_SHOWN:
                rest = sum(number for _, number in shown[RANKINGS_SHOWN:])
                say_wrapped(f"  {section}: {rest} {word} of {len(shown) - RANKINGS_SHOWN} other rankings (--json)")
    say_wrapped(f"  Then elected: {' or '.join(_elected(counted, answer.moved))}.")


def _marks(counted: Counted, names: Sequence[str]) -> str:
    return (">" if hasattr(counted.rule, "preferences") else "=").join(names)


def _elected(counted: Counted, moved: Moved) -> list[str]:
    found = recounted(counted.basis, moved)
    if found is None:
        return ["whoever lots make it"]
    words = []
    for elected in found:
        if elected == NO_COUNT:
            words.append("nobody, for the rule refuses to count")
        else:
            words.append(", ".join(counted.names[each] for each in elected) or "nobody")
    return words


def _json(counted: Counted, report: MarginReport, moment: Moment, time_limit: int) -> dict[str, Any]:
    pairing = report.pairing
    return {
        "contest": counted.contest.contest,
        "moment": moment.says(),
        "position": counted.position,
        "count_rule": counted.contest.count_rule,
        "digest": counted.digest,
        "engine": f"pollbook {version('pollbook')}",
        "time_limit": time_limit,
        "provenance": list(counted.provenance),
        "elected": list(report.elected),
        "unsaid": report.unsaid,
        "margins": [_line_json(counted, line) for line in report.lines],
        "exclusions_held": pairing and _pairing_json(pairing),
        "value_of_a_vote": {
            "stage": report.stage,
            "sections": [{"section": name, "exact": exact(value)} for name, value in report.values],
        },
    }


def _line_json(counted: Counted, line: Line) -> dict[str, Any]:
    answers = {goal: _answer_json(counted, line.answers[goal]) for goal in GOALS}
    return {"kind": line.kind, "section": line.section, **answers}


def _answer_json(counted: Counted, answer: Answer) -> dict[str, Any]:
    moved = answer.moved
    verdict = "exact" if answer.exact else "bounded" if answer.least or moved else "cannot-say"
    return {
        "verdict": verdict,
        "least": answer.least,
        "most": moved and moved.papers,
        "why": answer.why,
        "certificate": moved
        and {
            "added": _papers_json(counted, moved.added),
            "removed": _papers_json(counted, moved.removed),
            "elected": recounted(counted.basis, moved),
        },
    }


def _papers_json(counted: Counted, side: Ranked) -> list[dict[str, Any]]:
    return [
        {"section": section, "marks": _marks(counted, names), "papers": number}
        for section, rankings in side.items()
        for names, number in sorted(rankings.items())
    ]


def _pairing_json(pairing: Pairing) -> dict[str, Any]:
    return {
        "stage": pairing.stage,
        "winner": pairing.winner,
        "loser": pairing.loser,
        "ahead": exact(Fraction(pairing.ahead)),
        "papers": [
            {"section": section, **{kind: pairing.fewest(kind, section) for kind in KINDS}} for section in pairing.held
        ],
    }
