"""Erasures carried out: ordered at the desk, done in the vault, confirmed in the ledger, and resumed after a kill.

An erasure is noted in the vault before it is ordered, so that opening finds it whatever happened.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from ledger.batches.intake import APPLICATIONS, PERSON
from ledger.decision import Act, Command, fold
from ledger.errors import RefusedError, refused
from ledger.event import Event
from ledger.leaf import conceal
from ledger.privacy.mass_erasure import STEM
from ledger.storage.recorder import ConflictError, Guard
from ledger.streams.application import application_stream
from ledger.streams.erasures import DisclosuresErased, Erasures, ErasuresConfirmed, OrderErasures, erasures_stream
from ledger.streams.person import DISCLOSURES_MAX, ConfirmErasure, Erasure, OrderErasure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.batches.bulk import Progress
    from ledger.desk import Desk
    from ledger.leaf import Draw
    from ledger.privacy.vault import Vault
    from ledger.record import Record

ATTEMPTS = 8  # times that a page is recorded anew because another desk recorded it meanwhile
ERASED_AT_ONCE = 20  # pages of digests in one transaction


def begin_erasures(desk: Desk, command: Command, held: Callable[[str], tuple[str, ...]]) -> None:
    """Note what a command is about to have erased, before it is ordered.

    Args:
        held: register -> keys of those who are under a legal hold.
    """
    if isinstance(command, OrderErasure):
        desk.vault.begin_erasure(f"{PERSON}{command.person}")
    elif isinstance(command, OrderErasures) and not _state(desk, command.register_id).ordered:
        register = command.register_id
        desk.vault.everybody.begin(register, applicants_of(desk.ledger, desk.vault, register), held(register))


def finish_erasures(desk: Desk, command: Command, actor: str, draw: Draw, progress: Progress) -> None:
    """Carry out what a command ordered."""
    if isinstance(command, OrderErasure):
        finish_erasure(desk, command.person, actor)
    elif isinstance(command, OrderErasures):
        finish_everybody(desk, command.register_id, draw, progress)


def resume_erasures(desk: Desk, draw: Draw) -> None:
    """Finish what was ordered and not confirmed; forget what was never ordered."""
    for subject in desk.vault.erasures():
        if subject.startswith(STEM):
            finish_everybody(desk, subject.removeprefix(STEM), draw, lambda _done, _total: None)
            continue
        person = subject.partition("/")[2]
        events = desk.ledger.stream(f"erasure/{person}")
        state = fold(Erasure(f"erasure/{person}"), (event for _, event in events))
        if state.ordered:
            finish_erasure(desk, person, events[-1][1].actor)
        else:
            desk.vault.end_erasure(subject)


def finish_erasure(desk: Desk, person: str, actor: str) -> None:
    """Destroy what the vault holds of a person, and confirm it."""
    subject = f"{PERSON}{person}"
    desk.vault.begin_erasure(subject)
    digests = desk.vault.erasures()[subject]
    desk.vault.erase(subject)
    try:
        desk.submit(ConfirmErasure(person=person, digests=tuple(digests)), actor=actor)
    except RefusedError as error:
        if error.code != "no-erasure-ordered":  # as where another desk opened and confirmed it first
            raise
    desk.vault.end_erasure(subject)


def finish_everybody(desk: Desk, register: str, draw: Draw, progress: Progress) -> None:
    """Name what is to be erased of a register, destroy it, and confirm it; or forget it, if it was never ordered.

    Raises:
        RefusedError: `contention`, `vault-in-use`; opening goes on with it.
    """
    for _ in range(ATTEMPTS):
        try:
            _carry_out(desk, register, draw, progress)
        except ConflictError:  # another desk goes on with it too
            continue
        desk.vault.end_erasure(f"{STEM}{register}")
        return
    found = "changes by others each time"
    raise refused(
        "contention", f"erasures of {register}", f"a quiet moment within {ATTEMPTS} attempts", found, "Try again"
    )


def _carry_out(desk: Desk, register: str, draw: Draw, progress: Progress) -> None:
    state = _state(desk, register)
    if not state.ordered:
        return
    digests = islice(desk.vault.everybody.digests(register), state.named, None)
    for pages in iter(lambda: list(islice(_pages(digests), ERASED_AT_ONCE)), []):
        state = _append(desk, state, draw, [{"digests": page} for page in pages], DisclosuresErased)
        progress(state.named, state.named)
    desk.vault.everybody.destroy(register)
    _append(desk, state, draw, [{"disclosures": state.named}], ErasuresConfirmed)


def _pages(digests: Iterator[str]) -> Iterator[tuple[str, ...]]:
    while page := tuple(islice(digests, DISCLOSURES_MAX)):
        yield page


def _append(desk: Desk, state: Erasures, draw: Draw, said: list[dict[str, Any]], kind: type[Event]) -> Erasures:
    """Record one event for each, as the order's own: under its authority, and at its moment of effect."""
    ordered = state.ordered
    if ordered is None:
        raise AssertionError("only what was ordered is carried out")
    act = Act(ordered.actor, desk.now(), ordered.effective, ordered.authority)
    events = [
        kind(**{**act.on(state, after=number), **fields, "register_id": ordered.register_id})
        for number, fields in enumerate(said)
    ]
    desk.ledger.append([conceal(event, draw)[0] for event in events], Guard({state.stream: state.version}))
    return fold(state, events)


def _state(desk: Desk, register: str) -> Erasures:
    state = erasures_stream(register)
    return fold(state, (event for _, event in desk.ledger.stream(state.stream)))


def applicants_of(ledger: Record, vault: Vault, register: str) -> Iterator[str]:
    """Give the applicants to an election who were recorded by themselves."""
    if not register.startswith(APPLICATIONS):
        return
    election = register.removeprefix(APPLICATIONS)
    for person in vault.singly():
        application = application_stream(person)
        if fold(application, (event for _, event in ledger.stream(application.stream))).election == election:
            yield person
