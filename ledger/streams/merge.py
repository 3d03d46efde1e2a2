"""`merge/<dropped person>`: two persons on record who are one human. Both streams stay, and it can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Id, Text
from ledger.streams.interest import Interest, Interests

SCORE_MAX = 100
Basis = Literal["name-and-birth-date", "email", "address", "near", "document", "statement"]
NOT_ENOUGH: frozenset[Basis] = frozenset(("name-and-birth-date", "near"))  # two people may share as much
Undone = Literal["two-people", "wrong-person", "court-order", "clerical"]


class PersonsMerged(Event):
    """A person, whose stream this is, and another who is kept were found to be one human.

    `score` and `matcher` say how like they are, of 100, by which library, where one was asked.
    """

    audience = Audience.RESTRICTED
    type: Literal["persons-merged.v1"] = "persons-merged.v1"
    basis: tuple[Basis, ...]
    kept: Id
    matcher: Text | None = None
    score: int | None = Field(None, ge=0, le=SCORE_MAX)


class MergeUndone(Event):
    """A merge was undone: they are two persons again."""

    audience = Audience.RESTRICTED
    type: Literal["merge-undone.v1"] = "merge-undone.v1"
    reason: Undone


@dataclass(frozen=True, slots=True)
class Merge(State):
    """Whether a person is merged into another, and into whom."""

    merged: PersonsMerged | None = None

    def evolve(self, event: Event) -> Merge:
        """Give the merge after one more event."""
        match event:
            case PersonsMerged():
                return replace(self, version=event.version, merged=event)
            case MergeUndone():
                return replace(self, version=event.version, merged=None)
        raise TypeError(f"{event.type} does not belong to a merge")

    @property
    def kept(self) -> str | None:
        """Who is kept in place of this person; None where this person stands for themselves."""
        return self.merged.kept if self.merged else None


@dataclass(frozen=True, slots=True)
class OnRecord(State):
    """Whether anything was recorded on a stream, of whatever kind."""

    def evolve(self, event: Event) -> OnRecord:
        """Give the state after one more event."""
        return replace(self, version=event.version)


class Humans:
    """Who is whom, by the merges of some people: the key that is kept stands for each of them.

    A merge of somebody else into one of these people is on a stream that is not named after them, and is not seen.
    """

    def __init__(self, merges: Iterable[Merge]) -> None:
        self._kept = {each.stream.partition("/")[2]: each.kept for each in merges}

    def of(self, person: str) -> str:
        """Give the key that is kept of a person."""
        return self._kept.get(person) or person

    def keys(self, people: Iterable[str]) -> tuple[str, ...]:
        """Give the keys of people, each once: their own, and those that are kept in their place."""
        return tuple(dict.fromkeys(key for person in people for key in (person, self.of(person))))

    def by_human(self, said: Mapping[str, str]) -> dict[str, str]:
        """Give what is said of people by the key that is kept; of several keys of one human, what is said last."""
        return {self.of(person): text for person, text in said.items()}

    def declared(self, person: str, interests: Iterable[Interests]) -> list[Interest]:
        """Give the interests that a person declared, under their own key and under the one that is kept."""
        by_key = {each.stream.partition("/")[2]: each for each in interests}
        known = (by_key[key] for key in self.keys((person,)) if key in by_key)
        return [each for declared in known for each in declared.declared.values()]


def merge_stream(dropped: str) -> Merge:
    """Name the stream of a person's merge into another."""
    return Merge(f"merge/{dropped}")


class MergePersons(Command):
    """Record that two persons on record are one human: one is kept, the other's stream stays and points to it.

    Nobody is merged by a program alone: look at the pairs that pollbook duplicates shows. Name and date of birth are
    not enough, for two people may share both.
    """

    dropped: Id = Field(description="key of the person who is not to be used any more")
    kept: Id = Field(description="key of the person who is kept")
    basis: tuple[Basis, ...] = Field(
        min_length=1,
        max_length=len(("name-and-birth-date", "email", "address", "near", "document", "statement")),
        description='what says that they are one, as JSON: ["name-and-birth-date","email"]',
    )
    score: int | None = Field(None, ge=0, le=SCORE_MAX, description="how like they are, of 100, by the matcher")
    matcher: Text | None = Field(None, description="the library that says so and its version, as duplicates shows it")


@decision(
    MergePersons,
    dropped=lambda c, _: OnRecord(f"person/{c.dropped}"),
    applied=lambda c, _: OnRecord(f"application/{c.dropped}"),
    kept=lambda c, _: OnRecord(f"person/{c.kept}"),
    kept_applied=lambda c, _: OnRecord(f"application/{c.kept}"),
    merge=lambda c, _: merge_stream(c.dropped),
    other=lambda c, _: merge_stream(c.kept),
)
def merge_persons(
    command: MergePersons,
    act: Act,
    dropped: OnRecord,
    applied: OnRecord,
    kept: OnRecord,
    kept_applied: OnRecord,
    merge: Merge,
    other: Merge,
) -> Outcome:
    """Decide that two persons may be merged. Who is kept must not be dropped, so that no merge leads round.

    Raises:
        RefusedError: `same-person`, `unknown-person`, `already-merged`, `merged-person`, `basis-insufficient`, in
            that order.
    """
    where = f"person {command.dropped}"
    if command.dropped == command.kept:
        raise refused("same-person", where, "two persons", "one", "Correct one of the keys")
    for key, found in ((command.dropped, (dropped, applied)), (command.kept, (kept, kept_applied))):
        if not any(each.exists for each in found):
            remedy = "See the keys with: pollbook duplicates REGISTER"
            raise refused("unknown-person", f"person {key}", "a person on record", "none of this key", remedy)
    if merge.kept is not None:
        remedy = "Undo that merge first: undo-merge"
        raise refused("already-merged", where, "a person who is not merged", f"merged into {merge.kept}", remedy)
    if other.kept is not None:
        remedy = f"Keep {other.kept} instead, or undo that merge first: undo-merge"
        raise refused("merged-person", f"person {command.kept}", "a person who is kept", f"{other.kept} is", remedy)
    if set(command.basis) <= NOT_ENOUGH:
        found_basis = " and ".join(command.basis)
        remedy = "Say what else shows it: a document, a statement of theirs, an address or e-mail that both have"
        raise refused("basis-insufficient", where, "more than a name and a birth date", found_basis, remedy)
    fields = command.model_dump(include={"basis", "kept", "matcher", "score"})
    return Outcome([PersonsMerged(**act.on(merge), **fields)])


class UndoMerge(Command):
    """Undo a merge: they are two persons again."""

    dropped: Id = Field(description="key of the person who was merged into another")
    reason: Undone = Field(description="why")


@decision(UndoMerge, merge=lambda c, _: merge_stream(c.dropped))
def undo_merge(command: UndoMerge, act: Act, merge: Merge) -> Outcome:
    """Decide that a merge may be undone.

    Raises:
        RefusedError: `not-merged`.
    """
    if merge.kept is None:
        where = f"person {command.dropped}"
        raise refused("not-merged", where, "a person who is merged into another", "none", "Nothing needs doing")
    return Outcome([MergeUndone(**act.on(merge), reason=command.reason)])
