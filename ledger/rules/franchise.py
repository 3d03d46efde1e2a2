"""The franchise as data: who is an elector, in which section, by which tests, and how many votes one person has.

A test is named by its kind, which stands once in a category. Each says of the facts on record about one row of a
register, or about one application, whether it is passed, failed, or outstanding (`eligibility.evaluate`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.event import Canonical
from ledger.field import Id
from ledger.rules.day import Day

CATEGORIES_MAX = 100
MONTHS_MAX = 1_200
REGISTERS_MAX = 500  # of one category: a register of each affiliate
TESTS_MAX = 20  # of one category
YEARS_MAX = 150

Several = Literal["per-section", "per-section-and-affiliate", "one-per-person"]


class MemberOn(Canonical):
    """Membership on a day: begun on it or before, and not ended by then."""

    test: Literal["member-on"] = Field(description="kind of test; fixed")
    day: Day = Field(description="the day, such as the freeze date")


class Continuous(Canonical):
    """Membership without a gap for so many months up to a day."""

    test: Literal["continuous"] = Field(description="kind of test; fixed")
    months: int = Field(ge=1, le=MONTHS_MAX, description="calendar months before the day, corresponding date to date")
    to: Day = Field(description="the day up to which membership lasts")


class JoinedBy(Canonical):
    """Membership, or the last spell of it, begun by a day."""

    test: Literal["joined-by"] = Field(description="kind of test; fixed")
    day: Day = Field(description="the last day on which it may have begun")


class NotSuspended(Canonical):
    """No suspension that takes the vote away on a day."""

    test: Literal["not-suspended"] = Field(description="kind of test; fixed")
    on: Day = Field(description="the day")


class OfficeHeld(Canonical):
    """An office held on a day, such as Member of Parliament."""

    test: Literal["office-held"] = Field(description="kind of test; fixed")
    office: Id = Field(description="the office")
    on: Day = Field(description="the day")


class DeclarationMade(Canonical):
    """A declaration of support made."""

    test: Literal["declaration"] = Field(description="kind of test; fixed")


class LevyPaid(Canonical):
    """The affiliate's political levy paid."""

    test: Literal["levy"] = Field(description="kind of test; fixed")


class ListCertified(Canonical):
    """A row of a list that the affiliate's officer certified."""

    test: Literal["certified"] = Field(description="kind of test; fixed")


class RegisterMatch(Canonical):
    """A match in a named edition of an electoral register."""

    test: Literal["register-match"] = Field(description="kind of test; fixed")
    near: Literal["accepted", "not-accepted"] = Field(description="whether a near match is enough")


class NotDuplicate(Canonical):
    """No other application and no membership of the same person."""

    test: Literal["not-duplicate"] = Field(description="kind of test; fixed")


class OfAge(Canonical):
    """Old enough on a day, by the check of ages; birth dates are read by it alone."""

    test: Literal["of-age"] = Field(description="kind of test; fixed")
    years: int = Field(ge=1, le=YEARS_MAX, description="completed years")
    on: Day = Field(description="the day")


class FeePaid(Canonical):
    """The fee that was quoted paid in full."""

    test: Literal["paid"] = Field(description="kind of test; fixed")


class NotBarred(Canonical):
    """Nobody of the list of those who are barred."""

    test: Literal["not-barred"] = Field(description="kind of test; fixed")


OfMembership = MemberOn | Continuous | JoinedBy | NotSuspended | OfficeHeld | LevyPaid | ListCertified
OfChecks = RegisterMatch | NotDuplicate | OfAge | FeePaid | NotBarred
AnyTest = OfMembership | OfChecks | DeclarationMade
Test = Annotated[AnyTest, Field(discriminator="test")]

BY_REGISTER: tuple[type[Canonical], ...] = (*OfMembership.__args__, DeclarationMade)
BY_APPLICATION: tuple[type[Canonical], ...] = (*OfChecks.__args__, DeclarationMade)


class Category(Canonical):
    """One category of elector: whom it takes from where, into which section, if they pass its tests.

    A row of a register, or an application, is of the category that it names itself.
    """

    category: Id = Field(description="id of the category, as rows and applications name it")
    by: Literal["register", "application"] = Field(description="whether its electors are registered or apply")
    registers: tuple[Id, ...] | None = Field(
        None, min_length=1, max_length=REGISTERS_MAX, description="registers that its rows come from; with by register"
    )
    section: Id = Field(description="section that its entries are in")
    tests: tuple[Test, ...] = Field(max_length=TESTS_MAX, description="tests that have to be passed, each kind once")


class Franchise(Canonical):
    """Who is an elector, in what, and how many votes one person has."""

    version: Literal["franchise.v1"] = Field(description="kind and version of the rule; fixed")
    several: Several = Field(
        description="entries of one person: one in each section, one in each section and affiliate, or one alone"
    )
    precedence: tuple[Id, ...] | None = Field(
        None,
        min_length=1,
        max_length=CATEGORIES_MAX,
        description="with one-per-person: every category, the one whose entry is kept first",
    )
    categories: tuple[Category, ...] = Field(
        min_length=1, max_length=CATEGORIES_MAX, description="categories of elector"
    )

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        """Every category stands once, with its registers if it has any; precedence names all of them, or is not."""
        for fault in _unsound(self):
            raise ValueError(fault)
        return self

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections, in the order of their first category."""
        return tuple(dict.fromkeys(each.section for each in self.categories))

    def category(self, name: str) -> Category | None:
        """Give a category by id."""
        return next((each for each in self.categories if each.category == name), None)

    def takes(self, category: str, register: str | None) -> Category | None:
        """Give the category that a row of a register is of, or with None an application; None where there is none."""
        found = self.category(category)
        if found is None or (register is None) != (found.by == "application"):
            return None
        return found if register is None or register in (found.registers or ()) else None

    def rank(self, category: str) -> int:
        """Give the place of a category in the order of precedence, or else of the rule: the lowest is kept."""
        order = self.precedence or tuple(each.category for each in self.categories)
        return order.index(category) if category in order else len(order)


def _unsound(rule: Franchise) -> Iterator[str]:
    names = [each.category for each in rule.categories]
    if len(set(names)) < len(names):
        yield "categories: a category stands twice"
    if (rule.precedence is not None) != (rule.several == "one-per-person"):
        yield "precedence: goes with one-per-person, and it with precedence"
    if rule.precedence is not None and sorted(rule.precedence) != sorted(names):
        yield "precedence: names every category once"
    for each in rule.categories:
        if (each.registers is not None) != (each.by == "register"):
            yield f"categories: {each.category}: registers goes with by register, and it with registers"
        if each.registers and len(set(each.registers)) < len(each.registers):
            yield f"categories: {each.category}: a register stands twice"
        kinds = [test.test for test in each.tests]
        if len(set(kinds)) < len(kinds):
            yield f"categories: {each.category}: a test stands twice"


def unavailable(rule: Franchise) -> Iterator[tuple[Category, str]]:
    """Give the tests that a category's source cannot answer, as of age where members' birth dates are not checked."""
    for each in rule.categories:
        for test in each.tests:
            if not isinstance(test, BY_REGISTER if each.by == "register" else BY_APPLICATION):
                yield each, test.test


def franchise_hash(rule: Franchise) -> str:
    """Name a franchise by its content: SHA-256 of its canonical JSON."""
    return "sha256:" + hashlib.sha256(rule.__pydantic_serializer__.to_json(rule, exclude_none=True)).hexdigest()
