"""Rulings on nominations, each with its reasons: one that was irregular stands all the same, or one does not stand."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, Reads, decision
from ledger.errors import refused
from ledger.field import Hash, Id, Text
from ledger.streams.contest import Contest, contest_stream
from ledger.streams.nominated import require_past, require_undefined
from ledger.streams.nomination import (
    Nomination,
    NominationRuledInvalid,
    NominationRuledValid,
    nomination_stream,
    require_standing,
)

REASONS_MIN = 20  # characters without spaces of the reasons of a ruling: a word alone gives none


class _Ruling(Command):
    contest: Id = Field(description="id of the contest")
    nominator: Id = Field(description="id of the nominator")
    reasons: Text = Field(description="what tie facts and rule to the outcome; they are public, and kept for ever")
    ruling: Id | None = Field(None, description="id of the ruling or decision, where a body made it")
    clause: Hash | None = Field(None, description="content hash of the clause of the rule book that it rests on")


OF_BOTH: Reads = {
    "contest": lambda c, _: contest_stream(c.contest),
    "nomination": lambda c, _: nomination_stream(c.contest, c.nominator),
}


class RuleNominationInvalid(_Ruling):
    """Rule a nomination invalid, with reasons; the nominator may nominate again until the close."""


@decision(RuleNominationInvalid, **OF_BOTH)
def rule_nomination_invalid(
    command: RuleNominationInvalid, act: Act, contest: Contest, nomination: Nomination
) -> Outcome:
    """Decide that a nomination is invalid.

    Raises:
        RefusedError: `contest-exists`, `nomination-missing`, `future-dated`, `reasons-insufficient`.
    """
    fields = _ruled(command, act, contest, nomination)
    return Outcome([NominationRuledInvalid(**act.on(nomination), **fields)])


class RuleNominationValid(_Ruling):
    """Rule that an irregular nomination stands all the same, with reasons."""


@decision(RuleNominationValid, **OF_BOTH)
def rule_nomination_valid(command: RuleNominationValid, act: Act, contest: Contest, nomination: Nomination) -> Outcome:
    """Decide that an irregular nomination stands.

    Raises:
        RefusedError: `contest-exists`, `nomination-missing`, `future-dated`, `reasons-insufficient`, `not-irregular`.
    """
    fields = _ruled(command, act, contest, nomination)
    if nomination.standing is None or not nomination.standing.irregular or nomination.ruled:
        found = "one that was ruled on" if nomination.ruled else "a regular one"
        where = f"nomination by {command.nominator} for contest {command.contest}"
        raise refused("not-irregular", where, "an irregular nomination without a ruling", found, "Nothing needs doing")
    return Outcome([NominationRuledValid(**act.on(nomination), **fields)])


def suffices(reasons: str) -> bool:
    """Whether reasons are more than a word, as far as their length tells."""
    return len("".join(reasons.split())) >= REASONS_MIN


def _ruled(command: _Ruling, act: Act, contest: Contest, nomination: Nomination) -> dict[str, Any]:
    """Give the fields of a ruling, whichever way it goes, or refuse it."""
    where = f"nomination by {command.nominator} for contest {command.contest}"
    require_undefined(contest.exists, command.contest)
    standing = require_standing(nomination, where)
    require_past(act.effective, act.now, where)
    if not suffices(command.reasons):
        expected = f"reasons of {REASONS_MIN} characters or more, that tie facts to rule"
        raise refused("reasons-insufficient", where, expected, repr(command.reasons), "Say why")
    return command.model_dump(exclude={"effective", "authority"}) | {"nominee": standing.nominee}
