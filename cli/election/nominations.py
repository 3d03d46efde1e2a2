"""`pollbook nominations`: the scoreboard of a contest's nominations, and the list behind each number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from cli.look import moment_from, require_known
from cli.office import viewed
from cli.place import Place
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.errors import RefusedError, UsageError, nearest
from ledger.field import rounded
from ledger.rules.nomination import AllOf, AnyOf, AnyThreshold, CountTest, Tested, size_of
from ledger.storage.store import Ledger
from projections.election.nominations import DROPPED, INVALID, LATE, Line
from projections.election.scoreboard import Scoreboard, Standing, awaits_ruling, scoreboard
from projections.moment import Moment
from projections.story.words import counted

COLUMNS_MAX = 5  # classes or thresholds side by side; more go below
PERCENT_PLACES = 4  # beside the exact share
TOLD_MAX = 20  # nominations told one by one below the tables; more with --list
WHY = {
    "declined": "declined to stand",
    "not-accepted": "has not accepted",
    "threshold-not-met": "does not meet the threshold",
    "withdrew": "withdrew",
}


class Wanted(NamedTuple):
    """What to show: every nomination, of one nominee or class; or the statement, as a line to record."""

    listed: bool = False
    nominee: str = ""
    by_class: str = ""
    statement: bool = False


def show_nominations(
    place: Place, contest: str, wanted: Wanted, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Print the nominations of a contest as of a moment."""
    moment = moment_from(as_of, known_at)
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        with progress("reading", ledger.head().size) as bar:
            try:
                board = scoreboard(ledger, views, contest, moment, bar.by)
            except RefusedError as error:
                if error.code != "nominations-missing":
                    raise
                raise _unknown(error, ledger, contest, moment) from None
    _require_ids(board, wanted)
    if wanted.statement:
        say(json.dumps(_statement(board), ensure_ascii=False))
    elif as_json:
        say_json(_board_json(board, wanted))
    elif wanted.listed:
        _say_list(_chosen(board, wanted))
    else:
        _say_board(board, moment)


def _unknown(error: RefusedError, ledger: Ledger, contest: str, moment: Moment) -> RefusedError:
    known = [each.partition("/")[2] for each in ledger.streams_of("nominations-opened.v1", "nominations/")]
    found = f"not opened yet ({moment.says()})" if contest in known else error.found + nearest(contest, known)
    return RefusedError(error.code, error.what, expected=error.expected, found=found, remedy=error.remedy)


def _require_ids(board: Scoreboard, wanted: Wanted) -> None:
    classes = [each.id for each in board.rule.classes]
    for option, value, known in (
        ("--nominee", wanted.nominee, list(board.nominations.names)),
        ("--class", wanted.by_class, classes),
    ):
        if value and value not in known:
            raise UsageError(
                "unknown-id",
                option,
                expected=", ".join(known) or "none: nobody was named",
                found=f"{value!r}{nearest(value, known)}",
                remedy="Correct the id",
            )


def _chosen(board: Scoreboard, wanted: Wanted) -> list[Line]:
    of_class = board.rule.within(wanted.by_class) if wanted.by_class else ()
    return [
        line
        for line in board.lines
        if wanted.nominee in ("", line.nominee) and (not of_class or line.nominator_class in of_class)
    ]


def _statement(board: Scoreboard) -> dict[str, Any]:
    """Give the command that publishes what the record says."""
    persons = [
        {
            "nominee": each.nominee,
            "valid": each.valid,
            "counts": [{"nominator_class": name, "nominations": n} for name, n in each.counts.items() if n],
        }
        for each in board.standings
    ]
    return {"verb": "publish-statement", "contest": board.nominations.contest, "persons": persons}


