"""What is told of access to personal data, of legal holds, and of everybody in a register erased; see `words.tells`."""

from __future__ import annotations

from ledger.streams.access import AccessLogged
from ledger.streams.erasures import DisclosuresErased, ErasuresConfirmed, ErasuresOrdered
from ledger.streams.retention import RetentionHeld, RetentionReleased, SubjectAccessFulfilled
from projections.story.offices import ERASED_FOR
from projections.story.words import Names, Sentences, counted, tells

OPENED_FOR = {
    "appeal": "for an appeal",
    "audit": "for an audit",
    "case": "for a case",
    "certification": "to certify a roll",
    "correction": "to put something right",
    "enquiry": "to answer an enquiry",
    "erasure": "for an erasure",
    "scrutiny": "as the scrutineer",
    "subject-request": "at the request of the person",
}
HELD_FOR = {
    "appeal": "an appeal",
    "challenge": "a challenge to the result",
    "complaint": "a complaint",
    "court-order": "an order of a court",
    "regulator": "a regulator",
}
CHECKED_BY = {
    "document": "by a document",
    "known-address": "by a letter to the address on record",
    "in-person": "in person",
    "representative": "through a representative with authority",
}


@tells(AccessLogged)
def _(event: AccessLogged, _names: Names) -> Sentences:
    of = f" of {event.subject}" if event.subject else ""
    return (f"opened {counted(event.rows, 'row')}{of} with {event.what}, {OPENED_FOR[event.purpose]}",)


@tells(RetentionHeld)
def _(event: RetentionHeld, _names: Names) -> Sentences:
    meaning = "Until it is released nothing that the vault holds of this person is erased."
    return (f"placed legal hold {event.hold} in {event.stream}, for {HELD_FOR[event.ground]}", meaning)


@tells(RetentionReleased)
def _(event: RetentionReleased, _names: Names) -> Sentences:
    return (f"released legal hold {event.hold} in {event.stream}",)


@tells(SubjectAccessFulfilled)
def _(event: SubjectAccessFulfilled, _names: Names) -> Sentences:
    given = f"{counted(event.events, 'event')} and {counted(event.disclosures, 'disclosure')}"
    what = f"gave a person what is on record about them, in {event.stream}: {given}"
    withheld = f"Other people's keys were left out {counted(event.withheld, 'time')}."
    return (f"{what}; who they are was checked {CHECKED_BY[event.checked]}", *([withheld] if event.withheld else []))


@tells(ErasuresOrdered)
def _(event: ErasuresOrdered, _names: Names) -> Sentences:
    what = f"ordered that what the vault holds on everybody in register {event.register_id} be erased"
    kept = f"{counted(event.kept, 'person', 'people')} under a legal hold, of any register, {_are(event.kept)} kept."
    return (f"{what}, {ERASED_FOR[event.basis]}", *([kept] if event.kept else []))


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


@tells(DisclosuresErased)
def _(event: DisclosuresErased, _names: Names) -> Sentences:
    return (f"named {counted(len(event.digests), 'disclosure')} to be erased with register {event.register_id}",)


@tells(ErasuresConfirmed)
def _(event: ErasuresConfirmed, _names: Names) -> Sentences:
    number = counted(event.disclosures, "disclosure")
    return (f"erased {number} with register {event.register_id}, keys, ciphertext and rejected rows",)
