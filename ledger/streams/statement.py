"""The statement of persons nominated, which has to be what the record says, and a contest that is unopposed.

The stream is `nominations/<contest>`; what is recorded there is in `nominated`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.event import Canonical
from ledger.field import Id, Text
from ledger.figures import NominationFigures, NomineeFigures
from ledger.streams.contest import Contest, contest_stream
from ledger.streams.nominated import (
    ClassCount,
    Nominations,
    PersonNominated,
    StatementPublished,
    ThresholdLine,
    UnopposedDeclared,
    nominations_stream,
    require_opened,
    require_past,
    require_undefined,
)
from ledger.streams.nominations import NOMINEES_MAX
from ledger.streams.stated import require_current, unchanged_since


class PersonStated(Canonical):
    """A person nominated, as the returning officer states it."""

    nominee: Id = Field(description="id of the nominee")
    valid: bool = Field(description="whether validly nominated")
    counts: tuple[ClassCount, ...] = Field(
        description='nominations that stand by class: [{"nominator_class":"mps","nominations":33}, ...]; none: left out'
    )


def _lines(persons: Sequence[Mapping[str, Any]]) -> list[tuple[str, bool, list[tuple[str, int]]]]:
    """Give lines of a statement, signed or of an event, in one order and without the classes that nobody is of."""
    return sorted(
        (
            each["nominee"],
            each["valid"],
            sorted((of["nominator_class"], of["nominations"]) for of in each["counts"] if of["nominations"]),
        )
        for each in persons
    )


class PublishStatement(Command):
    """Publish the statement of persons nominated. Refused where it is not what the record says.

    The line to record is printed by: pollbook nominations CONTEST --statement
    """

    written = {"persons": lambda body, found: _lines(body["persons"]) == _lines(found)}

    contest: Id = Field(description="id of the contest")
    persons: tuple[PersonStated, ...] = Field(
        max_length=NOMINEES_MAX, description="everybody who was nominated, valid or not, as JSON"
    )
    reason: Text | None = Field(None, description="why there is another statement, where one was published before")


@decision(
    PublishStatement,
    figures=lambda c, port: port.nominations(c.contest),
    nominations=lambda c, _: nominations_stream(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
)
def publish_statement(
    command: PublishStatement, act: Act, nominations: Nominations, contest: Contest, figures: NominationFigures
) -> Outcome:
    """Decide that a statement may be published; `figures` are the nominations as they stand.

    Raises:
        RefusedError: `nominations-missing`, `contest-exists`, `nominations-open`, `future-dated`, `unopposed`,
            `reason-missing`, `class-unsized`, `ruling-missing`, `unknown-nominee`, `differs-from-ledger`, in that
            order.
    """
    opened = require_opened(nominations)
    where = f"statement of persons nominated for contest {command.contest}"
    require_undefined(contest.exists, command.contest)
    if nominations.closed is None:
        raise refused(
            "nominations-open", where, "nominations that were closed", "open ones", "Record close-nominations"
        )
    require_past(act.effective, act.now, where)
    if nominations.unopposed is not None:
        raise refused("unopposed", where, "a contest that is not over", "elected unopposed", "Nothing needs doing")
    if nominations.statement is not None and command.reason is None:
        found = f"one of {nominations.statement.effective}"
        raise refused("reason-missing", where, "no statement yet, or the reason of another", found, "Say --reason")
    if figures.unsized:
        expected, found = "the size of every class that a share is taken of", "none of " + ", ".join(figures.unsized)
        raise refused("class-unsized", where, expected, found, "Record size-class")
    if figures.unruled:
        found = "none on those of " + ", ".join(figures.unruled)
        remedy = "Record rule-nomination-valid or rule-nomination-invalid"
        raise refused("ruling-missing", where, "a ruling on every irregular nomination", found, remedy)
    _require_equal(command, figures, where)
    statement = StatementPublished(
        **act.on(nominations),
        as_of_position=figures.position,
        contest=command.contest,
        late=figures.late,
        nominations=figures.digest,
        persons=lines_of(figures),
        reason=command.reason,
        void=figures.void,
    )
    return Outcome([statement], unchanged=unchanged_since(figures.position, command.contest, opened.election))


def lines_of(figures: NominationFigures) -> tuple[PersonNominated, ...]:
    """Write what the record says as the lines of a statement."""
    return tuple(_line(who, each) for who, each in figures.nominees.items())


def _line(who: str, each: NomineeFigures) -> PersonNominated:
    tests = each.tests.items()
    return PersonNominated.model_validate(
        {
            "counts": tuple(ClassCount(nominations=n, nominator_class=name) for name, n in each.counts.items()),
            "name": each.name,
            "nominee": who,
            "reasons": each.reasons,
            "thresholds": tuple(ThresholdLine(has=has, id=name, needed=needed) for name, (needed, has) in tests),
            "valid": not each.reasons,
        }
    )


def _require_equal(command: PublishStatement, figures: NominationFigures, where: str) -> None:
    """Refuse a statement that differs from the record, naming the first nominee of whom it does."""
    stated = {each.nominee: each for each in command.persons}
    for each in command.persons:
        if each.nominee not in figures.nominees:
            found = f"{each.nominee}{nearest(each.nominee, figures.nominees)}"
            raise refused("unknown-nominee", where, "those who were nominated", found, "Correct the id")
    remedy = "What the record says is printed by: pollbook nominations CONTEST --statement"
    if len(stated) < len(command.persons):
        raise refused("differs-from-ledger", where, "each nominee once", "one twice", remedy)
    for who, known in figures.nominees.items():
        says = _said(not known.reasons, {name: n for name, n in known.counts.items() if n})
        person = stated.get(who)
        counts = {each.nominator_class: each.nominations for each in person.counts} if person else {}
        found = _said(person.valid, {name: n for name, n in counts.items() if n}) if person else "left out"
        if found != says:
            raise refused("differs-from-ledger", f"{where}, {who}", says, found, remedy)


def _said(valid: bool, counts: dict[str, int]) -> str:
    listed = ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "no nominations"
    return f"{'valid' if valid else 'not valid'}: {listed}"


class DeclareUnopposed(Command):
    """Declare the candidates elected unopposed, by the statement: there are no more of them than places."""

    signed = True

    contest: Id = Field(description="id of the contest")
    candidates: tuple[Id, ...] = Field(max_length=NOMINEES_MAX, description="ids of those elected")


@decision(
    DeclareUnopposed,
    figures=lambda c, port: port.nominations(c.contest),
    nominations=lambda c, _: nominations_stream(c.contest),
    contest=lambda c, _: contest_stream(c.contest),
)
def declare_unopposed(
    command: DeclareUnopposed, act: Act, nominations: Nominations, contest: Contest, figures: NominationFigures
) -> Outcome:
    """Decide that candidates are elected unopposed, by a statement that still holds.

    Raises:
        RefusedError: `nominations-missing`, `contest-exists`, `statement-missing`, `unopposed`, `future-dated`,
            `statement-stale`, `nobody-nominated`, `contested`, `not-nominated`.
    """
    opened = require_opened(nominations)
    where = f"contest {command.contest}"
    require_undefined(contest.exists, command.contest)
    if nominations.statement is None:
        raise refused(
            "statement-missing", where, "a statement of persons nominated", "none", "Record publish-statement"
        )
    if nominations.unopposed is not None:
        raise refused("unopposed", where, "a contest that is not over", "elected unopposed", "Nothing needs doing")
    require_past(act.effective, act.now, where)
    require_current(nominations, figures, where)
    valid = nominations.candidates
    if not valid:
        raise refused("nobody-nominated", where, "somebody validly nominated", "nobody", "The seat stays vacant")
    if len(valid) > opened.seats:
        found = f"{len(valid)}: {', '.join(valid)}"
        raise refused("contested", where, f"at most {opened.seats} validly nominated", found, "A poll is held")
    if sorted(command.candidates) != sorted(valid):
        found = ", ".join(command.candidates) or "nobody"
        raise refused("not-nominated", where, ", ".join(valid), found, "Name just those validly nominated")
    declared = UnopposedDeclared(**act.on(nominations), candidates=valid, contest=command.contest)
    return Outcome([declared], unchanged=unchanged_since(figures.position, command.contest, opened.election))
