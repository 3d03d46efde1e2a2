"""The check of registers by what was decided: lists as certified, changes that can follow, merges that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.batches.intake import APPLICATION, PERSON
from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.storage.store import Ledger
from ledger.streams.certificate import ListCertified, differences
from ledger.streams.member import BatchReceived
from ledger.streams.member_history import TRANSITIONS, Member
from ledger.streams.membership import (
    CHANGES,
    MemberExpelled,
    MemberReadmitted,
    MembershipChanged,
    MemberSuspended,
    OfficeCeased,
    SuspensionLifted,
)
from ledger.streams.merge import NOT_ENOUGH, MergeUndone, PersonsMerged
from projections.verify.finding import Finding
from projections.verify.freezes import check_freezes, check_relisted
from projections.verify.record import RecordRead

Fault = tuple[str, str, str]  # code, what was expected, what was found


def check_members(record: RecordRead, ledger: Ledger) -> Iterator[Finding]:
    """E14: affiliates' lists were certified, changes of members could follow, and merges lead to who is kept."""
    yield from _check_lists(record)
    yield from _check_merges(record)
    yield from check_freezes(record)
    yield from check_relisted(record, ledger)
    changed = {event.stream for _, event in record.others if isinstance(event, CHANGES)}
    for name in sorted(changed):
        try:
            events = ledger.stream(name)
        except EvidenceError:  # which is a finding of its own
            continue
        yield from _check_history(name, events)


def _check_lists(record: RecordRead) -> Iterator[Finding]:
    certified: dict[str, ListCertified] = {}
    received: set[str] = set()
    for position, event in record.others:
        match event:
            case ListCertified():
                certified[event.stream] = event
                if event.stream.replace("certificate/", "intake/", 1) in received:
                    expected = "a certificate before the list is taken in"
                    yield Finding("E14", "list-taken-in", position, event.stream, expected, "one after it")
            case BatchReceived():
                received.add(event.stream)
                if event.affiliate is None:
                    continue
                said = certified.get(f"certificate/{event.register_id}/{event.file}")
                if said is None or said.affiliate != event.affiliate:
                    expected = f"a certificate of {event.affiliate} before it"
                    found = f"one by {said.affiliate}" if said else "none"
                    yield Finding("E14", "uncertified-batch", position, event.stream, expected, found)
                    continue
                totals = {"rows": event.rows, "levy": event.levy, "declared": event.declared}
                for name, code, number, other in differences(said, totals):
                    yield Finding("E14", code, position, event.stream, f"{name} {number}", str(other))


def _check_merges(record: RecordRead) -> Iterator[Finding]:
    kept: dict[str, str] = {}
    merges = [(at, event) for at, event in record.others if isinstance(event, PersonsMerged | MergeUndone)]
    known = _known(record, {event.kept for _, event in merges if isinstance(event, PersonsMerged)})
    for position, event in merges:
        dropped = event.stream.partition("/")[2]
        if isinstance(event, MergeUndone):
            if kept.pop(dropped, None) is None:
                yield Finding("E14", "not-merged", position, event.stream, "a person who is merged", "none")
            continue
        for code, expected, found in _merge_faults(event, dropped, kept):
            yield Finding("E14", code, position, event.stream, expected, found)
        if known.get(event.kept, position) >= position:
            yield Finding("E14", "unknown-person", position, event.stream, "a person on record before", event.kept)
        kept[dropped] = event.kept


def _merge_faults(event: PersonsMerged, dropped: str, kept: dict[str, str]) -> Iterator[Fault]:
    if event.kept == dropped:
        yield "same-person", "two persons", "one"
    if dropped in kept:
        yield "already-merged", "a person who is not merged", f"merged into {kept[dropped]}"
    if event.kept in kept:
        yield "merged-person", "a person who is kept", f"{event.kept}, merged into {kept[event.kept]}"
    if set(event.basis) <= NOT_ENOUGH:
        yield "basis-insufficient", "more than a name and a birth date", " and ".join(event.basis)


def _known(record: RecordRead, wanted: set[str]) -> dict[str, int]:
    """Give where each of these persons is first on record."""
    found: dict[str, int] = {}
    for position, event in record.others:
        name = event.stream.rpartition("/")[2]
        if name in wanted and event.stream.startswith((PERSON, APPLICATION)):
            found.setdefault(name, position)
    keys = {bytes.fromhex(name) for name in wanted if len(name) % 2 == 0 and not set(name) - set("0123456789abcdef")}
    for group in record.bulk.by_stream() if keys else ():
        if group[0].key in keys:
            name = group[0].key.hex()
            found[name] = min(found.get(name, group[0].position), group[0].position)
    return found


def _check_history(name: str, events: list[tuple[int, Event]]) -> Iterator[Finding]:
    member = Member(name)
    for position, event in events:
        for code, expected, found in _faults(member, event):
            yield Finding("E14", code, position, name, expected, found)
        try:
            member = member.evolve(event)
        except TypeError:  # which is a finding of its own
            return


def _faults(member: Member, event: Event) -> Iterator[Fault]:
    match event:
        case MembershipChanged() if event.change not in TRANSITIONS.get(member.status, {}):
            yield "bad-transition", f"what can follow {member.status}", event.change
        case MemberSuspended() | MemberExpelled() if member.status != "active":
            yield "not-a-member", "a member", member.status
        case MemberReadmitted() if member.status != "expelled":
            yield "not-expelled", "somebody expelled", member.status
        case SuspensionLifted() if not member.suspensions:
            yield "not-suspended", "a suspension", "none"
        case OfficeCeased() if not any(each.office == event.office and each.until is None for each in member.offices):
            yield "office-not-held", f"{event.office} held", "none"
