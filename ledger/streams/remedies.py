"""What an appeal that was allowed leads to: a remedy that is possible at that stage, ordered, and done with proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ledger.case_papers import CasePapers
from ledger.decision import Act, Outcome, decision
from ledger.errors import refused
from ledger.field import Hash, Id, StreamId, Text
from ledger.rules.local_time import Local, Offset, dated
from ledger.streams.appeal import Appeal, require_appeal
from ledger.streams.appeal_events import Remedy, RemedyDone, RemedyOrdered
from ledger.streams.appeals import OfAppeal, appeal_of, case_of
from ledger.streams.application import Application
from ledger.streams.case import Case
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.entry import Entries, EntryRestored, entry_stream
from ledger.streams.merge import OnRecord
from ledger.streams.possible_remedies import require_none_possible
from ledger.streams.procedure import Procedure, procedure_stream
from ledger.streams.refused_application import application_of, application_remedied, require_refused_by
from ledger.streams.ruled_papers import (
    INSTEAD,
    papers_guard,
    papers_remedied,
    require_paper_remedy,
    require_papers_settled,
)

BEFORE_CLOSE = ("restore-entry", "issue-paper", "admit")  # which give nobody a vote once the poll has closed


class OrderRemedy(OfAppeal):
    """Order a remedy: one that is possible at this stage, or none-possible with the reason why.

    Where the vote can still be given back, none-possible is refused.
    """

    written = {"due": lambda body, found: (found or {}).get("local") == body.get("due")}

    remedy: Remedy = Field(description="what is to be done, or none-possible")
    entry: int | None = Field(
        None, ge=1, description="number of the entry, of restore-entry, issue-paper and count-set-aside"
    )
    contest: Id | None = Field(
        None, description="contest in which a vote is at stake: its poll decides what is possible"
    )
    due: Local | None = Field(None, description="until when, local time of the rules of procedure")
    offset: Offset | None = Field(None, description="offset from UTC, such as +01:00; needed where clocks change")
    reason: Text | None = Field(None, description="why none is possible; it is kept for ever, so say nothing private")


def _procedure(_command: OfAppeal, seen: Mapping[str, Case]) -> Procedure:
    return procedure_stream(seen["case"].election)


def _entries(_command: OfAppeal, seen: Mapping[str, Case]) -> Entries:
    return entry_stream(seen["case"].election, seen["case"].person)


@decision(
    OrderRemedy,
    case=case_of,
    appeal=appeal_of,
    procedure=_procedure,
    entries=_entries,
    contest=lambda c, _: contest_stream(c.contest or "none"),
    application=application_of,
    figures=lambda c, port: port.case_papers(c.case),
)
def order_remedy(
    command: OrderRemedy,
    act: Act,
    case: Case,
    appeal: Appeal,
    procedure: Procedure,
    entries: Entries,
    contest: Contest,
    application: Application,
    figures: CasePapers,
) -> Outcome:
    """Decide that a remedy may be ordered.

    Raises:
        RefusedError: what `require_appeal` raises, `not-allowed`, `reason-required`,
            `remedy-possible`, `due-missing`, `procedure-missing`, what `dated` raises, `due-past`, `unknown-contest`,
            `remedy-not-possible`, in that order.
    """
    require_appeal(appeal)
    if appeal.determined is None or appeal.determined.outcome == "dismissed":
        found = appeal.determined.outcome if appeal.determined else "one that is pending"
        expected = "an appeal that was allowed, varied or remitted"
        raise refused("not-allowed", appeal.stream, expected, found, "See: pollbook appeals")
    if command.remedy == "none-possible":
        if command.reason is None:
            raise refused("reason-required", appeal.stream, "why none is possible", "none", "Say it in reason")
        named = contest if command.contest is not None else None
        require_none_possible(case, command.ruling, entries, named, application, figures)
        due = None
    else:
        if command.due is None:
            raise refused("due-missing", appeal.stream, "until when it is to be done", "none", "Give due")
        rules = procedure.require(act.effective, appeal.stream)
        due = dated(command.due, rules.zone, command.offset, appeal.stream)
        if due.utc <= act.effective:
            remedy = "Give a date still to come"
            raise refused("due-past", appeal.stream, f"a date after {act.effective}", due.utc, remedy)
        _require_possible(command, appeal, entries, contest)
        if command.remedy == "admit":
            require_refused_by(application, case, command.ruling, appeal.stream)
        require_paper_remedy(command.remedy, command.contest, command.entry, figures, appeal.stream)
    fields: dict[str, Any] = {name: getattr(command, name) for name in ("case", "contest", "entry", "reason")}
    number = len(appeal.remedies) + 1
    event = RemedyOrdered(
        **act.on(appeal), **fields, due=due, number=number, remedy=command.remedy, ruling=command.ruling
    )
    return Outcome([event], unchanged=papers_guard(figures))


def _require_possible(command: OrderRemedy, appeal: Appeal, entries: Entries, contest: Contest) -> None:
    """Refuse what cannot be done any more (`remedy-not-possible`)."""
    if command.remedy == "restore-entry":
        entry = entries.entries.get(command.entry or 0)
        if entry is None or entry.live:
            found = f"entry {command.entry}, which stands" if entry else f"no entry {command.entry or 'named'}"
            raise refused("remedy-not-possible", appeal.stream, "an entry that was removed", found, INSTEAD)
    if command.remedy in BEFORE_CLOSE and command.contest is not None:
        require_contest(contest)
        if contest.closed_at:
            found = f"the poll of {contest.id} closed"
            raise refused("remedy-not-possible", appeal.stream, f"{command.remedy} before the close", found, INSTEAD)


class DoRemedy(OfAppeal):
    """Record that a remedy was done, with what shows it.

    An entry is restored with that, a paper issued, or one that was set aside put back with the others. An application
    that was refused is open again, to be admitted by its tests.
    """

    elsewhere = {"number": frozenset({"entry-restored.v1", "paper-issued.v1", "set-aside-reversed.v1"})}  # of an entry

    number: int = Field(ge=1, description="number of the remedy")
    proof: Annotated[StreamId | Hash, Field(description="stream that shows it, or SHA-256 of a paper that does")]


@decision(
    DoRemedy,
    case=case_of,
    appeal=appeal_of,
    entries=_entries,
    application=application_of,
    proof=lambda c, _: OnRecord(c.proof),
    figures=lambda c, port: port.case_papers(c.case),
)
def do_remedy(
    command: DoRemedy,
    act: Act,
    case: Case,
    appeal: Appeal,
    entries: Entries,
    application: Application,
    proof: OnRecord,
    figures: CasePapers,
) -> Outcome:
    """Decide that a remedy may be recorded as done.

    Raises:
        RefusedError: what `require_appeal` raises, `unknown-remedy`, `nothing-to-do`, `remedy-done`,
            `paper-remedy-missing`, `remedy-not-possible`, `entry-not-live`, `proof-missing`, in that order.
    """
    require_appeal(appeal)
    ordered = appeal.remedies.get(command.number)
    if ordered is None:
        expected = f"one of {len(appeal.remedies)} remedies ordered" if appeal.remedies else "a remedy that was ordered"
        raise refused("unknown-remedy", appeal.stream, expected, command.number, "Record order-remedy first")
    if ordered.remedy == "none-possible":
        raise refused("nothing-to-do", appeal.stream, "a remedy to be done", "none-possible", "It stands so")
    if command.number in appeal.done:
        found = f"done at {appeal.done[command.number].effective}"
        raise refused("remedy-done", appeal.stream, "a remedy still to be done", found, "Nothing to do")
    fields: dict[str, Any] = {"case": case.id, "number": command.number, "proof": command.proof}
    events: list[Any] = [RemedyDone(**act.on(appeal), **fields, ruling=command.ruling)]
    entry = entries.entries.get(ordered.entry or 0)
    if ordered.remedy == "restore-entry" and entry is not None and not entry.live:
        require_papers_settled(case, entry.number, appeal.remedies.values(), figures, appeal.stream)
        shared: dict[str, Any] = {"basis": appeal.stream, "cause": "appeal", "election": case.election}
        events.append(EntryRestored(**act.on(entries), **shared, number=entry.number))
    events += papers_remedied(ordered, act, appeal, entries, figures)
    if ordered.remedy == "admit":
        events += application_remedied(act, appeal.stream, case, command.ruling, application)
    shows = proof.exists or command.proof in [each.stream for each in events]
    if not command.proof.startswith("sha256:") and (not shows or proof.stream in (appeal.stream, case.stream)):
        expected = "a stream on record that shows it, other than the appeal's and the case's, or a digest"
        raise refused("proof-missing", appeal.stream, expected, command.proof, "Correct proof")
    return Outcome(events, unchanged=papers_guard(figures))
