"""What fields hold, in a reader's words: for help, and for messages about wrong values."""

from __future__ import annotations

from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ledger.field import Hash, Id, Marks, PersonKey, Ratio, StreamId, Time
from ledger.rules.clause import REF_MAX, Ref
from ledger.rules.drawing import Seed
from ledger.rules.local_time import Local, Offset, Zone
from ledger.streams.candidate_file import Language
from ledger.streams.fee import Currency
from ledger.streams.figure import Decimal
from ledger.streams.nominated import Day

HASHES = {  # fields that hold the hash of something on record -> the verb that shows it
    "clause": "pollbook rules --hashes",
    "count_rule": "pollbook show --fields election/ID",
    "no_appeal": "pollbook rules --hashes",
    "sanction": "pollbook rules --hashes",
}
FINDS = {"application": "pollbook application-key", "person": "pollbook find"}  # field that holds a key -> the verb
TAGS = ("version", "kind", "test")  # fields of which one tells the models of a union apart


class Kind(NamedTuple):
    """A type without `| None` and `Annotated`, what was annotated, and other words that may stand in its place."""

    type: Any
    notes: tuple[Any, ...] = ()
    others: tuple[Kind, ...] = ()


class Spelling(NamedTuple):
    """How values of a patterned type are written: a word for help, and an explanation."""

    word: str
    rule: str


def kind_of(field: FieldInfo) -> Kind:
    """Give the kind of a field."""
    return plain(field.annotation, field.metadata)


def variants(annotation: Any) -> dict[str, Any]:
    """Give the models that a value may be by the tag that tells them apart; nothing where there is only one."""
    models = [kind for kind in get_args(_bare(annotation)) if isinstance(kind, type) and issubclass(kind, BaseModel)]
    if len(models) < 2:
        return {}
    tag = tag_of(models[0])
    return {get_args(model.model_fields[tag].annotation)[0]: model for model in models}


def tag_of(model: type[BaseModel]) -> str:
    """Name the field that tells a model apart from the others that may stand in its place."""
    return next(tag for tag in TAGS if tag in model.model_fields)


def listed(kind: Kind) -> Any:
    """Give the annotation of a list's members."""
    return get_args(kind.type)[0]


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = annotation.__origin__
    return annotation


def plain(annotation: Any, notes: Sequence[Any] = ()) -> Kind:
    """Take `| None` and `Annotated` off a type."""
    noted = tuple(notes)
    others: tuple[Kind, ...] = ()
    while True:
        if get_origin(annotation) in (Union, UnionType):
            annotation, *rest = (kind for kind in get_args(annotation) if kind is not type(None))
            others = tuple(kind for kind in map(plain, rest) if kind.type is str)
        elif get_origin(annotation) is Annotated:
            noted += annotation.__metadata__
            annotation = annotation.__origin__
        else:
            return Kind(annotation, noted, others)


def member_of(kind: Kind) -> Kind:
    """Give the kind of a list's members."""
    return plain(listed(kind))


def is_list(kind: Kind) -> bool:
    """Whether the kind is a list."""
    return get_origin(kind.type) is tuple


def is_record(kind: Kind) -> bool:
    """Whether the kind is a record with fields of its own."""
    return isinstance(kind.type, type) and issubclass(kind.type, BaseModel)


def is_words(kind: Kind) -> bool:
    """Whether values of the kind are plain words, not JSON."""
    return kind.type is str or get_origin(kind.type) is Literal


def choices(kind: Kind) -> tuple[str, ...]:
    """Give the words to choose from; nothing where any word will do."""
    return tuple(map(str, get_args(kind.type))) if get_origin(kind.type) is Literal else ()


def _pattern(notes: Sequence[Any]) -> str:
    return next((note.pattern for note in notes if getattr(note, "pattern", None)), "")


SPELLINGS = {
    _pattern(get_args(annotated)): spelling
    for annotated, spelling in (
        (Id, Spelling("ID", "an id of up to 64 small letters, digits and hyphens")),
        (Time, Spelling("TIME", "a moment such as 2010-09-25T12:00:00Z")),
        (StreamId, Spelling("STREAM", "a stream such as entry/ELECTION/PERSON")),
        (PersonKey, Spelling("KEY", "a key of 24 hexadecimal digits")),
        (Hash, Spelling("HASH", "sha256: and 64 hexadecimal digits")),
        (Marks, Spelling("MARKS", "ids of candidates joined by > and =")),
        (Seed, Spelling("SEED", "64 hexadecimal digits (0-9, a-f)")),
        (Ratio, Spelling("FRACTION", "a fraction in lowest terms such as 1/3")),
        (Local, Spelling("LOCAL", "a local time such as 2010-06-09T12:30:00")),
        (Day, Spelling("DAY", "a day such as 2010-05-27")),
        (Language, Spelling("LANGUAGE", "a language tag such as en or cy")),
        (Zone, Spelling("ZONE", "a time zone such as Europe/London")),
        (Offset, Spelling("OFFSET", "an offset from UTC such as +01:00")),
        (Currency, Spelling("CURRENCY", "three capital letters such as GBP")),
        (Ref, Spelling("REF", f"a number or name on one line, of up to {REF_MAX} characters")),
        (Decimal, Spelling("NUMBER", "a number such as 7 or 13.91")),
    )
}


def word_for(kind: Kind) -> str:
    """Give one word for what a field holds, as help shows it; `ONE|OTHER` where it may hold either."""
    if kind.others:
        return "|".join(map(word_for, (kind._replace(others=()), *kind.others)))
    spelling = SPELLINGS.get(_pattern(kind.notes))
    if spelling:
        return spelling.word
    if choices(kind):
        return "WORD"
    if is_list(kind) and is_words(member_of(kind)):
        return word_for(member_of(kind))
    return {str: "TEXT", int: "NUMBER", bool: "true|false"}.get(kind.type, "JSON")


def expectation(kind: Kind) -> str:
    """Say what a field holds, as messages do after `expected`."""
    if kind.others:
        return ", or ".join(map(expectation, (kind._replace(others=()), *kind.others)))
    spelling = SPELLINGS.get(_pattern(kind.notes))
    if spelling:
        return spelling.rule
    if choices(kind):
        return " or ".join(choices(kind))
    if kind.type is bool:
        return "true or false"
    if kind.type is int:
        return "a whole number" + _bounds(kind, "ge", "le")
    if kind.type is str:
        return "text" + _bounds(kind, "min_length", "max_length", " characters")
    if is_list(kind):
        return "a list" + _bounds(kind, "min_length", "max_length", " members")
    return "a JSON object"


def is_key(kind: Kind) -> bool:
    """Whether a field holds the key of a person or an application."""
    return _pattern(kind.notes) == _pattern(get_args(PersonKey))


def is_digest(name: str, kind: Kind) -> bool:
    """Whether a field holds the digest of a file that whoever records has, and not the hash of something on record."""
    of_file = name == "statement" or name.endswith("digest")
    return of_file and _pattern(kind.notes) == _pattern(get_args(Hash))


def _bounds(kind: Kind, least: str, most: str, unit: str = "") -> str:
    low, high = (
        next((getattr(note, name) for note in kind.notes if getattr(note, name, None) is not None), None)
        for name in (least, most)
    )
    if low is None and high is None:
        return ""
    if high is None:
        return f" of {low} or more{unit}"
    if low is None:
        return f" of at most {high}{unit}"
    return f" of {low} to {high}{unit}" if unit else f" from {low} to {high}"
