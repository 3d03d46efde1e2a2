"""Unknown papers where those of a section were never on record, only totals: the final pairing, and papers for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.errors import RefusedError
from projections.margin.certificate import recounted
from projections.margin.pairing import pairing_of
from projections.margin.recount import Moved
from projections.whatif.found import BreakEven, Elected, Found, cannot_say

if TYPE_CHECKING:
    from ledger.rules.alternative import AnyAlternativeVote
    from ledger.streams.totals import TotalsCertified
    from projections.basis import Basis
    from projections.count.stage_table import StageTable
    from projections.whatif.changed import Changed

NO_ORDERS = "papers of {} are not on record, only totals: orders of exclusion cannot be searched"


def pairing_break_even(rule: AnyAlternativeVote, table: StageTable, changed: Changed) -> BreakEven | None:
    """Give the break-even of the final pairing, where only papers of one section are unknown, all added or all out."""
    pairing = pairing_of(rule, table)
    unknown = [
        (section, papers, taken)
        for side, taken in ((changed.added, False), (changed.removed, True))
        for section, papers in side.items()
        if papers
    ]
    if pairing is None or len(unknown) != 1:
        return None
    ((section, papers, taken),) = unknown
    held = pairing.held[section]
    needed = pairing.break_even_taken(section, papers) if taken else pairing.break_even(section, papers)
    votes = (held.winner, held.loser)
    return BreakEven(section, pairing.winner, pairing.loser, papers, needed, votes, exclusions_held=True, taken=taken)


def bounded_totals(rule: AnyAlternativeVote, basis: Basis, table: StageTable, changed: Changed) -> Found:
    """Look for papers for the last two that change the result, a section at a time; a proof is tried elsewhere."""
    elected = tuple(sorted(table.elected))
    even = pairing_break_even(rule, table, changed)
    for section, papers in () if changed.least else changed.added.items():  # else others have to go with them
        alone = pairing_break_even(rule, table, replace(changed, added={section: papers}, removed={}))
        if alone is None or alone.needed is None:
            continue
        example = Moved({section: _for_two(rule, table, alone)})
        outcomes = outcomes_of(basis, example)
        if outcomes and elected not in outcomes:
            return Found("bounded", "could", tuple(outcomes), None, example, alone)
    return cannot_say(NO_ORDERS.format(", ".join(table.certified)), break_even=even)


def _for_two(rule: AnyAlternativeVote, table: StageTable, even: BreakEven) -> dict[tuple[str, ...], int]:
    """Give papers of which just as many are for the loser as it takes, and all others for the winner."""
    found = {}
    for first, second, papers in ((even.loser, even.winner, even.needed or 0), (even.winner, even.loser, 0)):
        rest = [name for name in table.candidates if name not in (first, second)]
        ranking = (first, second, *rest) if rule.preferences == "all" else (first,)
        found[ranking] = papers or even.papers - (even.needed or 0)
    return {ranking: papers for ranking, papers in found.items() if papers}


def outcomes_of(basis: Basis, moved: Moved) -> list[Elected] | None:
    """Recount papers that are otherwise; those added to a section counted from totals stay with their first candidate.

    Returns:
        Whoever lots can elect, each way once; None where that cannot be counted.
    """
    added = {section: each for section, each in moved.added.items() if section in basis.certified}
    if not added or basis.rule.version not in ("av.v1", "weighted-av.v1"):
        return recounted(basis, moved)
    certified = {name: _with(event, added.get(name, {})) for name, event in basis.certified.items()}
    rest = Moved({name: each for name, each in moved.added.items() if name not in added}, moved.removed)
    try:
        return recounted(replace(basis, certified=certified), rest)
    except RefusedError as error:
        if error.code != "totals-missing":
            raise
        return None  # others would have been excluded, and nobody knows how their papers went on


def _with(event: TotalsCertified, rankings: dict[tuple[str, ...], int]) -> TotalsCertified:
    firsts: dict[str, int] = {}
    for ranking, papers in rankings.items():
        firsts[ranking[0]] = firsts.get(ranking[0], 0) + papers
    stages = tuple(
        stage.model_copy(
            update={
                "held": tuple(
                    each.model_copy(update={"votes": each.votes + firsts.get(each.candidate, 0)}) for each in stage.held
                )
            }
        )
        for stage in event.stages
    )
    return event.model_copy(update={"stages": stages})
