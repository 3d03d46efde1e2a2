"""Whether the public may read the fact sheet of a ruling: the person's consent, and its withdrawal, on `case/<id>`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Hash, Id
from ledger.streams.appeal_events import Standing
from ledger.streams.case import Case, case_stream, require_ruling
from ledger.streams.case_events import ConsentGiven, ConsentWithdrawn


class GiveConsent(Command):
    """Record that the person consents to the fact sheet of a ruling on them being public.

    The sheet is the sentence that pollbook case makes from the record: outcome, panel, votes, ground, classes of
    evidence, whether there was an appeal. It has no private text and names nobody, and changes as the case goes on.
    Without consent the public is told ground, day, and whether an appeal is open.
    """

    case: Id = Field(description="id of the case")
    ruling: int = Field(ge=1, description="number of the ruling on the case")
    by: Standing = Field(description="subject: the person the ruling is about; or their representative")
    text_digest: Hash = Field(description="SHA-256 of what they signed, or @FILE: taken from a file")


class WithdrawConsent(Command):
    """Record that the person withdrew their consent: the public is told no more than before it was given."""

    case: Id = Field(description="id of the case")
    ruling: int = Field(ge=1, description="number of the ruling on the case")


@decision(GiveConsent, case=lambda c, _: case_stream(c.case))
def give_consent(command: GiveConsent, act: Act, case: Case) -> Outcome:
    """Decide that consent may be recorded: to what the person was told.

    Raises:
        RefusedError: `unknown-case`, `unknown-ruling`, `not-told`, `consent-held`, `future-dated`, in that order.
    """
    ruling = require_ruling(case, command.ruling)
    where = f"ruling {command.ruling} on case {case.id}"
    if ruling.notified is None or act.effective < ruling.notified.effective:
        found = f"one told at {ruling.notified.effective}" if ruling.notified else "one of which nobody was told"
        raise refused("not-told", where, "a ruling that the person was told", found, "Record notify-ruling first")
    if command.ruling in case.consents:
        found = f"consent given at {case.consents[command.ruling]}"
        raise refused("consent-held", where, "a ruling without consent", found, "Nothing to do")
    if act.effective > act.now:
        raise refused("future-dated", where, f"consent up to now, {act.now}", act.effective, "Correct effective")
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    return Outcome([ConsentGiven(**act.on(case), **fields)])


@decision(WithdrawConsent, case=lambda c, _: case_stream(c.case))
def withdraw_consent(command: WithdrawConsent, act: Act, case: Case) -> Outcome:
    """Decide that the withdrawal of consent may be recorded.

    Raises:
        RefusedError: `unknown-case`, `unknown-ruling`, `no-consent`.
    """
    require_ruling(case, command.ruling)
    if command.ruling not in case.consents:
        where = f"ruling {command.ruling} on case {case.id}"
        raise refused("no-consent", where, "consent that was given", "none", "Nothing of it is public")
    return Outcome([ConsentWithdrawn(**act.on(case), case=case.id, ruling=command.ruling)])
