"""`rulebook/<organisation>`: its rule books and guidelines as clauses, each naming the body that may amend it.

No amendment reaches back: it is in force from its recording or later. The first book of an organisation alone may say
that it has been in force for long, for it was there before the ledger. Interpretations stay with the clause, by its
hash, that they interpret. Both clocks are kept: `effective` is when the body decided, `recorded` when the ledger heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ledger.decision import Act, State
from ledger.errors import RefusedError, nearest, refused
from ledger.event import Audience, Event
from ledger.field import Count, Hash, Id, Text, Time
from ledger.rules.clause import Clause, History, Provision, Ref


class RuleBookAdopted(Event):
    """A rule book was adopted, or put on record as it stood; clauses are referred to by content hash."""

    audience = Audience.PUBLIC
    type: Literal["rule-book-adopted.v1"] = "rule-book-adopted.v1"
    adopted_by: Id
    amendable_by: Id
    clauses: tuple[Clause, ...]
    decision: Id | None = None
    in_force_from: Time
    organisation: Id
    rulebook: Id
    text_digest: Hash
    title: Text
    words_digest: Hash | None = None


class RuleAmended(Event):
    """A clause was amended, or added: from the moment given it reads so."""

    audience = Audience.PUBLIC
    type: Literal["rule-amended.v1"] = "rule-amended.v1"
    adopted_by: Id
    clause: Clause
    decision: Id | None = None
    in_force_from: Time
    organisation: Id
    rulebook: Id


class RuleRepealed(Event):
    """A clause was repealed: from the moment given there is none of this ref."""

    audience = Audience.PUBLIC
    type: Literal["rule-repealed.v1"] = "rule-repealed.v1"
    adopted_by: Id
    decision: Id | None = None
    in_force_from: Time
    organisation: Id
    ref: Ref
    rulebook: Id


class GuidelinesIssued(Event):
    """Guidelines were issued under a clause of a rule book, anew if `edition` is above 1: these are all its clauses."""

    audience = Audience.PUBLIC
    type: Literal["guidelines-issued.v1"] = "guidelines-issued.v1"
    clauses: tuple[Clause, ...]
    decision: Id | None = None
    edition: Count
    election: Id | None = None
    guidelines: Id
    in_force_from: Time
    issued_by: Id
    organisation: Id
    text_digest: Hash
    title: Text
    under: Hash
    words_digest: Hash | None = None


class InterpretationIssued(Event):
    """A question about a clause was answered; `cases` are those that the answer was given in or follows."""

    audience = Audience.PUBLIC
    type: Literal["interpretation-issued.v1"] = "interpretation-issued.v1"
    cases: tuple[Text, ...]
    clause: Hash
    decision: Id | None = None
    interpretation: Text
    issued_by: Id
    number: Count
    organisation: Id
    question: Text


BookEvent = RuleBookAdopted | GuidelinesIssued


@dataclass(frozen=True, slots=True)
class RuleBook(State):
    """The rules of an organisation as they stand.

    Attributes:
        books: rule book or guidelines -> the events that adopted or issued it, in order.
        clauses: (book, ref) -> what it said when.
        interpretations: in order.
    """

    books: Mapping[str, tuple[BookEvent, ...]] = field(default_factory=dict)
    clauses: Mapping[tuple[str, str], History[Provision]] = field(default_factory=dict)
    interpretations: tuple[InterpretationIssued, ...] = ()

    @property
    def organisation(self) -> str:
        """Whose rules they are."""
        return self.stream.partition("/")[2]

    def in_force(self, moment: str) -> dict[str, Provision]:
        """Give the clauses in force at a moment (UTC) by their hashes, in the order of their books."""
        found = (history.at(moment) for history in self.clauses.values())
        return {provision.hash: provision for provision in found if provision is not None}

    def ever(self) -> dict[str, Provision]:
        """Give all clauses that ever were in force or are to be, by their hashes."""
        return {span.held.hash: span.held for history in self.clauses.values() for span in history.spans()}

    def evolve(self, event: Event) -> RuleBook:
        """Give the rules after one more event."""
        match event:
            case RuleBookAdopted() | GuidelinesIssued():
                name, by = book_of(event)
                kept = {
                    ref: history.put(event.in_force_from, None)
                    for (book, ref), history in self.clauses.items()
                    if book == name and ref not in {clause.ref for clause in event.clauses}
                }
                new = {clause.ref: self._put(event, name, by, clause) for clause in event.clauses}
                clauses = {**self.clauses, **{(name, ref): history for ref, history in (kept | new).items()}}
                books = {**self.books, name: (*self.books.get(name, ()), event)}
                return replace(self, version=event.version, books=books, clauses=clauses)
            case RuleAmended():
                where = (event.rulebook, event.clause.ref)
                history = self._put(event, event.rulebook, event.adopted_by, event.clause)
                return replace(self, version=event.version, clauses={**self.clauses, where: history})
            case RuleRepealed():
                where = (event.rulebook, event.ref)
                history = self.history(*where).put(event.in_force_from, None)
                return replace(self, version=event.version, clauses={**self.clauses, where: history})
            case InterpretationIssued():
                return replace(self, version=event.version, interpretations=(*self.interpretations, event))
        raise TypeError(f"{event.type} does not belong to a rule book")

    def history(self, book: str, ref: str) -> History[Provision]:
        """Give what a clause said when."""
        return self.clauses.get((book, ref), History())

    def _put(self, event: BookEvent | RuleAmended, book: str, by: str, clause: Clause) -> History[Provision]:
        """Put a clause where it belongs; one that guidelines issued anew leave as it is stays the clause it was."""
        history = self.history(book, clause.ref)
        known, later = history.at(event.in_force_from), history.after(event.in_force_from)
        if known is not None and known.clause == clause and not later:
            return history
        since = event.in_force_from
        return history.put(since, Provision(event.organisation, book, clause, since, by, event.recorded))


def book_of(event: BookEvent) -> tuple[str, str]:
    """Give the id of the book, and the body that adopted or issued it."""
    if isinstance(event, RuleBookAdopted):
        return event.rulebook, event.adopted_by
    return event.guidelines, event.issued_by


def rulebook_stream(organisation: str) -> RuleBook:
    """Name the stream of an organisation's rules."""
    return RuleBook(f"rulebook/{organisation}")


