"""`pollbook rules` and `check-document`: the rules in force, and whether a text is one that was published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from cli.look import moment_from, require_known
from cli.office import opened, system_clock
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table, wrapped
from cli.source import small_bytes
from ledger.errors import RefusedError, nearest, refused
from ledger.rules.clause import Provision
from ledger.rules.wording import Digests, digests_of
from ledger.streams.document import Document, DocumentPublished
from ledger.streams.rulebook import InterpretationIssued, RuleBook, RuleBookAdopted
from projections.election.rules import Found, Rules, read_rules, texts_like, title_warnings
from projections.moment import Moment
from projections.story.words import counted, quoted


def show_rules(
    place: Place, organisation: str, as_of: str | None, known_at: str | None, *, hashes: bool, as_json: bool
) -> None:
    """Print the clauses and documents in force at a moment, as they were known at another."""
    moment = moment_from(as_of, known_at)
    at = moment.as_of or moment.known_at or system_clock()
    rules = rules_at(place, moment)
    if organisation and organisation not in rules.rulebooks:
        found = f"none{nearest(organisation, rules.rulebooks)}"
        remedy = "Correct the id, or record adopt-rule-book"
        raise refused("unknown-organisation", organisation, "an organisation with rules on record", found, remedy)
    books = [book for name, book in rules.rulebooks.items() if organisation in ("", name)]
    papers = [each for each in rules.documents.values() if organisation in ("", each.editions[-1].organisation)]
    warnings = list(title_warnings(rules))
    if as_json:
        rulebooks = [_book_json(book, at) for book in books]
        documents = [_document_json(each, at) for each in papers]
        say_json({"at": at, "rules": rulebooks, "documents": documents, "warnings": warnings})
        return
    say_wrapped(f"Rules in force at {at}, {Moment(None, moment.known_at, moment.known_at_position).says()}")
    if not books and not papers:
        say()
        say_wrapped("No rules are on record. Begin with: pollbook record adopt-rule-book --help")
    for book in books:
        _say_book(book, at, hashes=hashes)
    _say_documents(papers, at)
    for warning in warnings:
        say("\n".join(wrapped(f"Warning: {warning}", 2)))


def rules_at(place: Place, moment: Moment) -> Rules:
    """Read all rules and documents as they were known."""
    with opened(place) as ledger:
        require_known(moment, ledger)
        return read_rules(ledger, moment)


def _say_book(rule_book: RuleBook, at: str, *, hashes: bool) -> None:
    in_force = list(rule_book.in_force(at).values())
    for name, events in rule_book.books.items():
        event = events[-1]
        clauses = [each for each in in_force if each.rulebook == name]
        say()
        what = "Rule book" if isinstance(event, RuleBookAdopted) else "Guidelines"
        say_wrapped(f"{what} {name} of {rule_book.organisation}: {quoted(event.title)}")
        if not clauses:
            say_wrapped("None of its clauses was in force.")
            continue
        say(table(("clause", "title", "kind", "amended by", "in force from"), [_row(each) for each in clauses]))
        _say_late(clauses)
        for each in clauses:
            _say_more(rule_book, each, at, hashes=hashes)


def _row(provision: Provision) -> tuple[str, ...]:
    clause = provision.clause
    who = "" if clause.applies_to is None else f" (for {', '.join(clause.applies_to)})"
    return clause.ref, clause.title + who, clause.kind, clause.amendable_by, brief(provision.in_force_from)


def brief(moment: str) -> str:
    """Write a moment (UTC) as a day where it is the beginning of one, else without the letters."""
    return moment.removesuffix("T00:00:00Z").replace("T", " ").removesuffix("Z")


def _say_late(clauses: list[Provision]) -> None:
    """Say how many clauses came into force before the ledger heard of them."""
    late = [each for each in clauses if each.recorded > each.in_force_from]
    if late:
        last = max(each.recorded for each in late)
        what = f"{counted(len(late), 'clause')} of these {'was' if len(late) == 1 else 'were'} in force before"
        say_wrapped(f"{what} being recorded, the last on {brief(last)}.")


def _say_more(rule_book: RuleBook, provision: Provision, at: str, *, hashes: bool) -> None:
    """Print what a table has no room for: the hash, why a clause departs from another, interpretations."""
    clause = provision.clause
    if hashes:
        say(f"{clause.ref}")
        say(f"  {provision.hash}")
    if clause.overrides is not None:
        say("\n".join(wrapped(f"{clause.ref} departs from the rule book: {quoted(clause.overrides)}", 2)))
    for each in interpretations_of(rule_book, provision, at):
        text = f"{clause.ref}, asked {quoted(each.question)}: {quoted(each.interpretation)} ({each.issued_by})"
        say("\n".join(wrapped(text, 2)))


def interpretations_of(rule_book: RuleBook, provision: Provision, at: str) -> list[InterpretationIssued]:
    """Give the interpretations of a clause as it reads there, that were given up to a moment."""
    return [each for each in rule_book.interpretations if each.clause == provision.hash and each.effective <= at]


def _say_documents(documents: list[Document], at: str) -> None:
    rows = []
    for document in documents:
        for span in document.spans():
            if span.holds(at):
                each = span.held
                name = document.id if each.edition == 1 else f"{document.id} ({each.edition})"
                who = f"{each.title} (to {', '.join(each.addressed_to)})"
                rows.append((name, who, each.kind, brief(span.since), brief(span.until or "")))
    if documents:
        say()
        say("Documents")
        say(table(("document", "title", "kind", "in force from", "until"), rows) if rows else "None was in force.")


def _book_json(rule_book: RuleBook, at: str) -> dict[str, Any]:
    in_force = rule_book.in_force(at)
    books = [
        events[-1].model_dump(mode="json", exclude_none=True, include=_BOOK_FIELDS) | {"book": name}
        for name, events in rule_book.books.items()
    ]
    clauses = [
        provision.clause.model_dump(mode="json", exclude_none=True)
        | {
            "hash": name,
            "rulebook": provision.rulebook,
            "in_force_from": provision.in_force_from,
            "recorded": provision.recorded,
            "adopted_by": provision.adopted_by,
            "interpretations": [
                each.model_dump(mode="json", include={"number", "question", "interpretation", "issued_by", "cases"})
                for each in interpretations_of(rule_book, provision, at)
            ],
        }
        for name, provision in in_force.items()
    ]
    return {"organisation": rule_book.organisation, "books": books, "clauses": clauses}


_BOOK_FIELDS = {"type", "title", "text_digest", "in_force_from", "adopted_by", "issued_by", "edition", "election"}


def _document_json(document: Document, at: str) -> dict[str, Any]:
    now = document.in_force(at)
    editions = [_edition_json(each) for each in document.editions]
    return {"document": document.id, "in_force": now.edition if now else None, "editions": editions}


def _edition_json(event: DocumentPublished) -> dict[str, Any]:
    values = event.model_dump(mode="json", exclude_none=True)
    return {"published": event.effective} | {name: values[name] for name in sorted(values) if name in _OWN}


_OWN = frozenset(DocumentPublished.model_fields) - {"actor", "authority", "command", "effective", "stream", "version"}


def check_text_of(place: Place, file: Path, known_at: str | None, *, as_json: bool) -> None:
    """Say which text on record a file is.

    Raises:
        RefusedError: `text-differs`: only white space or line ends do; `unknown-text`.
    """
    moment = moment_from(None, known_at)
    digests = digests_of(small_bytes(file))
    found = texts_like(rules_at(place, moment), digests)
    exact = bool(found) and found[0].match == "exact"
    if as_json:
        match = found[0].match if found else "none"
        values = {"match": match, "text_digest": digests.exact, "words_digest": digests.words}
        say_json(values | {"found": [each._asdict() for each in found]})
        if not exact:
            raise typer.Exit(1)
        return
    if not exact:
        raise _not_it(file, digests, found, moment)
    for each in found:
        say_wrapped(f"{file.name} is, byte for byte, {each.what}: {quoted(each.title)}")
        say(f"  on {each.stream}, recorded {each.recorded}")
    say(f"  {digests.exact}")


def _not_it(file: Path, digests: Digests, found: list[Found], moment: Moment) -> RefusedError:
    if found:
        first = found[0]
        what = f"the words of {first.what}, with other white space or line ends"
        remedy = f"Ask for the text that was sent; see: pollbook show {first.stream} --fields"
        return refused("text-differs", file.name, "the very bytes of a text on record", what, remedy)
    what = f"{digests.exact}, which is on record nowhere ({moment.says()})"
    remedy = "Ask whoever sent it for its source; what was published: pollbook rules"
    return refused("unknown-text", file.name, "a text on record", what, remedy)
