"""The check of the table of commands, by which a command given twice is known, against the events."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.streams.erasures import DisclosuresErased, ErasuresConfirmed
from ledger.streams.founding import LedgerFounded
from projections.verify.finding import Finding
from projections.verify.record import RecordRead
from projections.verify.runs import OPENS
from projections.verify.snapshot import Snapshot

DIGEST_BYTES = 32
CARRIED_OUT = (DisclosuresErased, ErasuresConfirmed)


def check_commands(record: RecordRead, snapshot: Snapshot) -> Iterator[Finding]:
    """C5: a command's row names just the events that bear its id; and what came in no batch bears one.

    In a founded ledger an event of no command would be one that nobody gave, that no signature and no other event
    stands beside. What carries out an erasure is of none: it follows from the order, which the checks of erasures hold.

    The digest in a row is keyed, and is of the command's body, which is kept nowhere: it cannot be checked.
    """
    if any(isinstance(event, LedgerFounded) for _, event in record.others):
        for position, event in record.others:
            if event.command is None and event.batch is None and not isinstance(event, CARRIED_OUT):
                yield Finding("C5", "command-missing", position, event.stream, "the id of its command", "none")
    if "commands" not in snapshot.parts:
        return
    named = {position: (event.command, event.stream) for position, event in record.others if event.command is not None}
    spans: dict[str, range] = {}
    for name, digest, position, events in snapshot.parts["commands"]:
        numbers = isinstance(position, int) and isinstance(events, int) and 0 < events <= record.rows >= position >= 0
        if not (numbers and isinstance(digest, bytes) and len(digest) == DIGEST_BYTES):
            row = f"{digest!r:.80}, {position!r:.40}, {events!r:.40}"
            yield Finding(
                "C5", "command-malformed", None, f"command {name}", "a digest, a position, a number of events", row
            )
            continue
        spans[name] = range(position, position + events)
        for at in spans[name]:
            found = named.get(at, ("none", ""))[0]
            if found != name:
                yield Finding("C5", "command-differs", at, f"event {at}", f"command {name}", str(found))
                break
    openings = {position: event.command for position, event in record.others if isinstance(event, OPENS)}
    # Beside its opening is its signature, if it has one.
    batches = {*openings, *(at + 1 for at, name in openings.items() if name and named.get(at + 1, ("", ""))[0] == name)}
    for position, (name, stream) in named.items():
        # A batch may be begun by one command and ended by another, after a kill: the row is the latter's.
        if position not in batches and position not in spans.get(str(name), ()):
            yield Finding(
                "C5", "command-unknown", position, stream, f"command {name} in the table of commands", "not for this"
            )
