"""What is told of elections, rules, contests, keys, persons and the record itself; see `words.tells`."""

from __future__ import annotations

from typing import Any

from ledger.rules.count_rule import rule_hash
from ledger.streams.contest import ContestDefined, PollClosed
from ledger.streams.election import CountRuleAdopted, ElectionCalled
from ledger.streams.heads import StreamHeadsRecorded
from ledger.streams.key import KeyEnrolled, KeyRevoked, KeyRotated
from ledger.streams.log_key import LogKeyRotated
from ledger.streams.person import DisclosureErased, ErasureOrdered, PersonRecorded
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells

PRIVATE = "(private)"  # stands for what the vault alone holds
CALLED_FOR = {
    "vacancy": "to fill a vacancy",
    "challenge": "upon a challenge",
    "term": "at the end of a term",
    "by-election": "as a by-election",
    "other": "for another reason",
}
METHODS = {
    "av.v1": "the alternative vote",
    "weighted-av.v1": "the alternative vote in an electoral college",
    "plurality.v1": "plurality",
    "yes-no.v1": "yes or no",
    "stv-scottish.v1": "the single transferable vote as in Scotland",
    "stv-ers97.v1": "the single transferable vote by the ERS97 rules",
    "stv-meek.v1": "the single transferable vote by Meek's method",
}
PUBLISHED = {
    "papers": "every paper is public",
    "profile": "it is public how many papers are alike",
    "none": "the papers are not public",
}
ERASED_FOR = {
    "retention-over": "for the time to keep it is over",
    "right-to-erasure": "by the right to erasure",
    "court-order": "by order of a court",
}
REVOKED_FOR = {"lost": "it was lost", "exposed": "it was exposed", "left-office": "its holder left office"}
CHANGED_FOR = {"planned": "as planned", "lost": "because it was lost", "exposed": "because it was exposed"}


@tells(ElectionCalled)
def _(event: ElectionCalled, _names: Names) -> Sentences:
    where = f"{quoted(event.title)} of {quoted(event.organisation)}"
    return (f"called election {event.election}, {where}, {CALLED_FOR[event.reason]}",)


@tells(CountRuleAdopted)
def _(event: CountRuleAdopted, _names: Names) -> Sentences:
    choices = event.rule.model_dump(mode="json", exclude_none=True)
    method = METHODS[choices.pop("version")]
    said = "; ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in choices.items())
    return (
        f"adopted a count rule for election {event.election}: {method}, {rule_hash(event.rule)}",
        f"It says: {said}.",
    )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_plain(each) for each in value.values())
    return listed([_plain(each) for each in value], "none") if isinstance(value, list) else str(value)


@tells(ContestDefined)
def _(event: ContestDefined, names: Names) -> Sentences:
    who = names.all(event.contest, [candidate.id for candidate in event.candidates])
    sections = listed([section.id for section in event.sections], "none")
    conditions = [f"the ballot is {event.secrecy}", PUBLISHED[event.paper_publication]]
    if event.smallest_cell > 1:
        conditions.append(f"no fewer than {event.smallest_cell:,} papers are shown alone")
    if event.account == "required":
        conditions.append("the ballot account has to balance before the count")
    if event.report == "required":
        conditions.append("the scrutineer's report has to come before the result")
    return (
        f"defined contest {event.contest} of election {event.election}, {quoted(event.office)}, for "
        f"{counted(event.seats, 'place')}",
        f"{counted(len(event.candidates), 'candidate')}: {who}.",
        f"{counted(len(event.sections), 'section')}: {sections}.",
        f"Count rule {short(event.count_rule)} is pinned to it for ever; {listed(conditions)}.",
    )


@tells(PollClosed)
def _(event: PollClosed, _names: Names) -> Sentences:
    return (f"closed the poll of contest {event.contest}",)


@tells(KeyEnrolled)
def _(event: KeyEnrolled, _names: Names) -> Sentences:
    what = f"enrolled the key {_key(event.key)} of officer {event.officer}"
    return (what, "It proved by a signature that its holder has it.")


@tells(KeyRotated)
def _(event: KeyRotated, _names: Names) -> Sentences:
    what = f"replaced the key of officer {event.officer} by {_key(event.key)}"
    return (what, "The key before it consented by a signature.")


@tells(KeyRevoked)
def _(event: KeyRevoked, _names: Names) -> Sentences:
    what = f"revoked the key of officer {event.officer}, because {REVOKED_FOR[event.reason]}"
    return (what, "It is not to be believed from then on; what it signed before stands.")


@tells(LogKeyRotated)
def _(event: LogKeyRotated, _names: Names) -> Sentences:
    what = f"replaced the key that the log signs with, {_key(event.old)}, {CHANGED_FOR[event.reason]}, by"
    consent = "The old key consented by a signature."
    alone = "Without the old key's consent, the new one rests on the word of whoever recorded it."
    return (f"{what} {_key(event.key)}", alone if event.consent is None else consent)


def _key(text: str) -> str:
    """Write the name and the id of a public key, without the key itself, which is long."""
    return quoted("+".join(text.split("+")[:2]))


@tells(PersonRecorded)
def _(event: PersonRecorded, _names: Names) -> Sentences:
    return (f"recorded {event.stream}", f"Who that is: {PRIVATE}.")


@tells(ErasureOrdered)
def _(event: ErasureOrdered, _names: Names) -> Sentences:
    return (f"ordered, in {event.stream}, that what the vault holds on a person be erased, {ERASED_FOR[event.basis]}",)


@tells(DisclosureErased)
def _(event: DisclosureErased, _names: Names) -> Sentences:
    what = f"erased {counted(len(event.digests), 'disclosure')} in {event.stream}, key and ciphertext"
    return (what, f"What was in them, {PRIVATE} until then, is gone.")


@tells(StreamHeadsRecorded)
def _(event: StreamHeadsRecorded, _names: Names) -> Sentences:
    what = f"recorded the length of {counted(event.streams, 'stream')}, with the root {short(event.root)},"
    meaning = "Whoever holds one of the streams can be shown that its end is there."
    return (f"{what} as of event {event.as_of_position}", meaning)
