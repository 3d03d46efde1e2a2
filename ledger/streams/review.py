"""How an appeal is reviewed: by people who had no part in the ruling, on the evidence, and after a hearing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Plain
from ledger.field import Count, Hash, Id, Time
from ledger.rules.fairness import words_of
from ledger.rules.local_time import seconds_between
from ledger.streams.appeal import Appeal, require_appeal, require_pending
from ledger.streams.appeal_events import (
    Answer,
    AppealDetermined,
    AppealOutcome,
    AppealReceivedLate,
    EvidencePackDisclosed,
    HearingHeld,
    ReviewersAssigned,
    Withheld,
)
from ledger.streams.appeals import GROUNDS, OfAppeal, appeal_of, case_of
from ledger.streams.body import Body
from ledger.streams.case import Case, require_ruling
from ledger.streams.concern import contests_of
from ledger.streams.contest import Contest
from ledger.streams.independence import declared_by, dependence, identities, panels_of
from ledger.streams.interest import Interests
from ledger.streams.merge import Merge
from ledger.streams.procedure import Procedure, procedure_stream
from ledger.streams.rulings import Reasons

MANY = 200
SECONDS_PER_HOUR = 3_600


def _procedure(_command: OfAppeal, seen: Mapping[str, Case]) -> Procedure:
    return procedure_stream(seen["case"].election)


class AssignReviewers(OfAppeal):
    """Assign the reviewers of an appeal: none sat on the ruling, referred the case, gave evidence, has an interest."""

    reviewers: tuple[Id, ...] = Field(min_length=1, max_length=MANY, description="ids of the reviewers")


def _contests(_command: OfAppeal, seen: Mapping[str, Any]) -> tuple[Contest, ...]:
    return contests_of(seen["interests"])


@decision(
    AssignReviewers,
    case=case_of,
    appeal=appeal_of,
    procedure=_procedure,
    panels=panels_of,
    merges=identities,
    interests=declared_by,
    contests=_contests,
)
def assign_reviewers(
    command: AssignReviewers,
    act: Act,
    case: Case,
    appeal: Appeal,
    procedure: Procedure,
    panels: tuple[Body, ...],
    merges: tuple[Merge, ...],
    interests: tuple[Interests, ...],
    contests: tuple[Contest, ...],
) -> Outcome:
    """Decide that reviewers may be assigned.

    Raises:
        RefusedError: what `require_pending` raises, `leave-needed`, `future-dated`, `before-appeal`,
            `procedure-missing`, `too-few-reviewers`, `not-independent`, in that order.
    """
    _require_let_in(appeal)
    _require_after_lodging(appeal, act, act.effective)
    reviewers = tuple(dict.fromkeys(command.reviewers))
    rules = procedure.require(act.effective, appeal.stream)
    if len(reviewers) < rules.reviewers:
        expected = f"{rules.reviewers} reviewers at least"
        raise refused("too-few-reviewers", appeal.stream, expected, len(reviewers), "Assign more")
    for why in dependence(case, panels, reviewers, interests, merges, contests, act.effective):
        remedy = "Assign somebody else"
        raise refused("not-independent", appeal.stream, "reviewers who had no part in it", why, remedy)
    fields: dict[str, Any] = {"case": case.id, "reviewers": reviewers, "ruling": command.ruling}
    return Outcome([ReviewersAssigned(**act.on(appeal), **fields)])


def _require_let_in(appeal: Appeal) -> None:
    """Refuse what `require_pending` refuses, and an appeal that is late and was not let in (`leave-needed`)."""
    if isinstance(require_pending(appeal), AppealReceivedLate) and not appeal.leave:
        remedy = "Record grant-leave or refuse-leave first"
        raise refused("leave-needed", appeal.stream, "leave, for it is late", "none", remedy)


def _require_after_lodging(appeal: Appeal, act: Act, *moments: str) -> None:
    """Refuse a step of a review that is still to come, or before the appeal was received.

    Raises:
        RefusedError: `future-dated`, `before-appeal`, in that order.
    """
    if act.effective > act.now:
        remedy = "Record it once it is done"
        raise refused("future-dated", appeal.stream, f"a step up to now, {act.now}", act.effective, remedy)
    received = require_appeal(appeal).effective
    for moment in moments:
        if moment < received:
            expected = f"a moment from when the appeal was received, {received}"
            raise refused("before-appeal", appeal.stream, expected, moment, "Correct the date")


class DiscloseEvidencePack(OfAppeal):
    """Record that the evidence was disclosed to the appellant, with the digest of the pack."""

    items: tuple[Id, ...] = Field((), max_length=MANY, description="ids of the evidence in the pack")
    withheld: tuple[Withheld, ...] = Field(
        (), max_length=MANY, description='what is not, or not in whole, as JSON: [{"evidence":"e2","why":"..."}]'
    )
    text_digest: Hash = Field(description="SHA-256 of the pack as it was sent, or @FILE: taken from a file")


@decision(DiscloseEvidencePack, case=case_of, appeal=appeal_of)
def disclose_evidence_pack(command: DiscloseEvidencePack, act: Act, case: Case, appeal: Appeal) -> Outcome:
    """Decide that a pack may be recorded: all that the ruling relied on is in it, or it is said why not.

    Raises:
        RefusedError: what `require_pending` raises, `future-dated`, `relied-evidence-missing`, `unknown-evidence`.
    """
    require_pending(appeal)
    _require_after_lodging(appeal, act)
    named = {*command.items, *(each.evidence for each in command.withheld)}
    ruling = require_ruling(case, command.ruling)
    missing = [each for each in ruling.made.evidence if each not in named]
    if missing:
        remedy = "Put it in --items, or say in --withheld why not"
        raise refused("relied-evidence-missing", appeal.stream, "all that was relied on", ", ".join(missing), remedy)
    for each in sorted(named - case.evidence.keys()):
        known = ", ".join(case.evidence) or "none"
        raise refused("unknown-evidence", appeal.stream, f"evidence of the case: {known}", each, "Correct the id")
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    return Outcome([EvidencePackDisclosed(**act.on(appeal), **fields)])


class HoldHearing(OfAppeal):
    """Record that the appeal was heard, or considered on the papers."""

    manner: Literal["hearing", "papers"] = Field(description="hearing, or on the papers")
    notice: Time = Field(description="when the appellant was told that it would be (UTC)")
    present: tuple[Id, ...] = Field(min_length=1, max_length=MANY, description="ids of the reviewers who were there")
    represented: Literal["yes", "no"] = Field("no", description="whether the appellant had somebody with them")
    record_digest: Hash = Field(description="SHA-256 of the record of it")


@decision(HoldHearing, case=case_of, appeal=appeal_of, procedure=_procedure)
def hold_hearing(command: HoldHearing, act: Act, case: Case, appeal: Appeal, procedure: Procedure) -> Outcome:
    """Decide that a hearing may be recorded: say with effective when it was held.

    Raises:
        RefusedError: what `require_pending` raises, `leave-needed`, `reviewers-missing`, `not-a-reviewer`,
            `counted-twice`, `pack-missing`, `future-dated`, `before-appeal`, `procedure-missing`,
            `hearing-notice-short`, in that order.
    """
    _require_let_in(appeal)
    assigned = appeal.reviewers.reviewers if appeal.reviewers else ()
    if not assigned:
        raise refused("reviewers-missing", appeal.stream, "reviewers", "none", "Record assign-reviewers first")
    for person in command.present:
        if person not in assigned:
            raise refused("not-a-reviewer", appeal.stream, f"one of {', '.join(assigned)}", person, "Leave them out")
    if len(set(command.present)) < len(command.present):
        found = ", ".join(command.present)
        raise refused("counted-twice", appeal.stream, "each reviewer once", found, "Name each who was there once")
    if appeal.pack is None:
        remedy = "Record disclose-evidence-pack first"
        raise refused("pack-missing", appeal.stream, "the evidence disclosed before it", "none", remedy)
    _require_after_lodging(appeal, act, command.notice, act.effective)
    rules = procedure.require(act.effective, appeal.stream)
    hours = seconds_between(command.notice, act.effective) // SECONDS_PER_HOUR
    if hours < rules.hearing_hours:
        expected = f"{rules.hearing_hours} hours of notice at least"
        raise refused("hearing-notice-short", appeal.stream, expected, f"{hours}", "Hold it later")
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    return Outcome([HearingHeld(**act.on(appeal), **fields)])


class DetermineAppeal(OfAppeal):
    """Record how an appeal was determined: each ground answered, with votes and reasons."""

    signed = True
    private = frozenset({"reasons"})

    outcome: AppealOutcome = Field(description="dismissed, allowed, varied, or remitted to be ruled on again")
    answers: tuple[Answer, ...] = Field(
        min_length=1, max_length=GROUNDS, description='as JSON: [{"ground":"bias","upheld":"not-upheld"}]'
    )
    votes_for: Count = Field(description="reviewers for it")
    votes_against: Count = Field(0, description="reviewers against it")
    abstained: Count | None = Field(None, description="reviewers who abstained")
    reasons: Reasons = Field(description="why, on each ground; it is kept in the vault")


@decision(
    DetermineAppeal,
    case=case_of,
    appeal=appeal_of,
    procedure=_procedure,
    panels=panels_of,
    merges=identities,
    interests=declared_by,
    contests=_contests,
)
def determine_appeal(
    command: DetermineAppeal,
    act: Act,
    case: Case,
    appeal: Appeal,
    procedure: Procedure,
    panels: tuple[Body, ...],
    merges: tuple[Merge, ...],
    interests: tuple[Interests, ...],
    contests: tuple[Contest, ...],
) -> Outcome:
    """Decide that an appeal may be determined.

    Raises:
        RefusedError: what `require_pending` raises, `leave-needed`, `hearing-missing`, `procedure-missing`, then
            `future-dated`, `before-appeal`, `before-hearing`, `too-few-reviewers`, `not-independent`,
            `votes-exceed-present`, `votes-missing`, `ruling-not-carried`, `ground-unanswered`, `answer-unfit`,
            `outcome-unfit`, `reasons-insufficient`.
    """
    _require_let_in(appeal)
    if appeal.hearing is None or appeal.reviewers is None:
        raise refused("hearing-missing", appeal.stream, "a hearing, or a look at the papers", "none", "Hold it first")
    rules = procedure.require(act.effective, appeal.stream)
    _require_after_lodging(appeal, act, act.effective)
    if act.effective < appeal.hearing.effective:
        expected = f"a moment from the hearing on, {appeal.hearing.effective}"
        raise refused("before-hearing", appeal.stream, expected, act.effective, "Correct effective")
    for code, expected, found in _faults_of(command, appeal, rules.reviewers, rules.reasons_words):
        raise refused(code, appeal.stream, expected, found, "Correct it, or hear the appeal again")
    for why in dependence(case, panels, appeal.reviewers.reviewers, interests, merges, contests, act.effective):
        remedy = "Assign others, and hear it again"
        raise refused("not-independent", appeal.stream, "reviewers who had no part in it", why, remedy)
    own = type(command).model_fields.keys() - Command.model_fields.keys() - {"reasons"}
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    event = AppealDetermined(
        **act.on(appeal),
        **fields,
        person=case.person,
        reasons=Plain(command.reasons),
        reasons_words=len(words_of(command.reasons)),
    )
    return Outcome([event])


def _faults_of(command: DetermineAppeal, appeal: Appeal, reviewers: int, words: int) -> Iterator[tuple[str, str, str]]:
    """Find what is wrong with how reviewers decided; the states are those of an appeal that was heard."""
    present = appeal.hearing.present if appeal.hearing else ()
    if len(present) < reviewers:
        yield "too-few-reviewers", f"{reviewers} reviewers at least", f"{len(present)} present"
    cast = command.votes_for + command.votes_against + (command.abstained or 0)
    if cast > len(present):
        yield "votes-exceed-present", f"at most {len(present)} votes", str(cast)
    if cast < len(present):
        yield "votes-missing", f"{len(present)} for, against or abstained, one of each reviewer present", str(cast)
    if command.votes_for <= command.votes_against:
        found = f"{command.votes_for} for, {command.votes_against} against"
        yield "ruling-not-carried", "more votes for than against", found
    grounds, answered = require_appeal(appeal).grounds, [each.ground for each in command.answers]
    for ground in grounds:
        if ground not in answered:
            yield "ground-unanswered", f"an answer on each ground: {', '.join(grounds)}", f"none on {ground}"
    if len(answered) > len(grounds):
        yield "answer-unfit", f"one answer on each ground: {', '.join(grounds)}", ", ".join(answered)
    upheld = any(each.upheld == "upheld" for each in command.answers)
    if upheld == (command.outcome == "dismissed"):
        found = f"{command.outcome}, with {'a ground' if upheld else 'no ground'} upheld"
        yield "outcome-unfit", "dismissed where no ground is upheld, else another outcome", found
    if len(words_of(command.reasons)) < words:
        yield "reasons-insufficient", f"{words} words at least", f"{len(words_of(command.reasons))}"
