"""When the person is told of a ruling, it has effect on the roll, on papers and on their application.

A slip in its reasons is put right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from ledger.case_papers import CasePapers
from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Event, Plain
from ledger.field import Hash, Id, Text
from ledger.rules.fairness import own_words, words_of
from ledger.rules.local_time import DAY_SECONDS, seconds_between
from ledger.streams.appeal import Appeal, appeal_stream
from ledger.streams.application import Application
from ledger.streams.case import Case, case_stream, require_case, require_ruling
from ledger.streams.entry import Entries, EntryRemoved, EntryRestored, entry_stream
from ledger.streams.ground import Grounds, ground_stream
from ledger.streams.ordered import overturned
from ledger.streams.procedure import Procedure, ProcedureAdopted, procedure_stream
from ledger.streams.refused_application import application_of, application_ruled
from ledger.streams.ruled_papers import papers_guard, papers_ruled
from ledger.streams.ruling_events import CONTENTS, Content, RulingCorrected, RulingMade, RulingNotified
from ledger.streams.rulings import Reasons, key_of_reasons, said_by_grounds

CORRECTION_DAYS = 14
CORRECTION_SECONDS = CORRECTION_DAYS * DAY_SECONDS
CORRECTION_WORDS = 10
NEW_RULING = "What changes a ruling is a new one: reopen-case, then make-ruling"


class NotifyRuling(Command):
    """Record that the person was told of a ruling, with its text; from then on it has effect on their entries.

    An application that the case is about is refused with that, or open again where the ruling is to admit it.
    With an entry that is removed its paper is cancelled, if it did not come back. One that did is set aside where the
    ruling says so, as long as it can be told which it is. A ruling that an appeal overturned meanwhile is told without
    effect; one that no longer answers the case, which was opened again, is not told any more.
    """

    case: Id = Field(description="id of the case")
    ruling: int = Field(ge=1, description="number of the ruling on the case")
    channel: Literal["post", "email", "hand", "account"] = Field(description="how they were told")
    text_digest: Hash = Field(description="SHA-256 of the letter as it was sent, or @FILE: taken from a file")
    contains: tuple[Content, ...] = Field(
        max_length=len(CONTENTS), description="what the letter says: ground, rule, evidence, reasons, appeal"
    )


@decision(
    NotifyRuling,
    case=lambda c, _: case_stream(c.case),
    procedure=lambda _c, seen: procedure_stream(seen["case"].election),
    entries=lambda _c, seen: entry_stream(seen["case"].election, seen["case"].person),
    appeal=lambda c, _: appeal_stream(c.case, c.ruling),
    application=application_of,
    figures=lambda c, port: port.case_papers(c.case),
)
def notify_ruling(
    command: NotifyRuling,
    act: Act,
    case: Case,
    procedure: Procedure,
    entries: Entries,
    appeal: Appeal,
    application: Application,
    figures: CasePapers,
) -> Outcome:
    """Decide that it may be recorded that somebody was told of a ruling, and carry it out on the roll and on papers.

    Raises:
        RefusedError: `unknown-case`, `unknown-ruling`, `already-told`, `ruling-overtaken`, `letter-lacks`,
            `procedure-missing`, `before-ruling`, `future-dated`, in that order.
    """
    ruling = require_ruling(case, command.ruling)
    where = f"ruling {command.ruling} on case {case.id}"
    if ruling.notified is not None:
        found = f"one told at {ruling.notified.effective}"
        raise refused("already-told", where, "a ruling of which nobody was told", found, "Nothing to do")
    _require_answers(case, command.ruling, where)
    if lacking := [each for each in CONTENTS if each not in command.contains]:
        remedy = "Send a letter that says it, then record that"
        raise refused("letter-lacks", where, "ground, rule, evidence, reasons, appeal", ", ".join(lacking), remedy)
    made = ruling.made
    rules = procedure.require(made.effective, where)
    if act.effective < made.effective:
        raise refused("before-ruling", where, f"a letter from {made.effective} on", act.effective, "Correct effective")
    if act.effective > act.now:
        remedy = "Record it once it was sent"
        raise refused("future-dated", where, f"a letter sent up to now, {act.now}", act.effective, remedy)
    told = RulingNotified(
        **act.on(case),
        appeal_by=rules.appeal_by(act.effective) if made.appeal else None,
        case=case.id,
        channel=command.channel,
        contains=tuple(each for each in CONTENTS if each in command.contains),
        ruling=command.ruling,
        text_digest=command.text_digest,
    )
    if overturned(appeal):  # what is to be done instead, its remedies say
        return Outcome([told])
    effects = (*_effects(made, act, case, entries), *papers_ruled(made, act, case, figures))
    applied = application_ruled(made, act, case, application)
    return Outcome([told, *effects, *applied], unchanged=papers_guard(figures) if made.effects else None)


def _require_answers(case: Case, number: int, where: str) -> None:
    """Refuse to carry out a ruling that does not answer the case as it is open now (`ruling-overtaken`)."""
    answer = case.ruling.made.ruling if case.ruling else None
    if answer != number:
        found = f"ruling {answer}, after it" if answer else f"a case opened again at {case.reopened}"
        remedy = "Tell them of that one" if answer else "Rule again, and tell them of that"
        raise refused("ruling-overtaken", where, "the ruling that answers the case now", found, remedy)


def _effects(made: RulingMade, act: Act, case: Case, entries: Entries) -> Iterator[Event]:
    """Give what a ruling leads to on the roll; what happened meanwhile otherwise is left as it is."""
    shared: dict[str, Any] = {"basis": case.stream, "cause": "ruling", "election": case.election}
    after = 0
    for effect in made.effects:
        entry = entries.entries.get(effect.number)
        if entry is None or effect.action == "none" or entry.live == (effect.action == "restore"):
            continue
        kind = EntryRemoved if effect.action == "remove" else EntryRestored
        yield kind(**act.on(entries, after), **shared, number=effect.number)
        after += 1


class CorrectRuling(Command):
    """Put right a slip of the pen in a ruling's reasons. Whatever changes the decision needs a new ruling."""

    private = frozenset({"reasons"})

    case: Id = Field(description="id of the case")
    ruling: int = Field(ge=1, description="number of the ruling on the case")
    reasons: Reasons = Field(description="the reasons as they should have read; they are kept in the vault")
    reason: Text = Field(description="what the slip was; it is kept for ever, so say nothing private")


