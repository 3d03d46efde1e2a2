"""Tests of eligibility: what one says of the facts on record, why, and by which record.

One set of functions builds the roll, admits applications, and tells an elector why they are, or are not, on the roll.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ledger.rules.day import months_before
from ledger.rules.franchise import (
    AnyTest,
    Category,
    Continuous,
    DeclarationMade,
    FeePaid,
    JoinedBy,
    LevyPaid,
    ListCertified,
    MemberOn,
    NotBarred,
    NotDuplicate,
    NotSuspended,
    OfAge,
    OfficeHeld,
    RegisterMatch,
)

CHECKS = {  # which recorded check answers a test
    "not-barred": "sanction-list",
    "not-duplicate": "duplicate",
    "of-age": "age",
    "paid": "payment",
    "register-match": "register-match",
}

Outcome = Literal["passed", "failed", "outstanding"]


class Suspension(NamedTuple):
    """A suspension from a day on until before another; the vote is kept, or lost."""

    start: str
    end: str | None
    voting: str  # keeps, loses


class Office(NamedTuple):
    """An office held from a day on until before another."""

    office: str
    start: str
    end: str | None


class Spell(NamedTuple):
    """Membership from a day on until before another; None as its start: before any that is on record."""

    start: str | None
    end: str | None

    def covers(self, day: str) -> bool:
        """Whether it had begun by a day, as far as is known, and had not ended."""
        return (self.start is None or self.start <= day) and (self.end is None or self.end > day)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on record about one row of a register, or one application. Days are `YYYY-MM-DD`.

    Attributes:
        source: the stream that it is on record in.
        spells: of membership, in order; a gap between two is a time without.
        declared: whether a declaration was made, the levy paid (`levy`), the list certified; None: not on record.
        checks: (check, outcome) as run last: pass, near, none, fail, error.
    """

    source: str
    spells: tuple[Spell, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    offices: tuple[Office, ...] = ()
    declared: bool | None = None
    levy: bool | None = None
    certified: bool | None = None
    checks: tuple[tuple[str, str], ...] = ()


class Verdict(NamedTuple):
    """What a test says: its code, the outcome, why in words, and the stream that says so."""

    code: str
    outcome: Outcome
    why: str
    source: str


def evaluate(test: AnyTest, facts: Facts) -> Verdict:
    """Say whether facts pass a test; outstanding where the record does not tell yet."""
    match test:
        case MemberOn():
            outcome, why = _member_on(test, facts)
        case Continuous():
            outcome, why = _continuous(test, facts)
        case JoinedBy():
            outcome, why = _joined_by(test, facts)
        case NotSuspended():
            outcome, why = _not_suspended(test, facts)
        case OfficeHeld():
            outcome, why = _office_held(test, facts)
        case DeclarationMade():
            outcome, why = _on_record(facts.declared, "a declaration of support")
        case LevyPaid():
            outcome, why = _on_record(facts.levy, "a levy paid")
        case ListCertified():
            outcome, why = _on_record(facts.certified, "a certificate of the list")
        case RegisterMatch() | NotDuplicate() | OfAge() | FeePaid() | NotBarred():
            outcome, why = _checked(test, facts)
    return Verdict(test.test, outcome, why, facts.source)


def evaluate_all(category: Category, facts: Facts) -> Iterator[Verdict]:
    """Say of every test of a category, in its order, whether facts pass it."""
    for test in category.tests:
        yield evaluate(test, facts)


def spelt_out(facts: Facts) -> str:
    """Write the spells of membership in words, gaps and all."""
    parts = []
    for spell in facts.spells:
        parts.append(_lasting(spell.start or "a day that is not on record", spell.end))
    return f"member {', and '.join(parts)}" if parts else "never a member by the record"


def _lasting(start: str, end: str | None) -> str:
    return f"from {start} until {end}" if end else f"from {start} on"


def _member_on(test: MemberOn, facts: Facts) -> tuple[Outcome, str]:
    why = f"{spelt_out(facts)}; membership on {test.day} is asked for"
    spell = next((each for each in facts.spells if each.covers(test.day)), None)
    if spell is None:
        return "failed", why
    return ("passed" if spell.start else "outstanding"), why


def _continuous(test: Continuous, facts: Facts) -> tuple[Outcome, str]:
    since = months_before(test.to, test.months)
    why = f"{spelt_out(facts)}; membership from {since} to {test.to} without a gap is asked for"
    spell = next((each for each in facts.spells if each.covers(test.to)), None)
    if spell is None:
        return "failed", why
    if spell.start is None:
        return "outstanding", why
    return ("passed" if spell.start <= since else "failed"), why


def _joined_by(test: JoinedBy, facts: Facts) -> tuple[Outcome, str]:
    if not facts.spells:
        return "failed", spelt_out(facts)
    start = facts.spells[-1].start
    if start is None:
        return "outstanding", "the day of joining is not on record"
    return ("passed" if start <= test.day else "failed"), f"joined on {start}; by {test.day} is asked for"


def _not_suspended(test: NotSuspended, facts: Facts) -> tuple[Outcome, str]:
    for each in facts.suspensions:
        if each.start <= test.on and (each.end is None or each.end > test.on):
            why = (
                f"suspended from {each.start} {f'until {each.end}' if each.end else 'on'}, which {each.voting} the vote"
            )
            if each.voting == "loses":
                return "failed", why
            return "passed", why
    return "passed", f"not suspended on {test.on}"


def _office_held(test: OfficeHeld, facts: Facts) -> tuple[Outcome, str]:
    for each in facts.offices:
        if each.office == test.office and each.start <= test.on and (each.end is None or each.end > test.on):
            return "passed", f"{test.office} {_lasting(each.start, each.end)}"
    return "failed", f"no {test.office} on {test.on} by the record"


def _on_record(fact: bool | None, what: str) -> tuple[Outcome, str]:
    if fact is None:
        return "outstanding", f"{what} is not on record, nor that there is none"
    return ("passed", f"{what} is on record") if fact else ("failed", f"on record as without {what}")


def _checked(test: RegisterMatch | NotDuplicate | OfAge | FeePaid | NotBarred, facts: Facts) -> tuple[Outcome, str]:
    check = CHECKS[test.test]
    found = dict(facts.checks).get(check)
    if found is None:
        return "outstanding", f"the check {check} was not run"
    why = f"the check {check} came out as {found}"
    if found == "near":
        enough = isinstance(test, RegisterMatch) and test.near == "accepted"
        return ("passed" if enough else "outstanding"), why
    outcomes: dict[str, Outcome] = {"pass": "passed", "fail": "failed", "none": "failed"}
    return outcomes.get(found, "outstanding"), why
