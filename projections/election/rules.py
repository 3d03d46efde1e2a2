"""The rules of every organisation and all documents, as known at a moment; and which of them a text is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from ledger.decision import fold
from ledger.rules.likeness import look_of, mixed_words
from ledger.rules.wording import Digests
from ledger.streams.document import Document, document_stream
from ledger.streams.rulebook import RuleBook, RuleBookAdopted, rulebook_stream
from projections.moment import Moment

if TYPE_CHECKING:
    from ledger.record import Record


@dataclass(frozen=True, slots=True)
class Rules:
    """What is on record: organisation -> its rules, id -> document."""

    rulebooks: Mapping[str, RuleBook]
    documents: Mapping[str, Document]


class Found(NamedTuple):
    """A text on record: the stream it is on, what it is, its title, when it was recorded, how it agrees."""

    stream: str
    what: str
    title: str
    recorded: str
    match: Literal["exact", "words"]


def read_rules(record: Record, moment: Moment) -> Rules:
    """Read rules and documents as they were known: by the recording clock alone.

    From when they are in force is their own field, so that the other clock is asked for when they are looked at.
    """
    known = Moment(known_at=moment.known_at, known_at_position=moment.known_at_position)
    books = dict.fromkeys(record.streams_of("rule-book-adopted.v1", "rulebook/"))
    papers = dict.fromkeys(record.streams_of("document-published.v1", "document/"))
    rulebooks = (
        fold(rulebook_stream(stream.partition("/")[2]), (event for _, event in known.past(record.stream(stream))))
        for stream in books
    )
    documents = (
        fold(document_stream(stream.partition("/")[2]), (event for _, event in known.past(record.stream(stream))))
        for stream in papers
    )
    return Rules(
        {book.organisation: book for book in rulebooks if book.exists},
        {document.id: document for document in documents if document.exists},
    )


def texts_like(rules: Rules, digests: Digests) -> list[Found]:
    """Find what a text is: all that has its bytes; or else all that has its words, with other white space between."""
    found = [*_texts(rules, digests)]
    exact = [each for each in found if each.match == "exact"]
    return exact or found


def _texts(rules: Rules, digests: Digests) -> Iterator[Found]:
    for document in rules.documents.values():
        for each in document.editions:
            match = _match(digests, each.text_digest, each.words_digest)
            if match:
                what = f"document {document.id}, edition {each.edition}"
                yield Found(document.stream, what, each.title, each.recorded, match)
    for book in rules.rulebooks.values():
        for name, events in book.books.items():
            for event in events:
                match = _match(digests, event.text_digest, event.words_digest)
                if match:
                    what = f"rule book {name}" if isinstance(event, RuleBookAdopted) else _edition(name, event.edition)
                    yield Found(book.stream, f"{what} of {book.organisation}", event.title, event.recorded, match)
        for provision in book.ever().values():
            match = _match(digests, provision.clause.text_digest, None)
            if match:
                what = f"clause {provision.clause.ref} of {provision.rulebook} as of {provision.in_force_from}"
                yield Found(book.stream, what, provision.clause.title, provision.recorded, match)


def _edition(name: str, edition: int) -> str:
    return f"guidelines {name}, edition {edition}"


def _match(digests: Digests, exact: str, words: str | None) -> Literal["exact", "words"] | None:
    if digests.exact == exact:
        return "exact"
    return "words" if words is not None and digests.words == words else None


def title_warnings(rules: Rules) -> Iterator[str]:
    """Give what may deceive the eye among titles and refs: letters of several scripts in a word, two that look alike.

    Titles that are equal are no deceit: every election may have its code of conduct.
    """
    named: dict[str, str] = {}
    for document in rules.documents.values():
        named |= {f"document {document.id}, edition {each.edition}": each.title for each in document.editions}
    yield from _warnings(named)
    for book in rules.rulebooks.values():
        titles = {f"{name} of {book.organisation}": events[-1].title for name, events in book.books.items()}
        yield from _warnings(titles)
        for name in book.books:
            ever = [each.clause for each in book.ever().values() if each.rulebook == name]
            yield from _warnings({f"clause {clause.ref} of {name}": clause.ref for clause in ever})
            yield from _warnings({f"clause {clause.ref} of {name}, by its title": clause.title for clause in ever})


def _warnings(named: Mapping[str, str]) -> Iterator[str]:
    looks: dict[str, tuple[str, str]] = {}
    for what, text in named.items():
        for word, scripts in mixed_words(text):
            yield f"{what}: {word!r} has letters of {' and '.join(script.capitalize() for script in scripts)}"
        other, like = looks.setdefault(look_of(text), (what, text))
        if like != text:
            yield f"{what}: {text!r} looks like {like!r} of {other}"