@decision(
    CorrectRuling,
    case=lambda c, _: case_stream(c.case),
    appeal=lambda c, _: appeal_stream(c.case, c.ruling),
    procedure=lambda _c, seen: procedure_stream(seen["case"].election),
    grounds=lambda _c, seen: ground_stream(seen["case"].election),
)
def correct_ruling(
    command: CorrectRuling, act: Act, case: Case, appeal: Appeal, procedure: Procedure, grounds: Grounds
) -> Outcome:
    """Decide that a ruling's reasons may be corrected: within a fortnight, no words but a few, and not under appeal.

    Which words changed, `ledger.slip` compares at the desk: the reasons as they were made are in the vault alone.

    Raises:
        RefusedError: `unknown-case`, `unknown-ruling`, `appeal-pending`, `before-ruling`, `future-dated`,
            `use-new-ruling`, `procedure-missing`, `reasons-insufficient`, in that order.
    """
    ruling = require_ruling(case, command.ruling)
    where = f"ruling {command.ruling} on case {case.id}"
    if appeal.pending:
        found = f"one appealed at {appeal.received.effective}" if appeal.received else "one appealed"
        remedy = "The reviewers have the reasons as they were told: let the appeal be determined"
        raise refused("appeal-pending", where, "a ruling that is not under appeal", found, remedy)
    if act.effective < ruling.made.effective:
        expected = f"a correction from {ruling.made.effective} on"
        raise refused("before-ruling", where, expected, act.effective, "Correct effective")
    if act.effective > act.now:
        expected = f"a correction up to now, {act.now}"
        raise refused("future-dated", where, expected, act.effective, "Record it once it is made")
    moved = abs(len(words_of(command.reasons)) - ruling.made.reasons_words)
    late = seconds_between(ruling.made.effective, act.effective) > CORRECTION_SECONDS
    if late or moved > CORRECTION_WORDS:
        found = f"{moved} words more or fewer, {length(ruling.made.effective, act.effective)} after"
        expected = f"at most {CORRECTION_WORDS} words more or fewer, within {CORRECTION_DAYS} days"
        raise refused("use-new-ruling", where, expected, found, NEW_RULING)
    _require_reasons(command.reasons, case, procedure.require(ruling.made.effective, where), grounds)
    event = RulingCorrected(
        **act.on(case),
        case=case.id,
        person=ruling.made.person,
        reason=command.reason,
        reasons=Plain(command.reasons),
        reasons_key=key_of_reasons(command.reasons, act.keyed),
        reasons_words=len(words_of(command.reasons)),
        ruling=command.ruling,
    )
    return Outcome([event])


def _require_reasons(reasons: str, case: Case, rules: ProcedureAdopted, grounds: Grounds) -> None:
    """Refuse a correction after which the reasons are too few words of their own (`reasons-insufficient`)."""
    said = own_words(reasons, said_by_grounds(require_case(case), grounds))
    if said < rules.reasons_words:
        expected = f"{rules.reasons_words} words at least beyond the title and tests of the ground, after it as before"
        raise refused("reasons-insufficient", case.stream, expected, said, "Keep to the slip")


def length(start: str, end: str) -> str:
    """Write how many days it is from one moment to another."""
    days = seconds_between(start, end) // DAY_SECONDS
    return f"{days} day{'' if days == 1 else 's'}"
