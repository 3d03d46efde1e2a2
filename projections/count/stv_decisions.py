"""Whom a stage of the single transferable vote elects and excludes, and whose surplus goes next: for all methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.count.stv_ties import break_tie

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from projections.count.stage_table import Purpose
    from projections.count.stv_record import Record
    from projections.count.stv_ties import Broken

    Bar = Callable[[], tuple[int, str]]  # votes that elect now, and what they are in words

_PURPOSES: dict[Purpose, str] = {
    "surplus": "for whose surplus goes first",
    "exclusion": "for exclusion",
    "place": "for the places left",
}


def settle(record: Record, bar: Bar, ties: Sequence[str] | None = None) -> bool:
    """Elect whoever the stage elects; tell whether the count goes on.

    Args:
        bar: asked anew after each election.
        ties: ladder for more candidates than places left; where it falls on nobody and needs no lot, they wait.
            If None it is the rule's own, and the count stops where that falls on nobody.
    """
    if record.over:
        return False
    if not record.votes:
        record.stop((), "There are no candidates; nobody is elected.")
    elif not record.valid and len(record.hopeful) > record.vacancies:
        record.stop((), "There are no valid papers; nobody is elected.")
    else:
        elect_reached(record, bar, ties)
    if not record.over and len(record.hopeful) <= record.vacancies:
        _elect_rest(record)
    return not record.over


def elect_reached(record: Record, bar: Bar, ties: Sequence[str] | None = None) -> None:
    """Elect in descending order of votes whoever reaches the bar; see `settle`."""
    while record.vacancies:
        least, what = bar()
        doomed = record.reserved.doomed(record.hopeful, record.elected, record.vacancies)
        reached = [c for c in record.hopeful if record.votes[c] >= least and c not in doomed]
        if not reached:
            return
        most = max(record.votes[candidate] for candidate in reached)
        tied = tuple(candidate for candidate in reached if record.votes[candidate] == most)
        chosen: str | None = tied[0]
        why = f"{record.says(most)} votes reach {what}"
        if len(tied) > 1 and not _all_can_be_elected(record, tied):
            broken = break_tie(record.rule.ties if ties is None else ties, record.history, tied, record.lots, most=True)
            if broken.chosen is None and ties is not None and not broken.lot_needed:
                return
            chosen = _fallen(record, broken, "place", most)
            why = f"{why}; {'; '.join(broken.steps)}"
        if chosen is None:
            return
        record.elect(chosen, f"{why}.")
    record.finish()


def choose_surplus(record: Record, waiting: Collection[str]) -> str | None:
    """Choose the largest surplus of these; None where the count stops for want of a lot."""
    most = max(record.votes[candidate] for candidate in waiting)
    tied = tuple(candidate for candidate in record.votes if candidate in waiting and record.votes[candidate] == most)
    if len(tied) == 1:
        return tied[0]
    return _fallen(record, break_tie(record.rule.ties, record.history, tied, record.lots, most=True), "surplus", most)


def doomed_now(record: Record) -> bool:
    """Whether somebody has to be excluded before anything else moves."""
    return bool(record.reserved.doomed(record.hopeful, record.elected, record.vacancies))


def exclude_next(record: Record, surplus: int, *, may_equal: bool) -> tuple[str, ...]:
    """Exclude who is next to go; empty where that ends the count, with a result or for want of a lot.

    Args:
        surplus: votes still to be transferred, which the excluded might have got.
        may_equal: whether a group that comes up to the next is safe to go too (ERS97), or has to stay below.
    """
    doomed = record.reserved.doomed(record.hopeful, record.elected, record.vacancies)
    if doomed and record.rule.doomed == "together":
        gone = record.exclude(doomed, "The places left are reserved for others.")
    elif doomed:
        gone = _exclude_lowest(record, doomed, "The places left are reserved for others; fewest votes")
    else:
        gone = _exclude_lowest_or_group(record, surplus, may_equal=may_equal)
    if gone and record.rule.last_places == "at-once" and len(record.hopeful) <= record.vacancies:
        _elect_rest(record)
        return ()
    return gone


def safe_group(record: Record, surplus: int, *, may_equal: bool) -> tuple[str, ...]:
    """Find the most candidates who, with the surplus, cannot overtake the next; one at most if the rule says so.

    Candidates with equal votes stay together. Empty where even the lowest might overtake.
    """
    guarded = record.reserved.guarded(record.hopeful, record.elected, record.vacancies)
    ascending = sorted((c for c in record.hopeful if c not in guarded), key=record.votes.__getitem__)
    most = len(record.hopeful) - record.vacancies if record.rule.exclusion == "bulk-when-safe" else 1
    together, found = surplus, 0
    for number, candidate in enumerate(ascending[:-1][:most], start=1):
        together += record.votes[candidate]
        above = record.votes[ascending[number]]
        safe = together < above or (may_equal and together == above)
        if safe and record.votes[candidate] < above and _can_spare(record, ascending[:number]):
            found = number
    return tuple(ascending[:found])


def _elect_rest(record: Record) -> None:
    for candidate in sorted(record.hopeful, key=lambda candidate: -record.votes[candidate]):
        record.elect(candidate, "As many candidates are left as places, or fewer.")
    record.finish()


def _can_spare(record: Record, candidates: Sequence[str]) -> bool:
    left = [candidate for candidate in record.hopeful if candidate not in candidates]
    return record.reserved.possible(left, record.elected, record.vacancies)


def _all_can_be_elected(record: Record, tied: tuple[str, ...]) -> bool:
    left = [candidate for candidate in record.hopeful if candidate not in tied]
    places = record.vacancies - len(tied)
    return places >= 0 and record.reserved.possible(left, (*record.elected, *tied), places)


def _exclude_lowest_or_group(record: Record, surplus: int, *, may_equal: bool) -> tuple[str, ...]:
    group = safe_group(record, surplus, may_equal=may_equal)
    if len(group) > 1:
        held = sum(record.votes[candidate] for candidate in group)
        waiting = f", with {record.says(surplus)} still to be transferred," if surplus else ""
        return record.exclude(group, f"Votes held together: {record.says(held)}{waiting} cannot overtake the next.")
    guarded = record.reserved.guarded(record.hopeful, record.elected, record.vacancies)
    besides = " of those not needed for reserved places" if guarded else ""
    return _exclude_lowest(record, record.hopeful.keys() - guarded, f"Fewest votes{besides}")


def _exclude_lowest(record: Record, among: Collection[str], what: str) -> tuple[str, ...]:
    fewest = min(record.votes[candidate] for candidate in among)
    tied = tuple(c for c in record.hopeful if c in among and record.votes[c] == fewest)
    if len(tied) == 1:
        return record.exclude(tied, f"{what}: {record.says(fewest)}.")
    broken = break_tie(record.rule.ties, record.history, tied, record.lots, most=False)
    chosen = _fallen(record, broken, "exclusion", fewest)
    if chosen is None:
        return ()
    steps = "; ".join(broken.steps)
    return record.exclude((chosen,), f"{what}: {record.says(fewest)}; {len(tied)} candidates tied; {steps}.")


def _fallen(record: Record, broken: Broken, purpose: Purpose, votes: int) -> str | None:
    """Give whom a ladder fell on; where it stopped, stop the count."""
    if broken.chosen is None:
        steps = "; ".join(broken.steps)
        tied = f"{len(broken.tied)} candidates tied {_PURPOSES[purpose]} with {record.says(votes)} votes"
        record.stop(broken.tied, f"{tied}; {steps}.")
        if broken.lot_needed:
            record.lot, record.lot_for = broken.tied, purpose
    return broken.chosen