def _board_json(board: Scoreboard, wanted: Wanted) -> dict[str, Any]:
    figures = board.figures
    return {
        "contest": board.nominations.contest,
        "election": board.nominations.election,
        "state": _state(board),
        "position": board.position,
        "closes": dict(board.closes),
        "persons": [_person_json(each) for each in board.standings],
        "totals": _totals(board),
        "late": figures.late,
        "void": figures.void,
        "unruled": list(figures.unruled),
        "unsized": list(figures.unsized),
        "cannot_be_met": list(board.unmeetable),
        "warnings": [{"nominee": who, "warning": what} for who, what in board.warnings],
        "nominations": figures.digest,
    } | (
        {"list": [line._asdict() | {"ruled": bool(line.ruled)} for line in _chosen(board, wanted)]}
        if wanted.listed
        else {}
    )


def _person_json(each: Standing) -> dict[str, Any]:
    return {
        "nominee": each.nominee,
        "name": each.name,
        "valid": each.valid,
        "reasons": list(each.reasons),
        "counts": dict(each.counts),
        "not_standing": dict(each.fell),
        "exempt": each.judged.exempt,
        "accepted": each.file.accepted,
        "thresholds": [test._asdict() for test in each.judged.tests],
        "attributes": {kind: {"value": a.value, "source": a.source} for kind, a in each.file.attributes.items()},
    }


def _totals(board: Scoreboard) -> dict[str, int]:
    return {each.id: sum(one.counts[each.id] for one in board.standings) for each in board.rule.classes}


def _state(board: Scoreboard) -> str:
    nominations = board.nominations
    if nominations.unopposed is not None:
        return "unopposed"
    if nominations.statement is not None:
        return "stated" if nominations.statement.nominations == board.figures.digest else "changed-since-statement"
    return "closed" if nominations.closed is not None else "open"


def _say_board(board: Scoreboard, moment: Moment) -> None:
    opened = board.nominations.opened
    office = opened.office if opened else ""
    say_wrapped(f"Nominations for {office} ({board.nominations.contest}), {moment.says()}")
    for line in _progress(board):
        say_wrapped(line)
    say()
    if not board.standings:
        say("Nobody is nominated")
    else:
        _say_counts(board)
        _say_thresholds(board)
        say_outcome(board)
    _say_fallen(board)
    for _, warning in board.warnings:
        say_wrapped(f"Warning: {warning}.")


def _progress(board: Scoreboard) -> Iterator[str]:
    nominations = board.nominations
    for moment in dict.fromkeys(board.closes.values()):
        names = ", ".join(name for name, other in board.closes.items() if other == moment)
        yield f"Closing of {names}: {moment or 'no date'}."
    if nominations.closed is not None:
        yield f"Closed by {nominations.closed.actor} at {nominations.closed.effective}."
    if nominations.statement is not None:
        yield f"Statement of persons nominated published at {nominations.statement.effective}."
        if _state(board) == "changed-since-statement":
            yield "The record has changed since: it takes another statement, with its reason."
    if nominations.unopposed is not None:
        yield f"Elected unopposed: {', '.join(nominations.unopposed.candidates)}. No poll is held."
    if nominations.drawn is not None:
        yield f"Order on the ballot paper, drawn by lot: {', '.join(nominations.drawn.order)}."


def _say_counts(board: Scoreboard) -> None:
    classes = [each.id for each in board.rule.classes]
    totals = _totals(board)
    for start in range(0, len(classes), COLUMNS_MAX):
        part = classes[start : start + COLUMNS_MAX]
        heads = ("nominee", *part, "validly nominated")
        rows = [
            (each.name, *(str(each.counts[name]) for name in part), "yes" if each.valid else "no")
            for each in board.standings
        ]
        rows.append(("total", *(str(totals[name]) for name in part), str(sum(e.valid for e in board.standings))))
        say(table(heads, rows, right=range(1, len(part) + 1)))
        say()


