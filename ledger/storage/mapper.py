"""Events as eventsourcing sees them: the library reads and writes what we do, through the leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from eventsourcing.persistence import Mapper, StoredEvent

from ledger.event import Event
from ledger.leaf import Row, decode, encode

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol


class LeafMapper(Mapper[str]):
    """Maps events to stored events through the leaf, so that the library reads what we read."""

    def __init__(self) -> None:
        super().__init__(transcoder=cast(Any, None))

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Write an event as its leaf."""
        event = cast(Event, domain_event)
        return StoredEvent(event.stream, event.version, event.type, encode(event))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Read an event from its leaf."""
        key = str(stored_event.originator_id)
        position = getattr(stored_event, "id", -1)
        row = Row(position, key, stored_event.originator_version, stored_event.topic, stored_event.state)
        return cast("DomainEventProtocol[str]", decode(row))