def require_decided(act: Act, where: str) -> None:
    """Refuse what is said to have been decided in the future (`future-dated`)."""
    if act.effective > act.now:
        remedy = "Say with effective when it was decided; from when it holds is another field"
        raise refused("future-dated", where, f"a decision of {act.now} or before", act.effective, remedy)


def require_prospective(in_force_from: str, floor: str, where: str) -> None:
    """Refuse a rule that reaches back (`retrospective-rule`): nobody can have known it."""
    if in_force_from < floor:
        remedy = "Give a moment that is still to come: no rule reaches back"
        raise refused("retrospective-rule", where, f"in force from {floor} or later", f"from {in_force_from}", remedy)


def require_once(clauses: Iterable[Clause], where: str) -> None:
    """Refuse a book with two clauses of one ref (`duplicate-clause`)."""
    seen: set[str] = set()
    for row, clause in enumerate(clauses, 1):
        if clause.ref in seen:
            raise RefusedError(
                "duplicate-clause",
                where,
                expected="each ref once",
                found=f"{clause.ref} twice",
                remedy="Leave one out, or number it anew",
                row=row,
            )
        seen.add(clause.ref)


def require_amender(provisions: Iterable[Provision], body: str, where: str) -> None:
    """Refuse what another body than the one that a clause names decides about it (`rule-change-needs`)."""
    for provision in provisions:
        needed = provision.clause.amendable_by
        if body != needed:
            remedy = f"Bring it before {needed}, and record what it decides"
            expected = f"a decision of {needed}, which alone may amend clause {provision.clause.ref}"
            raise refused("rule-change-needs", where, expected, f"one of {body}", remedy)


def require_clause(rule_book: RuleBook, clause: str, moment: str, where: str) -> Provision:
    """Give a clause in force at a moment (UTC), by its hash.

    Raises:
        RefusedError: `unknown-clause`, `clause-not-in-force`.
    """
    found = rule_book.in_force(moment).get(clause)
    if found is not None:
        return found
    ever = rule_book.ever()
    if clause not in ever:
        rules = f"the hash of a clause of {rule_book.organisation}"
        remedy = "See the hashes with: pollbook rules --hashes"
        raise refused("unknown-clause", where, rules, f"{clause}{nearest(clause, ever)}", remedy)
    provision = ever[clause]
    found_now = next((each for each in rule_book.in_force(moment).values() if _same_place(each, provision)), None)
    instead = f"; in its place {found_now.hash}" if found_now else ""
    expected = f"a clause in force at {moment}"
    found_text = f"clause {provision.clause.ref} as of {provision.in_force_from}, which is not{instead}"
    raise refused("clause-not-in-force", where, expected, found_text, "Refer to the clause in force at that moment")


def _same_place(one: Provision, other: Provision) -> bool:
    return (one.rulebook, one.clause.ref) == (other.rulebook, other.clause.ref)
