"""Papers of electors who are supposed not to have been there: of categories, and of entries one by one.

A category that has a section for itself goes with the section's papers, which are known. Of one that shares its section
the marked register tells how many papers came back, and nobody knows which.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.decision import fold
from ledger.errors import nearest, refused
from ledger.streams.franchise import franchise_stream, require_category, require_franchise
from projections.whatif.electors import Effects
from projections.whatif.returned import Register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.rules.question import Question
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.whatif.seen import Seen


@dataclass(slots=True)
class Removals:
    """Papers taken out, by section: at most, and at least, so many.

    Attributes:
        effects: what follows of entries one by one, but for those of categories that are left out anyway.
        cells: numbers that it tells.
    """

    effects: Effects
    most: dict[str, int] = field(default_factory=dict)
    least: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)


def categories_left_out(
    record: Seen, basis: Basis, question: Question, where: str
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Give the sections of which every category is left out, and of others those that are.

    Raises:
        RefusedError: `no-franchise`, `unknown-category`, `unknown-section`.
    """
    if not question.leave_out_categories:
        return [], {}
    stream = franchise_stream(basis.contest.election)
    rule = require_franchise(fold(stream, (event for _, event in record.stream(stream.stream))), basis.contest.election)
    chosen = [require_category(rule, name, where) for name in question.leave_out_categories]
    whole, parts = [], {}
    for section in dict.fromkeys(each.section for each in chosen):
        require_section(section, [each.id for each in basis.contest.sections], where)
        names = tuple(each.category for each in chosen if each.section == section)
        if {each.category for each in rule.categories if each.section == section} <= {*names}:
            whole.append(section)
        else:
            parts[section] = names
    return whole, parts


def removals(
    record: Seen, basis: Basis, table: Table, effects: Effects, parts: Mapping[str, tuple[str, ...]]
) -> Removals:
    """Count the papers taken out.

    Args:
        parts: section -> categories of it that are left out, others of it not.
    """
    papers = {key: each for key, each in effects.papers.items() if each.category not in parts.get(each.section, ())}
    fewer = [each for each in papers.values() if each.change == "fewer"]
    found = Removals(Effects(papers, effects.notes))
    most, certain = Counter(each.section for each in fewer), Counter(each.section for each in fewer if each.certain)
    if not parts and not certain:
        found.most.update(most)
        return found
    register = Register(record, basis.contest, table.valid)
    for section in dict.fromkeys((*parts, *most)):
        returns = register.of(section, parts.get(section, ()), certain[section])
        number = most[section] + (returns.most if section in parts else 0)
        found.most[section] = min(number, table.valid.get(section, number))
        found.least[section] = min(returns.least, found.most[section])
        if section in parts:
            who = f"categor{'ies' if len(parts[section]) > 1 else 'y'} {', '.join(parts[section])}"
            found.notes.append(returns.note.format(who=who, section=section, papers=_papers(returns.papers)))
            found.cells += (returns.papers, returns.others)
    return found


def _papers(number: int) -> str:
    return f"{number} paper{'s' * (number != 1)}"


def require_section(name: str, sections: Sequence[str], where: str) -> None:
    """Refuse what is no section of the contest (`unknown-section`)."""
    if name not in sections:
        expected = f"a section of the contest: {', '.join(sections)}"
        raise refused("unknown-section", where, expected, f"{name}{nearest(name, sections)}", "Correct the section")
