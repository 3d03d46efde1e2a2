"""Delegations: a body gives an office powers, or ends a delegation before its term; they stand on `office/<office>`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Count, Hash, Id, Time
from ledger.streams.body import Body, body_stream
from ledger.streams.founding import Founding, founding_stream, require_founded
from ledger.streams.office import (
    POWERS_MAX,
    DelegationRevoked,
    Office,
    PowerDelegated,
    delegation_faults,
    office_stream,
    require_powers,
    revocation_faults,
)


class DelegatePower(Command):
    """Give an office powers, by decision of a body: verbs, rooms (all verbs of one kind), or all.

    The body is the governing body of the founding, or holds the powers itself with leave to pass them on.
    """

    signed = True
    written = {"since": lambda body, found: found == body.get("since", body["effective"])}

    office: Id = Field(description="the office, or the body, that is given the powers")
    body: Id = Field(description="the body that gives them; or the office that records, where it passes on its own")
    decision: Id | None = Field(None, description="id of the body's decision; left out by an office passing on its own")
    powers: tuple[Id, ...] = Field(
        min_length=1,
        max_length=POWERS_MAX,
        description="verbs such as close-poll; rooms such as lot or ballot-order, of pollbook record --help; or all",
    )
    election: Id | None = Field(None, description="for this election only")
    contest: Id | None = Field(None, description="for this contest only")
    since: Time | None = Field(None, description="from when (UTC); from when it takes effect if left out")
    until: Time | None = Field(None, description="up to but not including when (UTC); until revoked if left out")
    pass_on: bool = Field(False, description="with leave to pass them on")
    clause: Hash | None = Field(None, description="hash of the clause that it rests on")


@decision(
    DelegatePower,
    founding=lambda _c, _s: founding_stream(),
    office=lambda c, _: office_stream(c.office),
    giver=lambda c, _: office_stream(c.body),
    body=lambda c, _: body_stream(c.body),
)
def delegate_power(
    command: DelegatePower, act: Act, founding: Founding, office: Office, giver: Office, body: Body
) -> Outcome:
    """Decide that powers may be delegated.

    Raises:
        RefusedError: `not-founded`, `unknown-power`, `delegation-retrospective`, `term-empty`, `decision-missing`,
            `unknown-decision`, `inquorate`, `decision-not-carried`, `before-decision`, `decision-spent`,
            `cannot-delegate`, in that order.
    """
    require_founded(founding, office.stream)
    require_powers(command.powers, office.stream)
    names = {"office", "body", "decision", "powers", "election", "contest", "until", "pass_on", "clause"}
    fields: dict[str, Any] = command.model_dump(include=names)
    number, since = len(office.given) + 1, command.since or act.effective
    given = PowerDelegated(**act.on(office), **fields, number=number, since=since)
    for code, expected, found in delegation_faults(
        given, founding.governing_body, office, giver, body, (act.effective, act.now)
    ):
        of_decision = code not in ("cannot-delegate", "delegation-retrospective", "term-empty")
        remedy = f"See: pollbook {f'body {command.body}' if of_decision else 'offices'}"
        raise refused(code, f"{office.stream}, delegation {number}", expected, found, remedy)
    return Outcome([given])


class RevokeDelegation(Command):
    """End a delegation before its term, by decision of the body that gave it or of the governing body.

    An office may lay down its own powers: it names itself as the body. Say from when with effective.
    """

    signed = True

    office: Id = Field(description="the office, or the body, that was given the powers")
    number: Count = Field(description="number of the delegation, as pollbook offices shows it")
    body: Id = Field(description="the body that revokes it; or the office itself")
    decision: Id | None = Field(None, description="id of the body's decision; left out by an office for itself")
    reason: Literal["withdrawn", "superseded", "left-office"] = Field(description="why it ends")
    clause: Hash | None = Field(None, description="hash of the clause that it rests on")


@decision(
    RevokeDelegation,
    founding=lambda _c, _s: founding_stream(),
    office=lambda c, _: office_stream(c.office),
    body=lambda c, _: body_stream(c.body),
)
def revoke_delegation(command: RevokeDelegation, act: Act, founding: Founding, office: Office, body: Body) -> Outcome:
    """Decide that a delegation may be revoked.

    Raises:
        RefusedError: `not-founded`, `unknown-delegation`, `delegation-ended`, `decision-missing`, `unknown-decision`,
            `inquorate`, `decision-not-carried`, `before-decision`, `cannot-revoke`, in that order.
    """
    require_founded(founding, office.stream)
    fields: dict[str, Any] = command.model_dump(exclude={"effective", "authority"})
    revoked = DelegationRevoked(**act.on(office), **fields)
    for code, expected, found in revocation_faults(revoked, founding.governing_body, office, body):
        remedy = "See the delegations with: pollbook offices"
        raise refused(code, f"{office.stream}, delegation {command.number}", expected, found, remedy)
    return Outcome([revoked])
