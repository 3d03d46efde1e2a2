"""All that is on record about one person: the events of their own streams, and every other that names their key.

Keys of other people are left out of what is given to somebody about themselves, and so is what their case file does not
show them: who referred them, who gave evidence, and what it says where it is withheld.

Source: UK GDPR art. 15(4); Data Protection Act 2018, Schedule 2, paragraph 16.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.batches.intake import KEY_BYTES
from ledger.event import Event
from ledger.leaf import decode, undisclose
from ledger.privacy.vault import Vault
from ledger.storage.recorder import StoredRow
from projections.cases.audience import PRIVATE, TABLE, as_read_by, may_read
from projections.story.story import story

ANOTHER = "(another person)"
OTHER_KEY = re.compile(rf"(?<![0-9A-Za-z_-])[0-9a-f]{{{2 * KEY_BYTES}}}(?![0-9A-Za-z_-])")


@dataclass(slots=True)
class OnRecord:
    """What is on record about a person.

    Attributes:
        events: each as plain values with its position, the private ones in place of their digests where they are held.
        told: the same in sentences.
        rejected: rows of files that name the person and were rejected: batch, line, code and the row.
        disclosures: private values that are disclosed; `erased` those that were, and are gone.
        withheld: how often another person's key was left out, or what their case file does not show them.
    """

    person: str
    events: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    disclosures: int = 0
    erased: int = 0
    withheld: int = 0


def naming(rows: Iterable[StoredRow], person: str) -> Iterator[tuple[int, Event]]:
    """Give the events whose leaves name a person's key, in order."""
    needle = person.encode()
    whole = re.compile(rb"(?<![0-9A-Za-z_-])" + re.escape(needle) + rb"(?![0-9A-Za-z_-])")
    for row in rows:
        if needle in row[4] and whole.search(row[4]):
            yield row[0], decode(row)


def on_record(person: str, events: list[tuple[int, Event]], vault: Vault) -> OnRecord:
    """Put together what a person is given.

    Args:
        events: those that name the person.

    Raises:
        EvidenceError: `disclosure-changed`.
    """
    done = OnRecord(person)
    for position, event in events:
        values = event.model_dump(mode="json", exclude_none=True)
        kept = _not_theirs(event)
        for name in set(event.private) - kept:
            digest = values.get(name)
            text = vault.disclosure(digest, name, event.stream) if isinstance(digest, str) else None
            if text is not None:
                values[name] = undisclose(text)[1]
                done.disclosures += 1
            elif digest is not None:
                values[name] = "(erased)"
                done.erased += 1
        values |= dict.fromkeys(kept, PRIVATE)
        done.withheld += len(kept)
        values.pop("blind", None)
        done.events.append({"position": position} | {name: _own(value, done) for name, value in values.items()})
    counted = done.withheld
    shown = [(position, as_read_by("subject", event)) for position, event in events]
    done.told = [_own(" ".join(each.sentences), done) for each in story(shown, clocks=True)]
    done.withheld = counted  # the sentences say the same once more
    for intake, row in vault.members.rejected_of(person):
        raw = row.raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
        done.rejected.append({"batch": intake, "line": row.line, "code": row.code, "row": raw})
        done.disclosures += 1
    return done


def _not_theirs(event: Event) -> set[str]:
    """Give the fields of an event of a case that the person whom it is about does not read."""
    named = (name for kind, name in TABLE if kind == event.type)
    return {name for name in named if getattr(event, name) is not None and not may_read("subject", event, name)}


def _own(value: Any, done: OnRecord) -> Any:
    """Leave other people's keys out of a value."""
    if isinstance(value, str):
        return OTHER_KEY.sub(lambda match: _kept(match.group(), done), value)
    if isinstance(value, dict):
        return {name: _own(each, done) for name, each in value.items()}
    return [_own(each, done) for each in value] if isinstance(value, list) else value


def _kept(key: str, done: OnRecord) -> str:
    if key == done.person:
        return key
    done.withheld += 1
    return ANOTHER
