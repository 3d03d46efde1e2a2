"""`document/<id>`: codes of conduct, expectations and notices, each edition with the digest of its exact text.

`effective` is when an edition was published. A code is binding, and holds from its publication or later; expectations
are guidance, and name no sanction; a notice tells and obliges nobody. A later edition holds in place of those before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text, Time
from ledger.rules.clause import CLASSES_MAX, ActorClass, History, Span
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.guidelines import NO_ELECTION, require_binding
from ledger.streams.rulebook import (
    RuleBook,
    require_clause,
    require_decided,
    require_prospective,
    rulebook_stream,
)

DocumentKind = Literal["binding", "guidance", "notice"]


class DocumentPublished(Event):
    """A document was published, at the moment this took effect; `edition` 2 and above replace the one before."""

    audience = Audience.PUBLIC
    type: Literal["document-published.v1"] = "document-published.v1"
    addressed_to: tuple[ActorClass, ...]
    document: Id
    edition: Count
    election: Id | None = None
    in_force_from: Time
    in_force_until: Time | None = None
    kind: DocumentKind
    organisation: Id
    sanction: Hash | None = None
    text_digest: Hash
    title: Text
    words_digest: Hash | None = None


class DocumentWithdrawn(Event):
    """A document was withdrawn: from the moment given none of its editions is in force."""

    audience = Audience.PUBLIC
    type: Literal["document-withdrawn.v1"] = "document-withdrawn.v1"
    document: Id
    in_force_until: Time
    reason: Text


@dataclass(frozen=True, slots=True)
class Document(State):
    """A document as it stands: its editions in order, and which of them held or is to hold when."""

    editions: tuple[DocumentPublished, ...] = ()
    history: History[DocumentPublished] = field(default_factory=History)

    @property
    def id(self) -> str:
        """The document's id, from its stream's name."""
        return self.stream.partition("/")[2]

    def evolve(self, event: Event) -> Document:
        """Give the document after one more event."""
        match event:
            case DocumentPublished():
                history = self.history.put(event.in_force_from, event)
                if event.in_force_until is not None:
                    history = history.put(event.in_force_until, None)
                return replace(self, version=event.version, editions=(*self.editions, event), history=history)
            case DocumentWithdrawn():
                return replace(self, version=event.version, history=self.history.put(event.in_force_until, None))
        raise TypeError(f"{event.type} does not belong to a document")

    def in_force(self, moment: str) -> DocumentPublished | None:
        """Give the edition in force at a moment (UTC)."""
        return self.history.at(moment)

    def spans(self) -> tuple[Span[DocumentPublished], ...]:
        """Give each edition with the time that it held or is to hold."""
        return self.history.spans()


def document_stream(document: str) -> Document:
    """Name the stream of a document."""
    return Document(f"document/{document}")


class PublishDocument(Command):
    """Publish a code of conduct, expectations or a notice, or a new edition; say with effective when it was published.

    Keep the file: what is recorded is its digest, by which a copy is known again.
    """

    coined = frozenset({"document"})

    document: Id = Field(description="id of the document; the same one again for a new edition")
    organisation: Id = Field(description="id of the organisation whose document it is")
    title: Text = Field(description="what it is called")
    kind: DocumentKind = Field(
        description="binding, as a code of conduct; guidance, as expectations, on which no sanction can rest; or notice"
    )
    text_digest: Hash = Field(description="SHA-256 of its exact text, or @FILE: taken from a file, words_digest too")
    addressed_to: tuple[ActorClass, ...] = Field(
        min_length=1, max_length=CLASSES_MAX, description="classes of actor that it is addressed to"
    )
    in_force_from: Time = Field(description="from when it is in force (UTC)")
    in_force_until: Time | None = Field(None, description="until when (UTC); left out: until further notice")
    election: Id | None = Field(None, description="id of the election that it is for; left out: all")
    sanction: Hash | None = Field(None, description="hash of the binding clause under which a breach can be sanctioned")
    words_digest: Hash | None = Field(None, description="SHA-256 of its words alone, whatever the white space")


@decision(
    PublishDocument,
    document=lambda c, _: document_stream(c.document),
    election=lambda c, _: election_stream(c.election or NO_ELECTION),
    rule_book=lambda c, _: rulebook_stream(c.organisation),
)
def publish_document(
    command: PublishDocument, act: Act, document: Document, election: Election, rule_book: RuleBook
) -> Outcome:
    """Decide that a document may be published.

    Raises:
        RefusedError: `future-dated`, `unknown-election`, `bad-period`, `retrospective-rule`,
            `expectation-with-sanction`, `unknown-clause`, `clause-not-in-force`, `not-binding`, `document-held`,
            in that order.
    """
    where = f"document {command.document}"
    require_decided(act, where)
    if command.election is not None:
        require_election(election, command.election)
    if command.in_force_until is not None and command.in_force_until <= command.in_force_from:
        expected = f"an end after {command.in_force_from}"
        raise refused("bad-period", where, expected, command.in_force_until, "Correct from when until when it holds")
    # A notice tells of the past too; what binds, or is expected, has to be known first.
    if command.kind != "notice":
        require_prospective(command.in_force_from, act.effective, where)
    _require_sanction_fits(command, rule_book, where)
    own = PublishDocument.model_fields.keys() - Command.model_fields.keys()
    fields = {name: getattr(command, name) for name in own}
    before = document.in_force(command.in_force_from)
    if before is not None and all(getattr(before, name) == fields[name] for name in own - {"in_force_from"}):
        found = f"edition {before.edition}, which says just that"
        raise refused("document-held", where, "an edition that differs", found, "Nothing is to be recorded")
    return Outcome([DocumentPublished(**act.on(document), **fields, edition=len(document.editions) + 1)])


def _require_sanction_fits(command: PublishDocument, rule_book: RuleBook, where: str) -> None:
    if command.sanction is None:
        return
    if command.kind != "binding":
        expected = f"no sanction, for it is {'a notice' if command.kind == 'notice' else command.kind}"
        remedy = "Leave sanction out, or publish it as binding"
        raise refused("expectation-with-sanction", where, expected, command.sanction, remedy)
    clause = require_clause(rule_book, command.sanction, command.in_force_from, f"{where}, field sanction")
    require_binding(clause, f"{where}, field sanction")


class WithdrawDocument(Command):
    """Withdraw a document: from a moment on no edition of it is in force. It stays on record."""

    document: Id = Field(description="id of the document")
    in_force_until: Time = Field(description="from when it is in force no more (UTC)")
    reason: Text = Field(description="why; it is kept for ever, so name nobody")


@decision(WithdrawDocument, document=lambda c, _: document_stream(c.document))
def withdraw_document(command: WithdrawDocument, act: Act, document: Document) -> Outcome:
    """Decide that a document may be withdrawn; what bound until then did bind.

    Raises:
        RefusedError: `future-dated`, `unknown-document`, `not-in-force`, `retrospective-rule`, in that order.
    """
    where = f"document {command.document}"
    require_decided(act, where)
    if not document.exists:
        remedy = "See the ids with: pollbook rules"
        raise refused("unknown-document", where, "a document that was published", "none of this id", remedy)
    if document.in_force(command.in_force_until) is None and not document.history.after(command.in_force_until):
        remedy = "Nothing is to be withdrawn"
        raise refused("not-in-force", where, f"an edition in force at {command.in_force_until}", "none", remedy)
    require_prospective(command.in_force_until, act.effective, where)
    own = command.model_dump(include={"document", "in_force_until", "reason"})
    return Outcome([DocumentWithdrawn(**act.on(document), **own)])


def require_document_ground(document: Document, conduct_at: str, where: str) -> DocumentPublished:
    """Give the edition of a code that a sanction rests on.

    Args:
        conduct_at: when that happened which is to be sanctioned (UTC).

    Raises:
        RefusedError: `not-in-force`: no edition was at the conduct; `not-binding`: guidance or a notice.
    """
    edition = document.in_force(conduct_at)
    if edition is None:
        expected = f"an edition in force at {conduct_at}"
        first = min((each.in_force_from for each in document.editions), default=None)
        found = "no document of this id" if first is None else f"none; the first is in force from {first}"
        raise refused("not-in-force", where, expected, found, "Name a rule that was in force at the conduct")
    if edition.kind != "binding":
        what = "a notice" if edition.kind == "notice" else edition.kind
        found = f"document {document.id}, which is {what}"
        remedy = "Name a binding rule: nothing can be enforced on guidance"
        raise refused("not-binding", where, "a binding document", found, remedy)
    return edition