def _say_thresholds(board: Scoreboard) -> None:
    tests = board.rule.thresholds
    if not tests:
        say("There is no threshold")
        say()
        return
    for start in range(0, len(tests), COLUMNS_MAX):
        part = range(start, min(start + COLUMNS_MAX, len(tests)))
        heads = ("has of needed", *(tests[n].id for n in part))
        rows = [(each.name, *(_cell(tests[n], each.judged.tests[n]) for n in part)) for each in board.standings]
        say(table(heads, rows, right=range(1, len(heads))))
        say()
    for test in tests:
        say_wrapped(f"{test.id}: {_meaning(board, test)}{' (required)' if test.id == board.rule.requires else ''}.")
    for name, of in board.unsized:
        say_wrapped(f"The size of {name} in {of} is not on record: size-class.")
    if board.unmeetable:
        say_wrapped(f"Nobody can meet {', '.join(board.unmeetable)}, by the sizes on record.")
    say()


def _cell(test: AnyThreshold, tested: Tested) -> str:
    if isinstance(test, AllOf | AnyOf):
        return {True: "met", False: "not met", None: "not known"}[tested.met]
    if tested.needed is None:
        return f"{tested.has} of ?"
    short = tested.needed - tested.has
    return f"{tested.has} of {tested.needed}" + (f", {short} short" if short > 0 else "")


def _meaning(board: Scoreboard, test: AnyThreshold) -> str:
    """Say in words what a threshold takes."""
    if isinstance(test, AllOf | AnyOf):
        return f"{'all' if isinstance(test, AllOf) else 'any one'} of {', '.join(test.parts)}"
    if isinstance(test, CountTest):
        return f"at least {test.least} of {test.nominator_class}"
    sizes = {key: event.size for key, event in board.nominations.sizes.items()}
    size = size_of(board.rule, sizes, test.nominator_class, test.of)
    event = board.nominations.sizes.get((test.nominator_class, test.of))
    dated = f" at {event.as_of}, {event.source}" if event else ""
    what = test.nominator_class if test.of == "nominators" else f"the members of {test.nominator_class}"
    known = "" if size is None else f" ({size}{dated})"
    percent = rounded(100 * Fraction(test.share), PERCENT_PLACES).rstrip("0").rstrip(".")
    return f"{test.bound.replace('-', ' ')} {test.share} ({percent}%) of {what}{known}"


def say_outcome(board: Scoreboard) -> None:
    """Say who is valid without nominations, and who is not validly nominated and why."""
    for each in board.standings:
        if each.judged.exempt:
            say_wrapped(f"{each.name} holds the seat, and is valid without nominations.")
        if not each.valid:
            short = [
                f"{test.id} {test.has} of {test.needed}"
                for rule, test in zip(board.rule.thresholds, each.judged.tests, strict=True)
                if test.met is False and not isinstance(rule, AllOf | AnyOf)
            ]
            told = [WHY[reason] for reason in each.reasons]
            if "threshold-not-met" in each.reasons and short:
                told[-1] += f" ({'; '.join(short)})"
            say_wrapped(f"{each.name} is not validly nominated: {', '.join(told)}.")


def _say_fallen(board: Scoreboard) -> None:
    """Tell what has no effect, or not for certain: late, fallen, invalid, awaiting a ruling."""
    for heading, lines in (
        ("Received late", [line for line in board.lines if line.state == LATE]),
        ("Fallen before the close", [line for line in board.lines if line.state == DROPPED]),
        ("Ruled invalid", [line for line in board.lines if line.state == INVALID]),
        ("Irregular, awaiting a ruling", [line for line in board.lines if awaits_ruling(line)]),
    ):
        for line in lines[:TOLD_MAX]:
            why = line.irregular if awaits_ruling(line) else line.why
            say_wrapped(f"{heading}: {line.name or line.nominator} for {line.nominee} at {line.received}: {why}.")
        if len(lines) > TOLD_MAX:
            say_wrapped(f"{heading}: {len(lines) - TOLD_MAX} more, see --list.")


def _say_list(lines: Sequence[Line]) -> None:
    rows = []
    for line in lines:
        whose, state = line.name or line.nominator, "irregular" if awaits_ruling(line) else line.state
        rows.append((str(line.position), whose, line.nominator_class, line.nominee, line.received, state))
    say(table(("at", "nominator", "class", "nominee", "received (UTC)", "state"), rows, right=(0,)))
    say(counted(len(lines), "nomination"))
