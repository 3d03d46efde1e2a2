"""Rules of nomination as data: classes of nominators, thresholds, and what a candidate has of each; exact.

A threshold is a test of one class, a number or a share of its size, or it asks for all or any of thresholds before
it in the list; so no threshold can ask for itself. A share is an exact fraction, and what is needed of it is a whole
number: 12.5 per cent of 257 is 32 and an eighth, so 33 are needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from ledger.event import Canonical
from ledger.field import Id, Ratio, Text
from ledger.rules.meeting import MeetingRule

CLASSES_MAX = 100
THRESHOLDS_MAX = 100
STATEMENT_MAX = 20_000  # characters or words that a rule may let a candidate's statement have

Measure = Literal["nominators", "members"]


class NominatorClass(Canonical):
    """One class of nominators: parliamentarians, local parties, unions, members."""

    id: Id = Field(description="id of the class")
    name: Text = Field(description="what it is called, such as Members of Parliament")
    part_of: Id | None = Field(None, description="the wider class that it is part of, as unions are of affiliates")
    meeting: MeetingRule | None = Field(None, description="what is asked of a meeting; left out where none is held")


class CountTest(Canonical):
    """At least so many nominators of a class."""

    kind: Literal["count"] = Field(description="kind of threshold; fixed")
    id: Id = Field(description="id of the threshold")
    nominator_class: Id = Field(description="class whose nominations are counted, with the classes that are part of it")
    least: int = Field(ge=1, le=10**9, description="how many are needed")


class ShareTest(Canonical):
    """A share of a class: of the number of its nominators, or of the members that they have."""

    kind: Literal["share"] = Field(description="kind of threshold; fixed")
    id: Id = Field(description="id of the threshold")
    nominator_class: Id = Field(description="class whose nominations are counted, with the classes that are part of it")
    share: Ratio = Field(description="exact share in lowest terms, such as 1/8 for 12.5 per cent")
    bound: Literal["at-least", "more-than"] = Field(description="whether exactly the share is enough")
    of: Measure = Field(description="nominators: of their number; members: of the members that they have")


class AllOf(Canonical):
    """All of thresholds before this one."""

    kind: Literal["all"] = Field(description="kind of threshold; fixed")
    id: Id = Field(description="id of the threshold")
    parts: tuple[Id, ...] = Field(min_length=1, max_length=THRESHOLDS_MAX, description="thresholds before this one")


class AnyOf(Canonical):
    """Any one of thresholds before this one."""

    kind: Literal["any"] = Field(description="kind of threshold; fixed")
    id: Id = Field(description="id of the threshold")
    parts: tuple[Id, ...] = Field(min_length=1, max_length=THRESHOLDS_MAX, description="thresholds before this one")


AnyThreshold = CountTest | ShareTest | AllOf | AnyOf
Threshold = Annotated[AnyThreshold, Field(discriminator="kind")]


class StatementLimit(Canonical):
    """How long a candidate's statement may be."""

    unit: Literal["words", "characters"] = Field(description="what is counted; words are what stands between spaces")
    most: int = Field(ge=1, le=STATEMENT_MAX, description="how many it may have")


class NominationRule(Canonical):
    """Who may nominate, and what it takes to be validly nominated."""

    version: Literal["nomination.v1"] = Field(description="kind and version of the rule; fixed")
    acceptance: Literal["required", "not-required"] = Field(description="whether a nominee has to accept to be valid")
    classes: tuple[NominatorClass, ...] = Field(
        min_length=1, max_length=CLASSES_MAX, description="classes of nominators"
    )
    incumbent: Literal["exempt", "not-exempt"] = Field(
        description="whether the holder of the seat is valid without meeting the threshold"
    )
    requires: Id | None = Field(None, description="the threshold to be met; left out where there is none")
    statement: StatementLimit | None = Field(None, description="limit of a candidate's statement; left out: none")
    thresholds: tuple[Threshold, ...] = Field(
        max_length=THRESHOLDS_MAX, description="thresholds, each after those that it asks for"
    )

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        """Every id stands once and is known where it is named; every threshold is asked for."""
        for fault in _unsound(self):
            raise ValueError(fault)
        return self

    def class_of(self, name: str) -> NominatorClass | None:
        """Give a class by id."""
        return next((each for each in self.classes if each.id == name), None)

    def within(self, name: str) -> tuple[str, ...]:
        """Give a class and the classes that are part of it, by id."""
        return (name, *(each.id for each in self.classes if each.part_of == name))


def _unsound(rule: NominationRule) -> Iterator[str]:
    classes = {each.id: each for each in rule.classes}
    if len(classes) < len(rule.classes):
        yield "classes: an id stands twice"
    for each in rule.classes:
        if each.part_of is not None and (each.part_of not in classes or classes[each.part_of].part_of is not None):
            yield f"classes: {each.id} is part of {each.part_of}, which is no class, or is part of another itself"
    seen: set[str] = set()
    asked = {rule.requires} if rule.requires else set()
    for test in rule.thresholds:
        if test.id in seen:
            yield f"thresholds: {test.id} stands twice"
        if isinstance(test, AllOf | AnyOf):
            unknown = [part for part in test.parts if part not in seen]
            if unknown or len(set(test.parts)) < len(test.parts):
                yield f"thresholds: {test.id} asks for {', '.join(unknown) or 'one twice'}, not for those before it"
            asked |= set(test.parts)
        elif test.nominator_class not in classes:
            yield f"thresholds: {test.id} is of {test.nominator_class}, which is no class"
        if isinstance(test, ShareTest) and not Fraction(test.share):
            yield f"thresholds: {test.id} is a share of nothing"
        seen.add(test.id)
    if asked - seen:
        yield f"requires: {', '.join(sorted(asked - seen))} is no threshold"
    if seen - asked:
        yield f"thresholds: nothing asks for {', '.join(sorted(seen - asked))}"


