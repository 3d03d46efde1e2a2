"""Clauses as data: what a clause says of itself, the hash it is referred to by, and what holds when.

A clause is known by a hash over all of it and over the moment from which it holds: the same words in force from
another day, or open to amendment by another body, are another clause.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from ledger.event import Canonical
from ledger.field import Hash, Id, Text, check_text

REF_MAX = 100  # characters of a clause's number or name
CLASSES_MAX = 16
CLAUSES_MAX = 250  # of one command: a leaf has room for about that many; further ones are added one by one

Kind = Literal["binding", "guidance"]
ActorClass = Literal[
    "affiliate",
    "agent",
    "campaign",
    "candidate",
    "member",
    "nominator",
    "officer",
    "panellist",
    "parliamentarian",
    "scrutineer",
    "staff",
    "supporter",
]
Ref = Annotated[str, StringConstraints(pattern=rf"^\S(.{{0,{REF_MAX - 2}}}\S)?$"), AfterValidator(check_text)]
Held = TypeVar("Held")


class Clause(Canonical):
    """One clause: which it is, what it is called, the digest of its exact text, and which body may amend it."""

    amendable_by: Id = Field(description="the body that may amend or repeal it, and nobody else")
    applies_to: tuple[ActorClass, ...] | None = Field(
        None, min_length=1, max_length=CLASSES_MAX, description="classes of actor that it names; left out: everyone"
    )
    kind: Kind = Field(description="binding, or guidance, on which no sanction can rest")
    overrides: Text | None = Field(
        None, description="in guidelines: why it departs from the clause of this ref in the rule book"
    )
    ref: Ref = Field(description="number or name of the clause, such as 4.II.2")
    text_digest: Hash = Field(description="SHA-256 of its exact text; @FILE: taken from a file (pollbook record alone)")
    title: Text = Field(description="what it is called, or what it is about")


def clause_hash(organisation: str, rulebook: str, clause: Clause, in_force_from: str) -> str:
    """Name a clause by its content: SHA-256 of the canonical JSON of what it is, where, and from when it holds.

    The title is left out: it binds nobody.
    """
    body = clause.model_dump(mode="json", exclude_none=True, exclude={"title"})
    body |= {"in_force_from": in_force_from, "organisation": organisation, "rulebook": rulebook}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Provision:
    """A clause in its place: of which organisation and book, since when (UTC), recorded when, by which body."""

    organisation: str
    rulebook: str
    clause: Clause
    in_force_from: str
    adopted_by: str
    recorded: str

    @cached_property
    def hash(self) -> str:
        """What decisions refer to it by."""
        return clause_hash(self.organisation, self.rulebook, self.clause, self.in_force_from)


class Span(NamedTuple, Generic[Held]):
    """What held from a moment up to another, which is no part of it, or None: until further notice."""

    since: str
    until: str | None
    held: Held

    def holds(self, moment: str) -> bool:
        """Whether it held at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class History(Generic[Held]):
    """What held when: each entry holds from its moment until the next; None: nothing.

    Whatever is decided later holds from its moment on, also in place of what was to come after that moment.
    """

    entries: tuple[tuple[str, Held | None], ...] = ()

    def put(self, since: str, held: Held | None) -> History[Held]:
        """Give the history with one more decision."""
        return History((*(entry for entry in self.entries if entry[0] < since), (since, held)))

    def at(self, moment: str) -> Held | None:
        """Give what holds at a moment (UTC)."""
        return next((held for since, held in reversed(self.entries) if since <= moment), None)

    def after(self, moment: str) -> tuple[Held, ...]:
        """Give what is to hold from later moments on."""
        return tuple(held for since, held in self.entries if since > moment and held is not None)

    def spans(self) -> tuple[Span[Held], ...]:
        """Give all that ever held or is to hold, in order."""
        ends = [since for since, _ in self.entries[1:]]
        pairs = zip(self.entries, [*ends, None], strict=True)
        return tuple(Span(since, until, held) for (since, held), until in pairs if held is not None)
