"""A case opened again: for new evidence, or as an appeal remitted it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.field import Id, StreamId
from ledger.streams.appeal import Appeal, appeal_stream
from ledger.streams.case import Case, Docket, case_stream, docket_stream, require_case, require_step
from ledger.streams.case_events import CaseDocketed, CaseReopened, Reopening


class ReopenCase(Command):
    """Open a case again: for new evidence, or because an appeal remitted it. What was ruled stays on record.

    It is not opened again before the person was told of the ruling, nor while an appeal against it is pending. A panel
    sits on it anew; where it was opened again for new evidence, that is added, and told in a notice, before the ruling.
    """

    case: Id = Field(description="id of the case")
    reason: Reopening = Field(description="new-evidence, or remitted by an appeal")
    basis: StreamId | None = Field(None, description="the appeal that remitted it: appeal/CASE/RULING")


@decision(
    ReopenCase,
    case=lambda c, _: case_stream(c.case),
    docket=lambda _c, seen: docket_stream(seen["case"].election, seen["case"].person),
    appeal=lambda c, seen: appeal_stream(c.case, len(seen["case"].rulings)),
)
def reopen_case(command: ReopenCase, act: Act, case: Case, docket: Docket, appeal: Appeal) -> Outcome:
    """Decide that a case may be opened again.

    Raises:
        RefusedError: `unknown-case`, `case-open`, `ruling-untold`, `appeal-pending`, `basis-missing`, `not-remitted`,
            `before-ruling`, `before-closing`, `future-dated`, in that order.
    """
    opened = require_case(case)
    if case.is_open:
        raise refused("case-open", case.stream, "a case that was ruled on or closed", "an open one", "Nothing to do")
    _require_ended(case, appeal)
    if command.reason == "remitted":
        _require_remitted(command, case, appeal)
    last = case.rulings[-1].made.effective if case.rulings else ""
    if act.effective <= last:
        raise refused("before-ruling", case.stream, f"a moment after {last}", act.effective, "Correct effective")
    if case.closed is not None and act.effective < case.closed.effective:
        expected = f"a moment from {case.closed.effective} on, when it was closed"
        raise refused("before-closing", case.stream, expected, act.effective, "Correct effective")
    require_step(case, act, case.stream)
    events: list[Any] = [CaseReopened(**act.on(case), basis=command.basis, case=case.id, reason=command.reason)]
    if case.id not in docket.cases:
        events.append(CaseDocketed(**act.on(docket), case=case.id, election=case.election, grounds=opened.grounds))
    return Outcome(events)


def _require_ended(case: Case, appeal: Appeal) -> None:
    """Refuse to look for another ruling before the last one is known, and while somebody else has it."""
    last = case.rulings[-1] if case.rulings else None
    if last is not None and last.notified is None:
        found = f"ruling {last.made.ruling} of which nobody was told"
        raise refused(
            "ruling-untold", case.stream, "a ruling that the person was told of", found, "Record notify-ruling"
        )
    if appeal.pending:
        remedy = "Let the appeal be determined: it may remit the case"
        raise refused("appeal-pending", case.stream, "a ruling that is not under appeal", appeal.stream, remedy)


def _require_remitted(command: ReopenCase, case: Case, appeal: Appeal) -> None:
    """Refuse a case that no appeal against its last ruling remitted."""
    if command.basis is None:
        remedy = "Name the appeal: --basis appeal/CASE/RULING"
        raise refused("basis-missing", case.stream, "the appeal that remitted it", "none", remedy)
    outcome = appeal.determined.outcome if appeal.determined else "one not determined"
    if command.basis != appeal.stream or outcome != "remitted":
        found = f"{command.basis}, {outcome}" if command.basis == appeal.stream else command.basis
        remedy = f"See: pollbook case {case.id}"
        raise refused("not-remitted", case.stream, f"{appeal.stream}, determined as remitted", found, remedy)
