"""A what-if question turned into numbers of papers, from the record; what it names has to be there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ledger.decision import fold
from ledger.errors import nearest, refused
from ledger.rules.fit import unfitness
from ledger.streams.franchise import franchise_stream, require_category, require_franchise
from projections.whatif.changed import Changed
from projections.whatif.electors import Effects, effects_of_entry, effects_of_ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.rules.question import Question, Rejected
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.person_papers import Streams


def asked(record: Streams, basis: Basis, table: Table, question: Question, position: int) -> Changed:
    """Turn a question into numbers.

    Args:
        record: streams as of the position.
        basis, table: what the count was taken from as of it, and what it came to.

    Raises:
        RefusedError: `nothing-asked`, `named-twice`, `unknown-section`, what `unfitness` gives for another rule,
            `unknown-reason`, `unknown-ruling`, `mixed-contests`, `already-reversed`, `unknown-entry`, `entry-live`,
            `entry-not-live`, `no-franchise`, `unknown-category`, in that order.
    """
    contest = basis.contest
    where = f"what-if on contest {contest.contest}"
    _require_once(question, where)
    sections = [each.id for each in contest.sections]
    for name in (*question.leave_out, *(each.section for each in question.unknown)):
        _require_section(name, sections, where)
    _require_fit(basis, question, where)
    added: Counter[str] = Counter({each.section: each.papers for each in question.unknown})
    removed: Counter[str] = Counter()
    notes: list[str] = []
    for rejected in question.accept_rejected:
        added.update(_rejected(basis, table, rejected, sections, where))
    for effects in _electors(record, basis, question, position):
        added.update(effects.added)
        removed.update(effects.removed)
        notes += effects.notes
    categories, silent = _categories(record, basis, question, where)
    left_out = tuple(dict.fromkeys((*question.leave_out, *categories)))
    kept = [name for name in sections if name not in left_out]
    return Changed(
        left_out,
        question.count_rule,
        {name: added[name] for name in kept if added[name]},
        {name: removed[name] for name in kept if removed[name]},
        tuple(dict.fromkeys(notes)),
        silent,
    )


def _categories(record: Streams, basis: Basis, question: Question, where: str) -> tuple[list[str], str]:
    """Give the sections of categories to leave out, and why nothing can be said where one is of several categories."""
    if not question.leave_out_categories:
        return [], ""
    stream = franchise_stream(basis.contest.election)
    rule = require_franchise(fold(stream, (event for _, event in record.stream(stream.stream))), basis.contest.election)
    chosen = [require_category(rule, name, where) for name in question.leave_out_categories]
    found = list(dict.fromkeys(each.section for each in chosen))
    for section in found:
        _require_section(section, [each.id for each in basis.contest.sections], where)
        others = [each.category for each in rule.categories if each.section == section and each not in chosen]
        if others:
            names = ", ".join(others)
            return found, f"papers of section {section} do not tell whose they are: it has electors of {names} too"
    return found, ""


def _require_once(question: Question, where: str) -> None:
    asks = question.model_dump(exclude_defaults=True)
    if not asks:
        remedy = "Name what would be otherwise, as in: pollbook whatif CONTEST --leave-out-section SECTION"
        raise refused("nothing-asked", where, "something that would be otherwise", "nothing", remedy)
    entries: list[object] = [*question.restore, *question.remove]
    sections: list[object] = [each.section for each in question.unknown]
    for parts in (question.leave_out, question.reverse, entries, sections, _reasons(question)):
        for part, times in Counter(map(str, parts)).items():
            if times > 1:  # it would be counted twice
                raise refused("named-twice", where, "each part once", f"{part} {times} times", "Leave one out")


def _reasons(question: Question) -> list[object]:
    whole = {each.reason for each in question.accept_rejected if each.section is None}
    return [each.reason if each.reason in whole else each for each in question.accept_rejected]


def _require_section(name: str, sections: Sequence[str], where: str) -> None:
    if name not in sections:
        expected = f"a section of the contest: {', '.join(sections)}"
        raise refused("unknown-section", where, expected, f"{name}{nearest(name, sections)}", "Correct the section")


def _require_fit(basis: Basis, question: Question, where: str) -> None:
    """Refuse another rule under which nobody could have held the contest; a section left out may leave it silent."""
    if question.count_rule is not None and not question.leave_out:
        for unfit in unfitness(basis.contest, question.count_rule):
            raise refused(unfit.code, f"{where}, count rule", unfit.expected, unfit.found, "Give a rule that fits")


def _rejected(basis: Basis, table: Table, rejected: Rejected, sections: Sequence[str], where: str) -> Counter[str]:
    """Count the papers rejected for a reason, by the account or by the count, by section."""
    if rejected.section is not None:
        _require_section(rejected.section, sections, where)
    lines = [line for line in basis.account(table).lines if rejected.section in (None, line.section)]
    found = Counter({line.section: line.spoilt.get(rejected.reason, 0) for line in lines})
    found.update({line.section: line.rejected.get(rejected.reason, 0) for line in lines})
    known = sorted({reason for line in lines for reason in (*line.spoilt, *line.rejected)})
    if rejected.reason not in known:
        expected = "a reason for which papers were rejected: " + (", ".join(known) or "none was")
        named = f"{rejected.reason}{nearest(rejected.reason, known)}"
        raise refused("unknown-reason", where, expected, named, f"See: pollbook account {basis.contest.contest}")
    return found


def _electors(record: Streams, basis: Basis, question: Question, position: int) -> Iterable[Effects]:
    for ruling in question.reverse:
        yield effects_of_ruling(record, basis.contest, ruling, position)
    for elector in question.restore:
        yield effects_of_entry(record, basis.contest, elector, position, restore=True)
    for elector in question.remove:
        yield effects_of_entry(record, basis.contest, elector, position, restore=False)
