"""Who is to decide a case: the panel it is given to, by rota, by lot or by hand, and who of its members withdraws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import nearest, refused
from ledger.field import Id, Text
from ledger.streams.body import Body, body_stream, require_body
from ledger.streams.case import Case, case_stream, require_open_case, require_step
from ledger.streams.case_events import Allocation, CaseAllocated, MemberRecused

PANELS_MAX = 100
LEAST_OF = {"rota": 1, "lot": 2}  # panels that take turns, or that a lot is drawn among


class AllocateCase(Command):
    """Give a case to a panel, or to another one: by rota, by lot, or by hand.

    A rota names the panels in their order, and which turn it is: the panel follows from that. A lot names the panels
    that it was drawn among, and how it was drawn and who saw it. By hand, say why.
    """

    names = frozenset({"witnesses"})

    case: Id = Field(description="id of the case")
    panel: Id = Field(description="id of the body that is to decide")
    method: Allocation = Field(description="rota, lot, or manual")
    among: tuple[Id, ...] = Field(
        (),
        max_length=PANELS_MAX,
        description="of a rota: the panels in the order of their turns; of a lot: those that it was drawn among",
    )
    turn: int | None = Field(None, ge=1, description="of a rota: number of the turn, from 1; after the last panel on")
    witnesses: Text | None = Field(
        None, description="of a lot: how it was drawn, and the offices of those who saw it; kept for ever"
    )
    reason: Text | None = Field(None, description="why by hand, or why to another panel")


@decision(
    AllocateCase,
    case=lambda c, _: case_stream(c.case),
    body=lambda c, _: body_stream(c.panel),
    others=lambda c, _: tuple(body_stream(each) for each in c.among),
)
def allocate_case(command: AllocateCase, act: Act, case: Case, body: Body, others: tuple[Body, ...]) -> Outcome:
    """Decide that a case may be given to a panel.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `before-opening`, `future-dated`,
            `unknown-body`, `not-a-panel`, `allocation-held`, `reason-required`, `allocation-unfit`, `panels-missing`,
            `turn-missing`, `not-their-turn`, `witnesses-needed`, in that order.
    """
    require_open_case(case)
    where = f"case {case.id}, panel {command.panel}"
    require_step(case, act, where)
    for each in (body, *others):
        constituted = require_body(each)
        if constituted.kind not in ("panel", "committee"):
            remedy = "Constitute the panel: constitute-body --kind panel"
            raise refused("not-a-panel", where, "a panel or committee", f"a {constituted.kind}", remedy)
    if case.panel == command.panel:
        raise refused("allocation-held", where, "another panel", "the one that has it", "Nothing to do")
    if command.reason is None and (command.method == "manual" or case.panel is not None):
        found = "none, by hand" if command.method == "manual" else f"none, in place of {case.panel}"
        raise refused("reason-required", where, "a reason", found, "Say why in reason")
    _require_method(command, where)
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    return Outcome([CaseAllocated(**act.on(case), **fields)])


def _unfit(command: AllocateCase) -> Iterator[str]:
    """Give what is said of a way to allocate that is not the one used."""
    if command.method == "manual" and command.among:
        yield "among"
    if command.method != "rota" and command.turn is not None:
        yield "turn"
    if command.method != "lot" and command.witnesses is not None:
        yield "witnesses"


def _require_method(command: AllocateCase, where: str) -> None:
    """Refuse a rota or a lot from which the panel does not follow, or of which nobody could tell that it does."""
    if unfit := ", ".join(_unfit(command)):
        remedy = "A rota says among and turn, a lot among and witnesses, by hand neither: leave it out"
        raise refused("allocation-unfit", where, f"what belongs to {command.method}", unfit, remedy)
    if command.method == "manual":
        return
    among, least = command.among, LEAST_OF[command.method]
    if len(among) < least or len(set(among)) < len(among) or command.panel not in among:
        expected = f"{least} panel{'s' if least > 1 else ''} at least, each once, {command.panel} one of them"
        raise refused("panels-missing", where, expected, ", ".join(among) or "none", "Name them in among")
    if command.method == "lot":
        if command.witnesses is None:
            remedy = "Say how it was drawn and who saw it, with --witnesses"
            raise refused("witnesses-needed", where, "a lot drawn before witnesses", "nothing said of them", remedy)
        return
    if command.turn is None:
        raise refused("turn-missing", where, "which turn of the rota it is", "none", "Give its number in turn")
    due = among[(command.turn - 1) % len(among)]
    if command.panel != due:
        expected = f"{due}, whose turn {command.turn} is"
        remedy = "Give it to the panel whose turn it is; or by hand, with the reason"
        raise refused("not-their-turn", where, expected, command.panel, remedy)


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
