"""Checks of erasures, for which nobody needs the vault: each was ordered, carried out once, and lawful."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ledger.event import Event
from ledger.streams.erasures import DisclosuresErased, ErasuresConfirmed, ErasuresOrdered
from ledger.streams.person import DISCLOSURES_MAX, DisclosureErased, ErasureOrdered
from ledger.streams.retention import RetentionHeld, RetentionReleased
from projections.verify.erased_people import ErasedPeople
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

ANYBODY = "*"  # stands for whose it was, of what was erased with everybody of a register


def erased_in(events: Iterable[tuple[int, Event]]) -> Mapping[str, str]:
    """Give the digests of what was erased, each with the person whose it was, or `ANYBODY`."""
    erased: dict[str, str] = {}
    for _, event in events:
        if isinstance(event, DisclosureErased):
            erased |= dict.fromkeys(event.digests, event.stream.partition("/")[2])
        elif isinstance(event, DisclosuresErased):
            erased |= dict.fromkeys(event.digests, ANYBODY)
    return erased


def is_erased(erased: Mapping[str, str], digest: str, person: str) -> bool:
    """Tell whether a disclosure of a person was erased."""
    return erased.get(digest) in (person, ANYBODY)


def under_way(events: Iterable[tuple[int, Event]]) -> bool:
    """Tell whether everybody of a register is being erased: what is named may still be held."""
    open_streams: set[str] = set()
    for _, event in events:
        if isinstance(event, ErasuresOrdered):
            open_streams.add(event.stream)
        elif isinstance(event, ErasuresConfirmed):
            open_streams.discard(event.stream)
    return bool(open_streams)


@dataclass(slots=True)
class _Seen:
    """What was recorded before an event: erasures ordered and not confirmed, and the legal holds in force.

    Attributes:
        kept: erasures of a register -> who was under a legal hold as they were ordered.
    """

    people: ErasedPeople
    kept: dict[str, frozenset[str]] = field(default_factory=dict)
    ordered: set[str] = field(default_factory=set)
    named: dict[str, int] = field(default_factory=dict)
    holds: dict[str, set[str]] = field(default_factory=dict)
    before: tuple[int, DisclosureErased] | None = None


def check_erasures(record: RecordRead) -> Iterator[Finding]:
    """C4: what was erased was ordered, each order was carried out once, and none while a legal hold was in force.

    With everybody of a register, nobody else is erased, nor who was under a legal hold as that was ordered.
    """
    seen = _Seen(ErasedPeople.of(record))
    for position, event in record.others:
        match event:
            case RetentionHeld():
                seen.holds.setdefault(event.stream.partition("/")[2], set()).add(event.hold)
            case RetentionReleased():
                seen.holds.get(event.stream.partition("/")[2], set()).discard(event.hold)
            case ErasureOrdered():
                seen.ordered.add(event.stream)
                if found := seen.holds.get(event.stream.partition("/")[2]):
                    yield Finding("C4", "legal-hold", position, event.stream, "no legal hold", ", ".join(sorted(found)))
            case DisclosureErased():
                yield from _check_one(seen, position, event)
            case ErasuresOrdered() | DisclosuresErased() | ErasuresConfirmed():
                yield from _check_everybody(seen, position, event)


def _check_one(seen: _Seen, position: int, event: DisclosureErased) -> Iterator[Finding]:
    if event.stream in seen.ordered:
        seen.ordered.remove(event.stream)
    elif not _goes_on(seen.before, position, event):
        yield _unordered(position, event)
    seen.before = (position, event)


def _unordered(position: int, event: Event) -> Finding:
    expected = "an erasure ordered before, and not yet done"
    return Finding("C4", "no-erasure-ordered", position, event.stream, expected, "none")


def _check_everybody(
    seen: _Seen, position: int, event: ErasuresOrdered | DisclosuresErased | ErasuresConfirmed
) -> Iterator[Finding]:
    if isinstance(event, ErasuresOrdered):
        seen.named[event.stream] = 0
        held = seen.kept[event.stream] = frozenset(person for person, holds in seen.holds.items() if holds)
        if event.kept != len(held):
            expected = f"{len(held)} under legal holds"
            yield Finding("C4", "kept-differs", position, event.stream, expected, str(event.kept))
    elif event.stream not in seen.named:
        yield _unordered(position, event)
    elif isinstance(event, DisclosuresErased):
        seen.named[event.stream] += len(event.digests)
        yield from _check_named(seen, position, event)
    else:
        named = seen.named.pop(event.stream)
        if named != event.disclosures:
            expected, found = f"{named} disclosures named before", str(event.disclosures)
            yield Finding("C4", "erasures-differ", position, event.stream, expected, found)


def _check_named(seen: _Seen, position: int, event: DisclosuresErased) -> Iterator[Finding]:
    """Find what is not of the register, and what is of somebody whom the order passed over; each told by the first."""
    others, held = [], []
    for digest, person, inside in seen.people.named_by(event):
        if not inside:
            others.append(digest)
        elif person in seen.kept[event.stream]:
            held.append(digest)
    for code, found, expected in (
        ("not-of-register", others, f"disclosures of people in register {event.register_id} alone"),
        ("legal-hold", held, "nobody who was under a legal hold as it was ordered"),
    ):
        if found:
            yield Finding("C4", code, position, event.stream, expected, f"{len(found)} others, the first {found[0]}")


def _goes_on(before: tuple[int, DisclosureErased] | None, position: int, event: DisclosureErased) -> bool:
    """Tell whether it is one more page of the erasure right before it: one command confirms them all at once."""
    return (
        before is not None
        and before[0] == position - 1
        and len(before[1].digests) >= DISCLOSURES_MAX
        and (before[1].stream, before[1].command) == (event.stream, event.command)
    )
