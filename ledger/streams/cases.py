"""Cases opened and closed, and members recused; what is recorded and how it adds up is in `case`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ledger.batches.intake import PERSON
from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import nearest, refused
from ledger.event import Plain
from ledger.field import Id, PersonKey, StreamId, Text, Time
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.body import Body, body_stream
from ledger.streams.case import (
    Case,
    Docket,
    case_stream,
    docket_stream,
    require_case,
    require_open_case,
)
from ledger.streams.case_events import (
    CaseClosed,
    CaseDocketed,
    CaseOpened,
    CaseUndocketed,
    Closing,
    Detection,
    MemberRecused,
)
from ledger.streams.case_subject import require_same_election
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.entry import Entries, entry_stream
from ledger.streams.ground import Grounds, ground_stream
from ledger.streams.merge import Merge, OnRecord, merge_stream
from ledger.streams.person import PersonalText

GROUNDS_MAX = 20
SUBJECTS = ("application", "entry", "person", "nomination")  # kinds of stream that a case may be about


class OpenCase(Command):
    """Open a case: one question about one person, on grounds that were adopted, and how it was found.

    Whoever refers it has no vote on it. A search says with which terms.
    """

    private = frozenset({"search"})
    coined = frozenset({"case"})

    case: Id = Field(description="id of the case: random or sequential, never a name")
    election: Id = Field(description="id of the election")
    person: PersonKey = Field(description="key of the person that it is about")
    subject: StreamId = Field(description="what is in question: application/KEY, entry/ELECTION/KEY, person/KEY, ...")
    grounds: tuple[Id, ...] = Field(min_length=1, max_length=GROUNDS_MAX, description="ids of the grounds")
    detection: Detection = Field(description="how it was found")
    referred_by: Id = Field(description="id of the person or office that refers it")
    search: PersonalText | None = Field(None, description="terms of the search, where it was found by one")
    about: Id | None = Field(
        None,
        description="contest that it has to do with, if one; who has an interest in any of the election is recused",
    )
    candidates: tuple[Id, ...] = Field((), max_length=GROUNDS_MAX, description="candidates that it has to do with")
    conduct: Time | None = Field(None, description="when what is in question happened (UTC), if it is about conduct")


@decision(
    OpenCase,
    election=lambda c, _: election_stream(c.election),
    known=lambda c, _: (OnRecord(f"{PERSON}{c.person}"), OnRecord(f"{APPLICATION}{c.person}")),
    entries=lambda c, _: entry_stream(c.election, c.person),
    grounds=lambda c, _: ground_stream(c.election),
    merge=lambda c, _: merge_stream(c.person),
    docket=lambda c, _: docket_stream(c.election, c.person),
    case=lambda c, _: case_stream(c.case),
)
def open_case(
    command: OpenCase,
    act: Act,
    election: Election,
    known: tuple[OnRecord, OnRecord],
    entries: Entries,
    grounds: Grounds,
    merge: Merge,
    docket: Docket,
    case: Case,
) -> Outcome:
    """Decide that a case may be opened.

    Raises:
        RefusedError: `unknown-election`, `case-exists`, `subject-unfit`, `unknown-person`, `merged-person`,
            `ground-not-adopted`, `duplicate-case`, `future-dated`, `search-missing`, in that order.
    """
    require_election(election, command.election)
    where = f"case {command.case} about {command.subject}"
    if case.exists:
        raise refused("case-exists", where, "a new id", "a case of this id", "Choose another id")
    kind, _, rest = command.subject.partition("/")
    if kind not in SUBJECTS or (kind != "nomination" and rest.rpartition("/")[2] != command.person):
        expected = f"a stream of the person: {', '.join(SUBJECTS)}, that ends in {command.person}"
        raise refused("subject-unfit", where, expected, command.subject, "Correct subject or person")
    require_same_election(command.subject, command.election, where)
    _require_known(command.person, (entries, *known), where)
    if merge.kept is not None:
        remedy = f"Name {merge.kept}, who was kept"
        raise refused("merged-person", where, "a person who is kept", f"one merged into {merge.kept}", remedy)
    for ground in command.grounds:
        require_ground(grounds, ground, act.effective, where)
    for other, held in docket.cases.items():
        if shared := sorted(set(held) & set(command.grounds)):
            remedy = f"Add what is new to case {other}: add-evidence; or link it: link-case"
            raise refused("duplicate-case", where, f"no open case on {', '.join(shared)}", other, remedy)
    if command.conduct is not None and command.conduct > act.effective:
        raise refused("future-dated", where, f"conduct up to {act.effective}", command.conduct, "Correct conduct")
    if command.detection == "search" and command.search is None:
        raise refused("search-missing", where, "the terms of the search", "none", "Name them in search")
    own = type(command).model_fields.keys() - Command.model_fields.keys() - {"search", "grounds"}
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    wanted = tuple(dict.fromkeys(command.grounds))
    if command.search is not None:
        fields["search"] = Plain(command.search)
    opened = CaseOpened(**act.on(case), **fields, grounds=wanted)
    return Outcome(
        [opened, CaseDocketed(**act.on(docket), case=command.case, election=command.election, grounds=wanted)]
    )


def _require_known(person: str, streams: tuple[State, ...], where: str) -> None:
    """Refuse a case about somebody whose streams hold nothing: no person, application or entry (`unknown-person`)."""
    if not any(each.exists for each in streams):
        remedy = "Find the key: pollbook find by a name, member-key or application-key by a number"
        raise refused("unknown-person", where, "a person on record", person, remedy)


def require_ground(grounds: Grounds, ground: str, moment: str, where: str) -> None:
    """Refuse a ground that was not adopted, or is not in force at a moment (`ground-not-adopted`)."""
    if grounds.in_force(ground, moment) is None:
        near = f"{ground}{grounds.instead(ground)}"
        remedy = "Record adopt-ground first; it does not reach back"
        raise refused("ground-not-adopted", where, f"a ground in force at {moment}", near, remedy)


class RecuseMember(Command):
    """Record that a member of the panel withdrew from a case, or had to."""

    case: Id = Field(description="id of the case")
    member: Id = Field(description="id of the member")
    reason: Text = Field(description="why; it is kept for ever, so say nothing private")
    required: Literal["own-wish", "required"] = Field("own-wish", description="own-wish, or required by an interest")


@decision(
    RecuseMember,
    case=lambda c, _: case_stream(c.case),
    body=lambda _c, seen: body_stream(seen["case"].panel or "none"),
)
def recuse_member(command: RecuseMember, act: Act, case: Case, body: Body) -> Outcome:
    """Decide that a member's recusal may be recorded.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `not-allocated`, `not-on-panel`,
            `already-recused`, in that order.
    """
    require_open_case(case)
    where = f"case {case.id}, member {command.member}"
    if case.panel is None:
        raise refused("not-allocated", where, "a case that a panel has", "none", "Record allocate-case first")
    members = [term.person for term in body.members(act.effective)]
    if command.member not in members:
        found = f"{command.member}{nearest(command.member, members)}"
        remedy = f"See: pollbook body {case.panel}"
        raise refused("not-on-panel", where, f"a member of {case.panel}", found, remedy)
    if command.member in case.recused:
        raise refused("already-recused", where, "a member who sits on it", "one recused before", "Nothing to do")
    fields: dict[str, Any] = {"case": case.id, "member": command.member, "reason": command.reason}
    return Outcome([MemberRecused(**act.on(case), **fields, required=command.required)])


class CloseCase(Command):
    """Close a case: decided and told, withdrawn by whoever referred it, or no case to answer."""

    case: Id = Field(description="id of the case")
    reason: Closing = Field(description="why it is closed")


@decision(
    CloseCase,
    case=lambda c, _: case_stream(c.case),
    docket=lambda _c, seen: docket_stream(seen["case"].election, seen["case"].person),
)
def close_case(command: CloseCase, act: Act, case: Case, docket: Docket) -> Outcome:
    """Decide that a case may be closed: nothing is outstanding.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `steps-outstanding`.
    """
    require_case(case)
    if case.closed is not None:
        found = f"one closed at {case.closed.effective}"
        raise refused("case-closed", case.stream, "an open case", found, f"See: pollbook case {case.id}")
    outstanding = _outstanding(case, command.reason, act.effective)
    if outstanding:
        expected = f"a case fit to be closed as {command.reason}"
        raise refused("steps-outstanding", case.stream, expected, outstanding, f"See: pollbook case {case.id}")
    events: list[Any] = [CaseClosed(**act.on(case), case=case.id, reason=command.reason)]
    if case.id in docket.cases:
        events.append(CaseUndocketed(**act.on(docket), case=case.id, election=case.election))
    return Outcome(events)


def _outstanding(case: Case, reason: Closing, moment: str) -> str:
    """Say what stands in the way of closing; empty where nothing does."""
    ruling = case.ruling
    if reason == "decided":
        if ruling is None:
            return "no ruling yet: make-ruling"
        return "" if ruling.notified else f"ruling {ruling.made.ruling} of which nobody was told: notify-ruling"
    if ruling is not None:
        return f"ruling {ruling.made.ruling}: a case that was ruled on is closed as decided"
    return "an interim measure in force: lift-interim-measure" if case.interim_at(moment) else ""