class Held(NamedTuple):
    """The nominations of one class that a candidate has: how many, and the members of those whose size is known."""

    nominators: int = 0
    members: int = 0


class Tested(NamedTuple):
    """What came of one threshold.

    Attributes:
        needed: how many it takes, None where the size of the class is not known; of `all` and `any`, how many parts.
        has: how many there are; of `all` and `any`, how many parts are met.
        of: size that the share is of.
        met: None where that is not known.
    """

    id: str
    needed: int | None
    has: int
    met: bool | None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of all thresholds for one candidate; `exempt` where none has to be met."""

    tests: tuple[Tested, ...]
    met: bool | None
    exempt: bool = False


Sizes = Mapping[tuple[str, str], int]  # (class, measure) -> size


def needed_of(share: Fraction, size: int, bound: Literal["at-least", "more-than"]) -> int:
    """Give the least whole number that is a share of a size: 1/8 of 257 is 32 and an eighth, so 33."""
    exact = share * size
    return ceil(exact) if bound == "at-least" else floor(exact) + 1


def judge(rule: NominationRule, sizes: Sizes, held: Mapping[str, Held], *, incumbent: bool = False) -> Judged:
    """Say of each threshold what is needed, what a candidate has, and whether it is met.

    Args:
        sizes: of classes as they are on record.
        held: nominations by class, each counted in its own class alone.
        incumbent: whether the candidate holds the seat.
    """
    tests: dict[str, Tested] = {}
    for test in rule.thresholds:
        if isinstance(test, AllOf | AnyOf):
            tests[test.id] = _combined(test, [tests[part].met for part in test.parts])
            continue
        of = test.of if isinstance(test, ShareTest) else "nominators"
        has = sum(getattr(held.get(name, Held()), of) for name in rule.within(test.nominator_class))
        if isinstance(test, CountTest):
            tests[test.id] = Tested(test.id, test.least, has, has >= test.least)
            continue
        size = size_of(rule, sizes, test.nominator_class, of)
        needed = None if size is None else needed_of(Fraction(test.share), size, test.bound)
        tests[test.id] = Tested(test.id, needed, has, None if needed is None else has >= needed, size)
    met = tests[rule.requires].met if rule.requires else True
    exempt = incumbent and rule.incumbent == "exempt"
    return Judged(tuple(tests.values()), True if exempt else met, exempt)


def _combined(test: AllOf | AnyOf, parts: list[bool | None]) -> Tested:
    """Combine parts of which some may not be known: one that is false decides `all`, one that is true decides `any`."""
    deciding = isinstance(test, AnyOf)
    met = deciding if deciding in parts else None if None in parts else not deciding
    return Tested(test.id, 1 if deciding else len(parts), parts.count(True), met)


def size_of(rule: NominationRule, sizes: Sizes, name: str, of: str) -> int | None:
    """Give the size of a class: its own, else that of its parts where each is known; None where it is not known."""
    if (name, of) in sizes:
        return sizes[name, of]
    parts = [each.id for each in rule.classes if each.part_of == name]
    known = [sizes[part, of] for part in parts if (part, of) in sizes]
    return sum(known) if parts and len(known) == len(parts) else None


def unmeetable(rule: NominationRule, sizes: Sizes) -> tuple[str, ...]:
    """Name the tests that keep everybody from meeting the threshold, even with all nominations; none if it can be met.

    Sizes that are not known are taken as large enough.
    """
    fails: dict[str, bool] = {}
    for test in rule.thresholds:
        if isinstance(test, AllOf | AnyOf):
            parts = [fails[part] for part in test.parts]
            fails[test.id] = any(parts) if isinstance(test, AllOf) else all(parts)
        elif isinstance(test, CountTest):
            size = size_of(rule, sizes, test.nominator_class, "nominators")
            fails[test.id] = size is not None and size < test.least
        else:
            share, size = Fraction(test.share), size_of(rule, sizes, test.nominator_class, test.of)
            fails[test.id] = share > 1 or (share == 1 and test.bound == "more-than")
            fails[test.id] |= size is not None and needed_of(share, size, test.bound) > size
    if rule.requires is None or not fails[rule.requires]:
        return ()
    return tuple(each.id for each in rule.thresholds if fails[each.id] and isinstance(each, CountTest | ShareTest))


def unsized(rule: NominationRule, sizes: Sizes) -> tuple[tuple[str, str], ...]:
    """Name the classes whose size a share is taken of and that is not on record, with the measure."""
    shares = [each for each in rule.thresholds if isinstance(each, ShareTest)]
    wanted = dict.fromkeys((each.nominator_class, str(each.of)) for each in shares)
    return tuple(each for each in wanted if size_of(rule, sizes, *each) is None)
