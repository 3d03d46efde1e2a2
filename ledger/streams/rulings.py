"""Rulings: one that is not fair is refused, in the order of `fair_ruling`.

A ruling reaches the roll as the person is told of it, in one transaction with that (`notification`): so nobody loses
an entry before they could know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import refused
from ledger.event import Plain
from ledger.field import Count, Hash, Id, Text, check_text
from ledger.rules.fairness import own_words, words_of
from ledger.streams.application import PREFIX as APPLICATIONS
from ledger.streams.application import Application, application_stream
from ledger.streams.body import Body, body_stream
from ledger.streams.case import NOBODY, Case, case_stream, require_open_case, require_step
from ledger.streams.case_events import CaseOpened
from ledger.streams.concern import contests_of
from ledger.streams.contest import Contest
from ledger.streams.entry import Entries, entry_stream
from ledger.streams.fair_panel import Deciders
from ledger.streams.fair_ruling import Before, remedy_for, ruling_faults
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.ground import Grounds, ground_stream
from ledger.streams.interest import Interests, interests_stream
from ledger.streams.merge import Humans, Merge, merge_stream
from ledger.streams.office import Office, office_stream
from ledger.streams.procedure import Procedure, procedure_stream
from ledger.streams.ruling_events import (
    DecidedBy,
    EntryEffect,
    Finding,
    PaperAction,
    RulingMade,
    RulingOutcome,
)

PEOPLE_MAX = 200
REASONS_MAX = 20_000  # characters
REASONS_KEY = "reasons of rulings"  # purpose of the digest under the vault's secret
KEY_DIGITS = 32  # of the keyed digest by which equal reasons are known

Reasons = Annotated[str, StringConstraints(min_length=1, max_length=REASONS_MAX), AfterValidator(check_text)]


class MakeRuling(Command):
    """Record a ruling: who decided, on which findings, evidence and reasons, with what effect, and what may be done.

    It is signed by the panel's clerk, and refused unless it is fair. It has effect when the person is told.
    """

    signed = True
    private = frozenset({"reasons"})

    case: Id = Field(description="id of the case")
    outcome: RulingOutcome = Field(description="admit, refuse, remove, suspend, restore, no-action, or refer-up")
    decided_by: DecidedBy = Field(description="panel; officer; or auto: a check of some version, reviewed by a person")
    panel: Id | None = Field(None, description="id of the panel, where one decided")
    sitting: Id | None = Field(None, description="id of its sitting")
    recused: tuple[Id, ...] = Field((), max_length=PEOPLE_MAX, description="members present who withdrew")
    votes_for: Count = Field(0, description="votes of the panel for the ruling")
    votes_against: Count = Field(0, description="votes against")
    abstained: Count = Field(0, description="members who abstained")
    check_version: Text | None = Field(None, description="of an automatic ruling: which check in which version")
    reviewed_by: Id | None = Field(None, description="of an automatic ruling: id of the person who reviewed it")
    findings: tuple[Finding, ...] = Field(
        min_length=1,
        max_length=PEOPLE_MAX,
        description='what was found on each ground, as JSON: [{"ground":"...","met":"met","conduct":'
        '"2016-08-01T00:00:00Z"}]; met, not-met, or not-relied-on',
    )
    evidence: tuple[Id, ...] = Field((), max_length=PEOPLE_MAX, description="ids of the evidence that it relies on")
    replies: Count = Field(0, description="replies of the person that were put to the panel")
    late_replies: Count = Field(0, description="of these, how many were late")
    interim_reason: Text | None = Field(None, description="why it could not wait for the time to reply to end")
    reasons: Reasons = Field(description="what was done, when, and which test it fails; it is kept in the vault")
    effects: tuple[EntryEffect, ...] = Field(
        (),
        max_length=PEOPLE_MAX,
        description='what becomes of which entry, as JSON: [{"number":1,"action":"remove"}]; remove, restore, none',
    )
    papers: PaperAction = Field("none", description="what becomes of a paper: none, cancel-unreturned, or set-aside")
    appeal: Text | None = Field(None, description="to whom one may appeal")
    no_appeal: Hash | None = Field(None, description="content hash of the clause by which there is no appeal")


def _people(command: MakeRuling, seen: Mapping[str, Any]) -> tuple[str, ...]:
    """Name those of whom it is asked who they are: who decides, who referred the case, who gave evidence."""
    case: Case = seen["case"]
    referred_by = (case.opened.referred_by,) if case.opened else ()
    gave = (each.given_by for each in case.evidence.values())
    return tuple(dict.fromkeys((*_deciders(command, seen), *referred_by, *gave)))


def _declared(command: MakeRuling, seen: Mapping[str, Any]) -> tuple[Interests, ...]:
    return tuple(map(interests_stream, Humans(seen["merges"]).keys(_deciders(command, seen))))


def _deciders(command: MakeRuling, seen: Mapping[str, Any]) -> tuple[str, ...]:
    """Name those whose interests are asked for: present and not recused, or who reviewed a check."""
    if command.decided_by != "panel":
        return (command.reviewed_by,) if command.reviewed_by else ()
    sitting = seen["body"].sittings.get(command.sitting or "")
    recused = {*command.recused, *seen["case"].recused}
    return tuple(person for person in sitting.present if person not in recused) if sitting else ()


def _application(_command: MakeRuling, seen: Mapping[str, Any]) -> Application:
    """Name the application that the case is about; of nobody where it is about something else."""
    opened = seen["case"].opened
    return application_stream(opened.person if opened and opened.subject.startswith(APPLICATIONS) else NOBODY)


@decision(
    MakeRuling,
    case=lambda c, _: case_stream(c.case),
    merge=lambda _c, seen: merge_stream(seen["case"].person),
    procedure=lambda _c, seen: procedure_stream(seen["case"].election),
    grounds=lambda _c, seen: ground_stream(seen["case"].election),
    entries=lambda _c, seen: entry_stream(seen["case"].election, seen["case"].person),
    body=lambda c, _: body_stream(c.panel or "none"),
    merges=lambda c, seen: tuple(map(merge_stream, _people(c, seen))),
    interests=_declared,
    contests=lambda _c, seen: contests_of(seen["interests"]),
    reviewer=lambda c, _: office_stream(c.reviewed_by or "none"),
    application=_application,
    founding=lambda _c, _s: founding_stream(),
)
def make_ruling(
    command: MakeRuling,
    act: Act,
    case: Case,
    merge: Merge,
    procedure: Procedure,
    grounds: Grounds,
    entries: Entries,
    body: Body,
    merges: tuple[Merge, ...],
    interests: tuple[Interests, ...],
    contests: tuple[Contest, ...],
    reviewer: Office,
    application: Application,
    founding: Founding,
) -> Outcome:
    """Decide that a ruling may be recorded.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `merged-person`, `procedure-missing`,
            `before-opening`, `future-dated`; then of who decided `not-allocated`, `unknown-sitting`, `before-sitting`,
            `sitting-too-early`, `sitting-late`, `inquorate`, `not-a-member`, `seated-late`, `counted-twice`,
            `conflict`, `same-person-referred-and-decided`, `witness-decided`, `votes-exceed-present`,
            `votes-missing`, `ruling-not-carried`, `review-missing`, `reviewer-not-independent`,
            `reviewer-without-power`; of rules `ground-not-of-the-case`, `ground-not-met`, `conduct-unfit`,
            `rule-not-in-force-at-conduct`, `not-for-them`; of an adverse one `notice-not-served`,
            `reply-window-open`, `interim-measure-missing`, `ground-not-in-notice`, `reply-not-considered`,
            `unknown-evidence`, `evidence-withdrawn`, `evidence-too-late`, `evidence-not-disclosed`,
            `evidence-below-standard`; `new-evidence-missing`; `reasons-insufficient`;
            `effect-missing`, `effect-unfit`, `unknown-entry`, `entry-not-live`, `entry-live`; `appeal-route-missing`,
            `appeal-route-unclear`: in that order.
    """
    opened = require_open_case(case)
    where = f"ruling {len(case.rulings) + 1} on case {case.id}"
    if merge.kept is not None:
        remedy = f"Open a case about {merge.kept}, who was kept, and close this one"
        raise refused("merged-person", where, "a person who is kept", f"one merged into {merge.kept}", remedy)
    rules = procedure.require(act.effective, where)
    require_step(case, act, where)
    ruling = _ruling(command, act, case, opened.person)
    who = Deciders(founding, body, interests, merges, contests, reviewer, application)
    before = Before(case, who, grounds, entries, rules)
    said = own_words(command.reasons, said_by_grounds(opened, grounds))
    for code, expected, found in ruling_faults(ruling, before, said)[:1]:
        raise refused(code, where, expected, found, remedy_for(code, ruling, before))
    return Outcome([ruling])


def said_by_grounds(opened: CaseOpened, grounds: Grounds) -> list[str]:
    """Give the titles and tests of the grounds of a case, in every version: to say them again is no reason."""
    versions = [version for each in opened.grounds for version in grounds.grounds.get(each, ())]
    return [text for version in versions for text in (version.title, *version.tests)]


def key_of_reasons(text: str, keyed: Callable[[str, bytes], bytes]) -> str:
    """Give the keyed digest by which reasons of the same words are known; only who has the vault can make it."""
    return keyed(REASONS_KEY, " ".join(words_of(text)).encode()).hex()[:KEY_DIGITS]


def _ruling(command: MakeRuling, act: Act, case: Case, person: str) -> RulingMade:
    """Give the ruling as it would be recorded."""
    own = type(command).model_fields.keys() - Command.model_fields.keys() - {"reasons"}
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    return RulingMade(
        **act.on(case),
        **fields,
        person=person,
        reasons=Plain(command.reasons),
        reasons_key=key_of_reasons(command.reasons, act.keyed),
        reasons_words=len(words_of(command.reasons)),
        ruling=len(case.rulings) + 1,
    )
