"""Which rules and which guidance were in force for each class of actor at a moment, and when there were none.

Days without a code are days on which nothing binding named a class: no code of conduct that is addressed to it, no
clause that applies to it by name. Clauses for everyone are counted apart, for whoever stands for election wants to
know what is asked of candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, get_args

from ledger.rules.clause import ActorClass, Span
from ledger.rules.steps import Key
from projections.election.rules import Rules

CLASSES: tuple[str, ...] = get_args(ActorClass)
DAY_SECONDS = 86_400


class Rule(NamedTuple):
    """A clause or an edition of a document.

    Attributes:
        name: what it is referred to by, such as `code, edition 2`.
        classes: the classes of actor that it names; none: it is for everyone.
        hash: of the clause, or of the document's text.
        published: when it was published, or recorded where it is a clause.
        recorded: when the ledger heard of it.
    """

    name: str
    title: str
    kind: str
    classes: tuple[str, ...]
    hash: str
    published: str
    span: Span[None]
    recorded: str = ""

    @property
    def late(self) -> bool:
        """Whether the ledger heard of it only when it was in force already, as its keeper says."""
        return self.recorded > self.span.since


class Gap(NamedTuple):
    """A time with no code in force; `until` is where the question ends if `open` then.

    Attributes:
        steps: steps of timetables that fell in it, with how many whole days without a code came after them.
    """

    since: str
    until: str
    open: bool
    days: int
    steps: tuple[tuple[Key, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was in force for a class of actor at a moment, and when nothing binding was."""

    actor_class: str
    binding: tuple[Rule, ...]
    guidance: tuple[Rule, ...]
    notices: tuple[Rule, ...]
    gaps: tuple[Gap, ...]

    @property
    def days(self) -> int:
        """Whole days with no code in force."""
        return sum(gap.days for gap in self.gaps)


def rules_of(rules: Rules, election: str | None) -> list[Rule]:
    """Give all rules that ever were in force or are to be; of one election: its own, and those that are for all."""
    return [*_clauses(rules, election), *_editions(rules, election)]


def _clauses(rules: Rules, election: str | None) -> Iterator[Rule]:
    for book in rules.rulebooks.values():
        for (name, ref), history in book.clauses.items():
            scope = getattr(book.books[name][-1], "election", None)
            if None not in (election, scope) and election != scope:
                continue
            for span in history.spans():
                held = span.held
                clause = held.clause
                when: Span[None] = Span(span.since, span.until, None)
                classes = clause.applies_to or ()
                yield Rule(
                    f"{name} {ref}", clause.title, clause.kind, classes, held.hash, held.recorded, when, held.recorded
                )


def _editions(rules: Rules, election: str | None) -> Iterator[Rule]:
    for document in rules.documents.values():
        for span in document.spans():
            each = span.held
            if None not in (election, each.election) and election != each.election:
                continue
            name = document.id if each.edition == 1 else f"{document.id}, edition {each.edition}"
            when: Span[None] = Span(span.since, span.until, None)
            published = (each.text_digest, each.effective)
            yield Rule(name, each.title, each.kind, each.addressed_to, *published, when, each.recorded)


def cover(
    rules: Iterable[Rule], at: str, since: str | None, steps: Mapping[Key, str] | None = None
) -> tuple[Coverage, ...]:
    """Say of every class of actor what named it and was in force at a moment (UTC), and when nothing binding did.

    Args:
        since: from when on gaps are looked for; None: nowhere.
        steps: steps of the timetable -> moment, to say which fell in a gap.
    """
    rules = list(rules)
    covered = []
    for name in CLASSES:
        named = [rule for rule in rules if name in rule.classes]
        now = [rule for rule in named if rule.span.holds(at)]
        kinds = {kind: tuple(rule for rule in now if rule.kind == kind) for kind in ("binding", "guidance", "notice")}
        codes = [rule.span for rule in named if rule.kind == "binding"]
        found = () if since is None else tuple(_with_steps(gap, steps or {}) for gap in gaps(codes, since, at))
        covered.append(Coverage(name, kinds["binding"], kinds["guidance"], kinds["notice"], found))
    return tuple(covered)


def gaps(spans: Iterable[Span[None]], since: str, at: str) -> Iterator[Gap]:
    """Give the times from `since` up to and including `at`, both UTC, that none of the spans covers."""
    reached = since
    for span in sorted(spans, key=lambda span: span.since):
        if span.since > at:
            break
        if span.since > reached:
            yield Gap(reached, span.since, False, whole_days(reached, span.since))
        if span.until is None:
            return
        reached = max(reached, span.until)
    if reached <= at:
        yield Gap(reached, at, True, whole_days(reached, at, included=True))


def whole_days(since: str, until: str, *, included: bool = False) -> int:
    """Count the whole days, of 24 hours, between two moments (UTC); with the second of the latter if it is included."""
    seconds = (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
    return (int(seconds) + included) // DAY_SECONDS


def _with_steps(gap: Gap, steps: Mapping[Key, str]) -> Gap:
    last = gap.until if gap.open else None
    fell = ((moment, key) for key, moment in steps.items() if gap.since <= moment < gap.until or moment == last)
    inside = sorted(fell, key=lambda pair: (pair[0], str(pair[1])))
    left = tuple((key, moment, whole_days(moment, gap.until, included=gap.open)) for moment, key in inside)
    return gap._replace(steps=left)
