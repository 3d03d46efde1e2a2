"""Who may read what of a case: the one table of redaction, field by field, and what stands where nothing is shown.

The public is told one line of a ruling and nothing else (`case_headline.public_line`), or with the consent of the
person its headline, in which nothing of the vault stands: no field of any event as it is. All others read every field
of every event of a case and its appeals, but those in TABLE, which say who reads them. What the vault holds is read
only by those whom TABLE names, where the vault is at hand, and until it was erased.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, get_args

from ledger.event import TYPES, Event
from ledger.streams.case_events import EvidenceAdded

Reader = Literal["public", "subject", "panel", "reviewer", "scrutineer"]
READERS: tuple[Reader, ...] = get_args(Reader)
PRIVATE, ERASED, MISSING = "(private)", "(erased)", "(not held)"

TextReader = Callable[[str, str, str], Any]  # digest, field, stream -> the private value; None where it is not held


class Rule(NamedTuple):
    """Who reads a field; `subject_if_disclosed`: the person too, where the evidence is disclosed in whole."""

    readers: tuple[Reader, ...]
    subject_if_disclosed: bool = False


PARTIES: tuple[Reader, ...] = ("subject", "panel", "reviewer")
DECIDERS: tuple[Reader, ...] = ("panel", "reviewer")
OFFICES: tuple[Reader, ...] = ("panel", "reviewer", "scrutineer")
APPELLATE: tuple[Reader, ...] = ("subject", "reviewer")
REST: tuple[Reader, ...] = ("subject", "panel", "reviewer", "scrutineer")

TABLE: Mapping[tuple[str, str], Rule] = {
    ("case-opened.v1", "referred_by"): Rule(OFFICES),  # whoever complains is not laid open to whom it is about
    ("case-opened.v1", "search"): Rule(PARTIES),
    ("evidence-added.v1", "given_by"): Rule(OFFICES),  # nor whoever gave evidence: they see what class it is of
    ("evidence-added.v1", "description"): Rule(DECIDERS, subject_if_disclosed=True),
    ("reply-received.v1", "reply"): Rule(PARTIES),
    ("case-linked.v1", "incident"): Rule(OFFICES),  # it speaks of other people's cases
    ("case-linked.v1", "signal"): Rule(OFFICES),
    ("ruling-made.v1", "reasons"): Rule(PARTIES),
    ("ruling-corrected.v1", "reasons"): Rule(PARTIES),
    ("appeal-lodged.v1", "statement"): Rule(APPELLATE),
    ("appeal-received-late.v1", "statement"): Rule(APPELLATE),
    ("appeal-attempted.v1", "statement"): Rule(APPELLATE),
    ("appeal-determined.v1", "reasons"): Rule(PARTIES),
}


def may_read(reader: Reader, event: Event, field: str) -> bool:
    """Tell whether somebody may read a field of an event in a case file; what is private and has no row, nobody."""
    rule = TABLE.get((event.type, field))
    if rule is None:
        return reader in REST and field not in event.private
    if reader == "subject" and rule.subject_if_disclosed:
        return isinstance(event, EvidenceAdded) and event.disclosure == "disclosed"
    return reader in rule.readers


def as_read_by(reader: Reader, event: Event, stands: str = PRIVATE) -> Event:
    """Give an event in which a word stands for what somebody may not read; private fields are digests, and stay."""
    public = [name for name in type(event).model_fields if name not in event.private]
    changes = {
        name: stands for name in public if getattr(event, name) is not None and not may_read(reader, event, name)
    }
    return event.model_copy(update=changes) if changes else event


def text_of(reader: Reader, event: Event, field: str, erased: frozenset[str], read: TextReader | None) -> str:
    """Give what stands for a private field: what it says, or why it is not said.

    Args:
        erased: digests of what was erased.
        read: looks a private value up; None where the vault is not at hand.
    """
    digest = getattr(event, field)
    if not may_read(reader, event, field):
        return PRIVATE
    if digest in erased:
        return ERASED
    if read is None:
        return PRIVATE
    value = read(digest, field, event.stream)
    return MISSING if value is None else str(value)


def reads_vault(reader: Reader) -> bool:
    """Tell whether somebody reads anything that the vault holds of a case."""
    return any(reader in rule.readers or (rule.subject_if_disclosed and reader == "subject") for rule in _OF_THE_VAULT)


_OF_THE_VAULT = tuple(rule for (kind, field), rule in TABLE.items() if field in TYPES[kind].private)
