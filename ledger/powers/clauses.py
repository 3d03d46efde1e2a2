"""Clauses that a decision rests on, by content hash: its own, or that of the delegation that it is taken under.

A clause that a command names itself is in force, in a rule book on record, when it takes effect. That of a delegation
was so when the delegation was given, and stays the reference though it is amended later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.decision import Act, Command, Unchanged, fold
from ledger.errors import refused
from ledger.event import Event
from ledger.record import Record
from ledger.streams.body import Fault
from ledger.streams.founding import FoundLedger, LedgerFounded
from ledger.streams.guidelines import IssueInterpretation
from ledger.streams.office import CLAUSE, PowerDelegated, delegation_says, room_of
from ledger.streams.rulebook import InterpretationIssued, RuleBook, RuleBookAdopted, require_clause

RULE_BOOKS = "rulebook/"
ADOPTED = RuleBookAdopted.model_fields["type"].default
FIELDS = ("clause", "no_appeal")
# A founding comes before every rule book; what is asked of the clause that is interpreted, its own decision asks.
EXEMPT = (FoundLedger, LedgerFounded, IssueInterpretation, InterpretationIssued)

NEEDS_NO_CLAUSE = {  # rooms whose commands rest on no clause, and why
    "founding": "it comes before every rule book",
    "amendment": "rule books are what the others rest on",
    "seat": "a body has members before it can adopt rules",
    "sitting": "a body decides by what it is constituted as",
    "key": "a key that is lost is replaced at once",
    "log-key": "so is that of the log",
    "heads": "they say nothing that is not on record already",
    "person": "what is kept of persons, and erased, follows from the law",
}
OWN = frozenset(("delegate-power",))  # verbs that name the clause themselves: no power comes from the power to give it


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
    books = _books(record)
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


def _books(record: Record) -> dict[str, RuleBook]:
    """Give the rules of every organisation that has any on record, by stream."""
    names = dict.fromkeys(record.streams_of(ADOPTED, RULE_BOOKS))
    return {name: fold(RuleBook(name), (event for _, event in record.stream(name))) for name in names}


def basis_of(said: Command | Event) -> str | None:
    """Give the clause that a command or an event itself refers to: that it rests on, is issued under, or interprets."""
    values = (getattr(said, field, None) for field in ("clause", "under"))
    return next((value for value in values if isinstance(value, str)), None)


def needs_clause(verb: str) -> bool:
    """Whether commands of a verb rest on a clause, once there are rules."""
    return room_of(verb) not in NEEDS_NO_CLAUSE


def basis_faults(
    verb: str, own: str | None, given: PowerDelegated, moment: str, books: Mapping[str, RuleBook]
) -> Iterator[Fault]:
    """Find an act that rests on no clause though a rule book had been adopted by then, or on none that there is.

    Args:
        own: clause that it names itself; what is wrong with that one, `require_in_force` says.
        given: the delegation that it is under. The founding gives its own before any rule book is on record, so it is
            only found here whether there is such a clause.
        moment: at which it takes effect.
    """
    adopted = [each for book in books.values() for of in book.books.values() for each in of]
    rules = any(isinstance(each, RuleBookAdopted) and each.in_force_from <= moment for each in adopted)
    if own is not None or not rules or not needs_clause(verb):
        return
    if given.clause is None or verb in OWN:
        whose = "one named with clause" if verb in OWN else "one named with clause, or that of the delegation"
        yield "clause-missing", f"a clause that it rests on, {whose}", f"{delegation_says(given)}, and no clause"
    elif not any(given.clause in book.ever() for book in books.values()):
        yield "unknown-clause", "a clause of a rule book on record", delegation_says(given)


def require_basis(
    record: Record, command: Command, act: Act, given: PowerDelegated
) -> tuple[dict[str, int], Unchanged | None]:
    """Refuse a command that rests on no clause, neither its own nor its delegation's, once there are rules.

    Returns:
        The streams read, and what may not be recorded meanwhile: the first rules.

    Raises:
        RefusedError: `clause-missing`, naming the delegation; `unknown-clause`.
    """
    own, verb = basis_of(command), command.verb
    known = given.clause is not None and given.decision is not None  # it was in force when the delegation was recorded
    if own is not None or not needs_clause(verb) or (known and verb not in OWN):
        return {}, None
    books = _books(record)
    for code, expected, found in basis_faults(verb, own, given, act.effective, books):
        remedy = "Name the clause: --clause (see: pollbook rules --hashes)"
        if "clause" not in type(command).model_fields:
            remedy = f"Let the {act.actor} be given the power under a clause: delegate-power --clause"
        raise refused(code, f"{verb} by {act.actor}", expected, found, remedy)
    reads = {name: book.version for name, book in books.items()}
    return reads, Unchanged(act.size - 1, (ADOPTED,), (RULE_BOOKS,))


def authority_under(given: PowerDelegated, command: Command, named: str | None) -> str:
    """Write the authority of a command: the delegation, or what the office named, with the delegation's clause.

    Args:
        named: what the office says it acts under, if that is no delegation.
    """
    if named is None:
        return delegation_says(given)
    basis = f"{CLAUSE}{given.clause}"
    rests = basis_of(command) is not None or not needs_clause(command.verb)
    return named if given.clause is None or rests or named.endswith(basis) else named + basis
