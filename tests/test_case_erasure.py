"""Who is erased is erased from their cases too: what anybody said of them there is gone with the rest."""

from __future__ import annotations

from collections.abc import Iterable

from ruled import BEFORE, P
from scenario import but
from stores import LedgerPlace, desk_at

from ledger.event import Event
from ledger.streams.case_events import CaseOpened, EvidenceAdded
from ledger.streams.cases import OpenCase
from ledger.streams.person import DisclosureErased, OrderErasure

NOON = "2010-09-25T12:00:00Z"


def test_what_was_said_in_a_case_is_erased_with_the_person(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place, clock=lambda: NOON) as desk:
        for command in BEFORE:
            found = but(command, detection="search", search="orchids") if isinstance(command, OpenCase) else command
            desk.submit(found, actor="clerk")
        said = [str(each) for event in recorded(desk.ledger.scan()) for each in private_of(event)]
        assert [desk.vault.read(said[0], "search", "case/c1"), len(said)] == ["orchids", 2]
        desk.submit(OrderErasure(person=P, basis="court-order"), actor="officer")
        erased = {
            digest for _, event in desk.ledger.scan() if isinstance(event, DisclosureErased) for digest in event.digests
        }
        assert set(said) < erased
        assert not set(said) & {digest for digest, _ in desk.vault.held()}


def recorded(events: Iterable[tuple[int, Event]]) -> list[Event]:
    return [event for _, event in events if isinstance(event, CaseOpened | EvidenceAdded)]


def private_of(event: Event) -> list[object]:
    return [getattr(event, name) for name in event.private if getattr(event, name) is not None]
