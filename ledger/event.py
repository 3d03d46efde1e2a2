"""The base of every event, what may be read of it by whom, and the closed table of event types.

An event is one flat record: the envelope (who, when, where in which stream) and what happened.
Its stored form, the leaf, is canonical JSON, so fields are kept in key order here once for all
(`Canonical`), and no event class needs to care.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict
from pydantic_core import core_schema

from ledger.field import Blind, Digest, Id, StreamId, Text, Time, Version

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic.fields import FieldInfo


class Audience(StrEnum):
    """Who may read the leaves of a type without being given them one by one."""

    PUBLIC = "public"
    RESTRICTED = "restricted"  # about one elector: withheld from the public pack, the hash is blinded
    CONTEST = "contest"  # public if the contest publishes its papers, else restricted


class Canonical(BaseModel):
    """A frozen record whose fields are written in key order, whatever order they are declared in."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        schema = handler(source)
        inner: Any = schema
        while "fields" not in inner:
            if "schema" not in inner:
                return schema
            inner = inner["schema"]
        inner["fields"] = dict(sorted(inner["fields"].items()))
        return schema


@dataclass(frozen=True, slots=True)
class Plain:
    """A private value on its way from the decision to the vault; it never reaches a leaf."""

    value: Any


class PrivateMarker:
    """Marks a field that a leaf keeps only as the digest of an RFC 9901 disclosure."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        digest = core_schema.str_schema(pattern=r"^[A-Za-z0-9_-]{43}$", strict=True)
        plain = core_schema.is_instance_schema(Plain)
        return core_schema.json_or_python_schema(
            json_schema=digest, python_schema=core_schema.union_schema([digest, plain])
        )


Private = Annotated[Digest | Plain, PrivateMarker]

TYPES: dict[str, type[Event]] = {}


class Event(Canonical):
    """What happened, once recorded for ever.

    Attributes:
        actor: the office that acted, as named by whoever recorded.
        authority: the rule or delegation acted under; left out where none was named.
        batch: the batch stream this event came in with; readers ignore it until that batch is closed.
        blind: 128 random bits that keep a withheld leaf's hash from being guessed.
        command: id of the command that led to this event; papers carry none.
        effective: when it took effect in the world.
        recorded: when the ledger was told; never runs backwards from one event to the next.
        stream: the stream it belongs to.
        type: kind of event with its schema version, permanent.
        version: its place in its stream, from 1 without gaps.
    """

    audience: ClassVar[Audience]
    private: ClassVar[tuple[str, ...]] = ()

    actor: Id
    authority: Text | None = None
    batch: StreamId | None = None
    blind: Blind | None = None
    command: Id | None = None
    effective: Time
    recorded: Time
    stream: StreamId
    type: str
    version: Version

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        changed = ENVELOPE & set(cls.__annotations__) - {"type"}
        if changed:
            raise TypeError(f"{cls.__name__} declares envelope fields anew: {sorted(changed)}")
        (name,) = get_args(cls.model_fields["type"].annotation)
        if name in TYPES:
            raise TypeError(f"two classes of events are called {name}")
        cls.private = tuple(n for n, f in cls.model_fields.items() if _is_private(f))
        TYPES[name] = cls

    @property
    def restricted(self) -> bool:
        """Whether this leaf is withheld from the public pack."""
        return self.blind is not None


class Readers(dict[str, Callable[[bytes], Event]]):
    """The compiled validator of each type, made at the first row of that type: no start waits for all."""

    def __missing__(self, name: str) -> Callable[[bytes], Event]:
        reader: Callable[[bytes], Event] = TYPES[name].__pydantic_validator__.validate_json
        self[name] = reader
        return reader


READERS = Readers()


def _is_private(field: FieldInfo) -> bool:
    """Whether a field holds a private value, always or where it is not left out."""
    parts = (getattr(part, "__metadata__", ()) for part in get_args(field.annotation))
    return PrivateMarker in field.metadata or any(PrivateMarker in part for part in parts)


ENVELOPE = frozenset(Event.model_fields)
