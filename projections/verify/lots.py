"""The check of lots: committed to before anybody could know of a tie, revealed as committed to, and needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ledger.rules.drawing import commitment_to, order_of
from ledger.streams.lot import Lot, LotCommitted, LotDrawn, lot_stream
from projections.verify.counts import changes_between, count_at
from projections.verify.finding import Finding

if TYPE_CHECKING:
    from projections.verify.contests import ContestSeen
    from projections.verify.record import RecordRead


def check_lots(record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E4: all lots."""
    states: dict[str, Lot] = {}
    for position, event in record.others:
        if not isinstance(event, LotCommitted | LotDrawn):
            continue
        state = states.setdefault(event.contest, lot_stream(event.contest))
        contest = contests.get(event.contest)
        if contest is None:
            yield Finding("E4", "unknown-contest", position, event.stream, "a contest that was defined", "none")
        elif isinstance(event, LotCommitted):
            if contest.closings and contest.closings[0][0] < position:
                yield Finding("E4", "poll-closed", position, event.stream, "a commitment before the close", "after it")
            if event.actor in state.commitments:
                yield Finding("E4", "lot-committed", position, event.stream, "one commitment of an office", "another")
        else:
            for code, expected, found in _how(event, state):
                yield Finding("E4", code, position, event.stream, expected, found)
            yield from _check_tie(record, contest, position, event)
        states[event.contest] = state.evolve(event)


def _how(lot: LotDrawn, state: Lot) -> Iterator[tuple[str, str, str]]:
    """Give what is wrong with how it was drawn."""
    if sorted(lot.order) != sorted(lot.tied):
        yield "not-the-tied", ", ".join(lot.tied) + " in some order", ", ".join(lot.order) or "nobody"
    committed = state.commitments
    if not committed or lot.unrevealed:
        strangers = [office for office in lot.unrevealed if office not in committed]
        if lot.seed or strangers:
            yield "not-committed", "seeds committed to", "none, or one that was not revealed"
        if not lot.witnesses:
            yield "witnesses-needed", "a lot drawn before witnesses", "nothing said of them"
        return
    if not lot.seed:
        yield "seed-needed", f"the seeds of {', '.join(committed)}", "none"
    elif [commitment_to(seed) for seed in lot.seed] != [*committed.values()]:
        yield "seed-differs", f"the seeds of {', '.join(committed)}", ", ".join(map(commitment_to, lot.seed))
    else:
        order = order_of(lot.seed, lot.contest, lot.stage, lot.tied)
        if order != lot.order:
            yield "lot-differs", ", ".join(order), ", ".join(lot.order)


def _check_tie(record: RecordRead, contest: ContestSeen, position: int, lot: LotDrawn) -> Iterator[Finding]:
    """It is of the count that there was when it was drawn: on an older one, a tie could be drawn once more."""
    last = lot.as_of_position
    if last >= position:
        yield Finding("E4", "as-of-later", position, lot.stream, f"a count before event {position}", f"of {last}")
    since = next(changes_between(record, lot.contest, last, position), None)
    if since is not None:
        expected = f"nothing that counts between event {last} and the lot"
        yield Finding("E4", "papers-after-count", position, lot.stream, expected, f"event {since}")
    counted = count_at(record, contest, position - 1, ("E4", position, lot.stream))
    if isinstance(counted, Finding):
        yield counted
        return
    _, table = counted
    tie = (table.lot_needed, table.lot_for, table.stages[-1].number) if table.lot_needed else None
    if tie != (lot.tied, lot.purpose, lot.stage):
        says = f"a tie of {', '.join(table.lot_needed)} at stage {table.stages[-1].number}" if tie else "no tie"
        found = f"a lot of {', '.join(lot.tied)} for {lot.purpose} at stage {lot.stage}"
        yield Finding("E4", "no-tie", position, lot.stream, f"{says} before event {position}", found)
