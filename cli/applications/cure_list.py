"""`pollbook invite-cures --out FILE`: whom a notice is served on, and how to reach them."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.place import Place
from cli.privacy.access import opening
from cli.source import os_errors
from ledger.batches.intake import APPLICATION
from ledger.desk import Desk
from ledger.record import Record
from ledger.streams.application_events import CureInvited

IDENTITY = "identity"
REACHED = ("number", "name", "address", "email", "phone")  # what the vault may hold; a number, where one was mapped
HEADS = ("key", *REACHED, "grounds")


def invited_in(ledger: Record, batch: str) -> list[CureInvited]:
    """Give the invitations of a batch, in the order of the ledger."""
    start = ledger.stream(batch)[0][0]
    return [event for _, event in ledger.scan(start) if isinstance(event, CureInvited) and event.batch == batch]


def write_invited(place: Place, out: Path, invited: Sequence[CureInvited], purpose: str, actor: str) -> None:
    """Write who is told what, for the file's owner alone; that it was opened is recorded first.

    Raises:
        UsageError: `purpose-required`, and what the file raises.
    """
    with opening(place, "invite-cures", purpose, actor) as now:
        now.log(len(invited))
        with (
            os_errors(out),
            open(out, "w", encoding="utf-8", newline="", opener=_own) as file,
        ):
            os.fchmod(file.fileno(), 0o600)
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADS)
            for event in invited:
                who = _who(now.desk, event.stream)
                reached = (str(who.get(name, "")) for name in REACHED)
                writer.writerow((event.stream.removeprefix(APPLICATION), *reached, " ".join(event.grounds)))


def _own(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _who(desk: Desk, stream: str) -> Mapping[str, object]:
    """Give who applied; nothing where it was erased."""
    for _, event in desk.ledger.stream(stream):
        digest = getattr(event, IDENTITY, None)
        who = desk.vault.read(digest, IDENTITY, stream) if isinstance(digest, str) else None
        if isinstance(who, Mapping):
            return who
    return {}
