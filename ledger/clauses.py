"""Clauses that a decision says it rests on: each is in force, in a rule book on record, when it takes effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.decision import Act, Command, fold
from ledger.errors import refused
from ledger.event import Event
from ledger.record import Record
from ledger.streams.founding import FoundLedger, LedgerFounded
from ledger.streams.guidelines import IssueInterpretation
from ledger.streams.rulebook import InterpretationIssued, RuleBook, RuleBookAdopted, require_clause

RULE_BOOKS = "rulebook/"
FIELDS = ("clause", "no_appeal")
# A founding comes before every rule book; what is asked of the clause that is interpreted, its own decision asks.
EXEMPT = (FoundLedger, LedgerFounded, IssueInterpretation, InterpretationIssued)


def clauses_of(said: Command | Event) -> Iterator[tuple[str, str]]:
    """Give the clauses that a command or an event says it rests on: field, and content hash."""
    for field in FIELDS if not isinstance(said, EXEMPT) else ():
        value = getattr(said, field, None)
        if isinstance(value, str):
            yield field, value


def require_clauses(record: Record, command: Command, act: Act) -> dict[str, int]:
    """Refuse a command that rests on a clause not in force when it takes effect; give the streams read.

    Raises:
        RefusedError: `unknown-clause`, `clause-not-in-force`.
    """
    named = list(clauses_of(command))
    if not named:
        return {}
    names = dict.fromkeys(record.streams_of(RuleBookAdopted.model_fields["type"].default, RULE_BOOKS))
    books = {name: fold(RuleBook(name), (event for _, event in record.stream(name))) for name in names}
    for field, clause in named:
        require_in_force(books, clause, act.effective, f"{command.verb} by {act.actor}, field {field}")
    return {name: book.version for name, book in books.items()}


def require_in_force(books: Mapping[str, RuleBook], clause: str, moment: str, where: str) -> None:
    """Refuse a clause that no rule book has in force at a moment (UTC).

    Raises:
        RefusedError: `unknown-clause`, `clause-not-in-force`.
    """
    if not books:
        remedy = "Record adopt-rule-book first, or leave it out"
        raise refused("unknown-clause", where, "a clause of a rule book on record", f"{clause}, and no book", remedy)
    if not any(clause in book.in_force(moment) for book in books.values()):
        known = (book for book in books.values() if clause in book.ever())
        require_clause(next(known, next(iter(books.values()))), clause, moment, where)
