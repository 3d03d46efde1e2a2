"""A check of one application by an officer: what no file shows, such as a bill that was sent in after a notice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ledger.checks.single import check_payment
from ledger.checks.versions import BY_HAND, CHECKS
from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import PersonKey
from ledger.streams.application import Application, application_stream, require_open
from ledger.streams.application_events import Against, Check, CheckName, ChecksRun
from ledger.streams.batch_head import BatchHead
from ledger.streams.tested import batches_of

EVIDENCE = re.compile("evidence/[a-z0-9][a-z0-9-]*")


def _is_said(body: Mapping[str, Any], found: Any) -> bool:
    said = {"version": BY_HAND, **{name: body[name] for name in ("against", "check", "outcome")}}
    return bool(said in found and all(each == said or each["check"] == "payment" for each in found))


class CheckApplication(Command):
    """Check an application by hand, as an officer: what was found, and against what.

    It stands against later runs of the checks, until an officer checks again. Who lets one pass does not admit as well.
    """

    signed = True
    written = {"checks": _is_said}

    application: PersonKey = Field(description="key of the application")
    check: CheckName = Field(description="which check; that of the payment is made by the record alone")
    outcome: Literal["pass", "fail"] = Field(description="what was found")
    against: Against = Field(
        description="id of the evidence that it was found against, such as evidence/bill-17; it names nobody",
    )


@decision(
    CheckApplication,
    application=lambda c, _: application_stream(c.application),
    intake=lambda _, seen: BatchHead(batches_of(seen["application"])[0]),
    run=lambda _, seen: BatchHead(batches_of(seen["application"])[1]),
)
def check_application(
    command: CheckApplication, act: Act, application: Application, intake: BatchHead, run: BatchHead
) -> Outcome:
    """Decide that a check by an officer may be recorded; where money moved since the last, with that of the payment.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `batch-open`, `check-by-record`,
            `evidence-unnamed`, `check-not-run`, `check-held`, in that order.
    """
    require_open(application)
    where = f"{application.stream}, check {command.check}"
    for each in (intake, run):
        if not each.complete:
            remedy = "Finish the import or the run of checks that it came with"
            raise refused("batch-open", where, f"{each.stream} complete", "open", remedy)
    if command.check == "payment":
        remedy = "Record the payment: receive-fee, or pollbook import payments"
        raise refused("check-by-record", where, "a check that somebody can make", "that of the payment", remedy)
    if not EVIDENCE.fullmatch(command.against):
        remedy = "Give the id of what shows it: --against evidence/ID"
        raise refused("evidence-unnamed", where, "an id such as evidence/bill-17", command.against, remedy)
    last = application.checks.get(command.check)
    if last is None and command.check in CHECKS:
        remedy = f"Run the checks: pollbook run-checks {application.election}"
        raise refused("check-not-run", where, "a check that was run", "none yet", remedy)
    if last and (last.outcome, last.against) == (command.outcome, command.against):
        found = f"{last.outcome} against {last.against}, already"
        raise refused("check-held", where, "another outcome, or against something else", found, "Nothing to do")
    checks = [Check(against=command.against, check=command.check, outcome=command.outcome, version=BY_HAND)]
    if application.anew:
        paid = check_payment(application.due, application.money, 0)
        checks.append(paid.recorded("payment", CHECKS["payment"][-1]))
    return Outcome([ChecksRun(**act.on(application), checks=tuple(checks))])
