"""What makes a contest one that no count could fill: its own ids, and its rule against who and what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ledger.errors import RefusedError, nearest
from ledger.field import ALL
from ledger.rules.alternative import AlternativeVote, WeightedAlternativeVote
from ledger.rules.crosses import NO, YES, Plurality, YesNo
from ledger.rules.reserved import Reserved
from ledger.rules.transferable import CANDIDATES_MAX, SingleTransferableVote

if TYPE_CHECKING:
    from ledger.rules.count_rule import AnyCountRule
    from ledger.streams.contest import ContestDefined


class Unfit(NamedTuple):
    """One reason why a contest cannot be defined so: the code, which field, what it ought to be, what to do."""

    code: str
    where: str
    expected: str
    found: str
    remedy: str


def unfitness(contest: ContestDefined, rule: AnyCountRule | None) -> Iterator[Unfit]:
    """Give every reason, in a fixed order; None for a rule that is not known, which hides some of them."""
    sections = [section.id for section in contest.sections]
    candidates = [candidate.id for candidate in contest.candidates]
    yield from _repeated("candidate", candidates)
    yield from _repeated("section", sections)
    if len(sections) > 1 and ALL in sections:
        yield Unfit(
            "section-reserved",
            "field sections",
            f"ids beside which `{ALL}` can mean all sections together",
            f"a section called {ALL} beside others",
            "Give that section another id",
        )
    weighed = [each.section for each in rule.weights] if isinstance(rule, WeightedAlternativeVote) else sections
    if sorted(weighed) != sorted(sections):
        yield Unfit(
            "sections-unfit",
            "field sections",
            "the sections that the rule weighs: " + ", ".join(weighed),
            ", ".join(sections),
            "Define these sections, or adopt a rule that weighs the others",
        )
    if isinstance(rule, AlternativeVote | WeightedAlternativeVote | YesNo) and contest.seats != 1:
        yield Unfit(
            "seats-unfit",
            "field seats",
            f"1 under {rule.version}",
            str(contest.seats),
            "Adopt a count rule that fills several seats",
        )
    if isinstance(rule, YesNo) and sorted(candidates) != sorted((YES, NO)):
        yield Unfit(
            "candidates-unfit",
            "field candidates",
            f"just {YES} and {NO} under {rule.version}",
            ", ".join(candidates[:8]) or "nobody",
            "Name the two answers so, or adopt another count rule",
        )
    yield from _uncountable(contest, rule)
    yield from _told_apart(contest, rule)
    if contest.report is not None and contest.account != "required":
        yield Unfit(
            "report-unfit",
            "field report",
            "account required where a report is: its numbers are compared with the ballot account",
            f"account {contest.account}",
            "Say account required, or report not-required",
        )


def _told_apart(contest: ContestDefined, rule: AnyCountRule | None) -> Iterator[Unfit]:
    """Give why sections that are to be published together would not be."""
    combined = rule is not None and rule.publication == "combined" and len(contest.sections) > 1
    if combined and contest.paper_publication != "none":
        yield Unfit(
            "publication-unfit",
            "field paper_publication",
            "none where the rule has sections published together: papers tell of each section",
            contest.paper_publication,
            "Say paper_publication none, or adopt a rule with publication by-section",
        )


def _uncountable(contest: ContestDefined, rule: AnyCountRule | None) -> Iterator[Unfit]:
    """Give why no count could follow the rule with these candidates."""
    candidates = [candidate.id for candidate in contest.candidates]
    if isinstance(rule, SingleTransferableVote) and len(candidates) > CANDIDATES_MAX:
        expected = f"{CANDIDATES_MAX} or fewer under {rule.version}"
        remedy = "Adopt another count rule"
        yield Unfit("too-many-candidates", "field candidates", expected, str(len(candidates)), remedy)
    elif isinstance(rule, SingleTransferableVote | Plurality):
        categories = {each.id: each.categories for each in contest.candidates if each.categories}
        reserved = [each.category for each in rule.reserved]
        for name, of_it in categories.items():
            for category in (each for each in of_it if reserved and each not in reserved):
                found = f"{category}{nearest(category, reserved)}"
                remedy = "Correct the category"
                yield Unfit(
                    "unknown-category",
                    f"candidate {name}",
                    "categories of the rule: " + ", ".join(reserved),
                    found,
                    remedy,
                )
        try:
            Reserved(rule.reserved, categories, candidates, contest.seats)
        except RefusedError as error:
            where = f"field candidates, {error.what}"
            yield Unfit(
                error.code, where, error.expected, error.found, "Correct their categories, or adopt another rule"
            )


def _repeated(what: str, ids: Sequence[str]) -> Iterator[Unfit]:
    seen: set[str] = set()
    for place, name in enumerate(ids, 1):
        if name in seen:
            yield Unfit(
                f"duplicate-{what}",
                f"{what} {place}",
                "each id once",
                f"{name} again",
                "Give each its own id; names may repeat",
            )
        seen.add(name)
