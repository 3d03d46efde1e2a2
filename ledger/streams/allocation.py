"""A case given to a panel, and `rota/<election>`: whose turn it is to be given one.

The record counts the turns, so that no case waits for the turn of the panel that somebody wants for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Id, Text, Version
from ledger.rules.allocating import Allocated, require_method
from ledger.streams.body import Body, body_stream, require_body
from ledger.streams.case import Case, Docket, case_stream, docket_stream, require_open_case, require_step
from ledger.streams.case_events import Allocation, CaseAllocated

PANELS_MAX = 100


class RotaTurnTaken(Event):
    """A panel was given a case by rota: `among` are the panels in the order of their turns, of which this is a number.

    Turns are numbered from 1, and from 1 again where the panels, or their order, change.
    """

    audience = Audience.RESTRICTED
    type: Literal["rota-turn-taken.v1"] = "rota-turn-taken.v1"
    among: tuple[Id, ...]
    case: Id
    election: Id
    turn: Version


@dataclass(frozen=True, slots=True)
class Rota(State):
    """The rota of an election as it stands: the panels in the order of their turns, and how many turns were taken."""

    among: tuple[str, ...] = ()
    turns: int = 0

    def evolve(self, event: Event) -> Rota:
        """Give the rota after one more event."""
        if isinstance(event, RotaTurnTaken):
            return replace(self, version=event.version, among=event.among, turns=event.turn)
        raise TypeError(f"{event.type} does not belong to a rota")

    def turn(self, among: Sequence[str]) -> int:
        """Give the number of the turn that comes next, among these panels: of others than before, the first."""
        return self.turns + 1 if tuple(among) == self.among else 1


def rota_stream(election: str) -> Rota:
    """Name the stream of the rota of an election."""
    return Rota(f"rota/{election}")


class AllocateCase(Command):
    """Give a case to a panel, or to another one: by rota, by lot, or by hand.

    A rota names the panels in the order of their turns: the record counts the turns, and the panel follows from that.
    A lot names the panels that it was drawn among, how it was drawn and who saw it. By hand, say why;
    so too by lot where there is a rota, and where another panel had a case on the same ground about this person.
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
    witnesses: Text | None = Field(
        None, description="of a lot: how it was drawn, and the offices of those who saw it; kept for ever"
    )
    reason: Text | None = Field(None, description="why by hand, to another panel, or by another rota than before")


@decision(
    AllocateCase,
    case=lambda c, _: case_stream(c.case),
    body=lambda c, _: body_stream(c.panel),
    rota=lambda _c, seen: rota_stream(seen["case"].election),
    docket=lambda _c, seen: docket_stream(seen["case"].election, seen["case"].person),
    before=lambda c, seen: tuple(case_stream(each) for each in seen["docket"].alike(c.case)),
    others=lambda c, _: tuple(body_stream(each) for each in c.among),
)
def allocate_case(
    command: AllocateCase,
    act: Act,
    case: Case,
    body: Body,
    rota: Rota,
    docket: Docket,
    before: tuple[Case, ...],
    others: tuple[Body, ...],
) -> Outcome:
    """Decide that a case may be given to a panel.

    Raises:
        RefusedError: `unknown-case`, `case-closed`, `already-ruled`, `before-opening`, `future-dated`,
            `unknown-body`, `not-a-panel`, `allocation-held`, `reason-required`, `allocation-unfit`, `panels-missing`,
            `witnesses-needed`, `not-their-turn`, in that order.
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
    if command.reason is None and (found := _unreasoned(command, case, rota, before)):
        raise refused("reason-required", where, "a reason", f"none, {found}", "Say why in reason")
    turn = rota.turn(command.among) if command.method == "rota" else None
    require_method(Allocated(command.method, command.panel, command.among, turn, command.witnesses), where)
    own = type(command).model_fields.keys() - Command.model_fields.keys()
    fields: dict[str, Any] = {name: getattr(command, name) for name in own}
    allocated = CaseAllocated(**act.on(case), **fields, turn=turn)
    if turn is None:
        return Outcome([allocated])
    taken = RotaTurnTaken(**act.on(rota), case=case.id, election=case.election, among=command.among, turn=turn)
    return Outcome([allocated, taken])


def _unreasoned(command: AllocateCase, case: Case, rota: Rota, before: tuple[Case, ...]) -> str:
    """Say of what a reason has to be given and is not; empty if of nothing."""
    if command.method == "manual":
        return "by hand"
    if case.panel is not None:
        return f"in place of {case.panel}"
    if had := next((each for each in before if each.panel not in (None, command.panel)), None):
        return f"and {had.panel} had case {had.id} on the same ground"
    if command.method == "lot" and rota.exists:
        return "by lot beside a rota"
    another = command.method == "rota" and rota.exists and command.among != rota.among
    return f"by another rota than {', '.join(rota.among)}" if another else ""
