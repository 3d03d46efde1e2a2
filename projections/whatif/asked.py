"""A what-if question turned into numbers of papers, from the record; what it names has to be there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ledger.errors import RefusedError, nearest, refused
from ledger.rules.fit import unfitness
from projections.whatif.changed import Changed
from projections.whatif.electors import Effects, effects_of_entry, effects_of_ruling, total
from projections.whatif.left_out import categories_left_out, removals, require_section
from projections.whatif.sets import effects_of_set, rulings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.rules.question import Question, Rejected
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.oversight.rows import RulingRow
    from projections.whatif.seen import Seen


def asked(record: Seen, basis: Basis, table: Table, question: Question, position: int) -> Changed:
    """Turn a question into numbers.

    Args:
        record: as of the position.
        basis, table: what the count was taken from as of it, and what it came to.

    Raises:
        RefusedError: `nothing-asked`, `named-twice`, `names-people`, `not-declared`, `unknown-section`, what
            `unfitness` gives for another rule, `unknown-reason`, `no-franchise`, `unknown-category`, `empty-set`,
            `unknown-ruling`, `mixed-contests`, `already-reversed`, `unknown-entry`, `entry-live`, `entry-not-live`,
            `few-of-a-category`, in that order.
    """
    contest = basis.contest
    where = f"what-if on contest {contest.contest}"
    _require_once(question, where)
    if question.names_people and not record.tells_people:
        raise _names_people(contest.contest, where)
    if not table.elected:
        remedy = f"See how far it is: pollbook count {contest.contest}"
        raise refused("not-declared", where, "a count that elects somebody", "one that elects nobody", remedy)
    sections = [each.id for each in contest.sections]
    for name in (*question.leave_out, *(each.section for each in question.unknown)):
        require_section(name, sections, where)
    _require_fit(basis, question, where)
    more: Counter[str] = Counter()
    for rejected in question.accept_rejected:
        more.update(_rejected(basis, table, rejected, sections, where))
    whole, parts = categories_left_out(record, basis, question, where)
    left_out = tuple(dict.fromkeys((*question.leave_out, *whole)))
    rulings = rulings_of(record, contest, question.rulings) if question.rulings else None
    effects = total(_electors(record, basis, question, rulings, position))
    kept = [name for name in sections if name not in left_out]
    found = removals(record, basis, table, effects, {name: parts[name] for name in kept if name in parts})
    more.update(each.section for each in found.effects.papers.values() if each.change == "more")
    added = more + Counter({each.section: each.papers for each in question.unknown})
    named = Counter(each.section for each in found.effects.papers.values())
    return Changed(
        left_out,
        question.count_rule,
        {name: added[name] for name in kept if added[name]},
        {name: number for name in kept if (number := found.most.get(name))},
        {name: number for name in kept if (number := found.least.get(name))},
        None if rulings is None else tuple(f"{each.case}/{each.ruling}" for each in rulings),
        tuple(dict.fromkeys((*effects.notes, *found.notes))),
        cells=(*more.values(), *named.values(), *found.cells, question.people, _people_of(rulings)),
    )


def _names_people(contest: str, where: str) -> RefusedError:
    """Refuse the public a question about people, before any of it is looked up: whatever followed would tell of them.

    Whether there is such a ruling or entry, in which section, and whether a paper was out or came back, each shows in
    an answer or in what is refused; papers of a number that the asker gives make a verdict tell of a single one.
    """
    expected = "a question of the public that names no ruling, entry or set of rulings"
    remedy = (
        "Ask as scrutineer: --audience scrutineer --purpose scrutiny --as scrutineer; "
        f"anybody may ask how many papers it takes: pollbook margin {contest}"
    )
    return refused("names-people", where, expected, "one that does", remedy)


def _people_of(rulings: Sequence[RulingRow] | None) -> int:
    return len({row.person for row in rulings or ()})


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


def _require_fit(basis: Basis, question: Question, where: str) -> None:
    """Refuse another rule under which nobody could have held the contest; a section left out may leave it silent."""
    if question.count_rule is not None and not question.leave_out:
        for unfit in unfitness(basis.contest, question.count_rule):
            raise refused(unfit.code, f"{where}, count rule", unfit.expected, unfit.found, "Give a rule that fits")


def _rejected(basis: Basis, table: Table, rejected: Rejected, sections: Sequence[str], where: str) -> Counter[str]:
    """Count the papers rejected for a reason, by the account or by the count, by section."""
    if rejected.section is not None:
        require_section(rejected.section, sections, where)
    lines = [line for line in basis.account(table).lines if rejected.section in (None, line.section)]
    found = Counter({line.section: line.spoilt.get(rejected.reason, 0) for line in lines})
    found.update({line.section: line.rejected.get(rejected.reason, 0) for line in lines})
    known = sorted({reason for line in lines for reason in (*line.spoilt, *line.rejected)})
    if rejected.reason not in known:
        expected = "a reason for which papers were rejected: " + (", ".join(known) or "none was")
        named = f"{rejected.reason}{nearest(rejected.reason, known)}"
        raise refused("unknown-reason", where, expected, named, f"See: pollbook account {basis.contest.contest}")
    return found


def _electors(
    record: Seen, basis: Basis, question: Question, rulings: tuple[RulingRow, ...] | None, position: int
) -> Iterable[Effects]:
    for ruling in question.reverse:
        yield effects_of_ruling(record, basis.contest, ruling, position)
    if rulings:
        yield effects_of_set(record, basis.contest, rulings, position)
    for elector in question.restore:
        yield effects_of_entry(record, basis.contest, elector, position, restore=True)
    for elector in question.remove:
        yield effects_of_entry(record, basis.contest, elector, position, restore=False)
