"""A question answered from the record as of a position: for `whatif`, for the desk, and for `verify`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.whatif_figures import AnalysisFigures
from projections.margin.published import margin_figures
from projections.moment import Moment
from projections.whatif.answer import answer
from projections.whatif.asked import asked
from projections.whatif.certificate import certificate, digest_of
from projections.whatif.seen import RecordSeen
from projections.whatif.small import is_small

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.record import Record
    from ledger.rules.question import Question
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.whatif.changed import Changed
    from projections.whatif.found import Found
    from projections.whatif.seen import Seen

ENGINE = "what-if 1"
STEPS_MAX = 80_000  # looks at the time, in all searches of a question: the same on every machine, unlike time


@dataclass(slots=True)
class Steps:
    """Says that a search went on for too long: after so many steps, or when something else says so."""

    also: Callable[[], bool] = field(default=lambda: False)
    taken: int = 0

    def __call__(self) -> bool:
        """Take a step."""
        self.taken += 1
        return self.taken > STEPS_MAX or self.also()


def answered(
    record: Seen, basis: Basis, table: Table, question: Question, position: int, steps: Steps | None
) -> tuple[Changed, Found]:
    """Answer a question; raises what `asked` does."""
    changed = asked(record, basis, table, question, position)
    return changed, answer(basis, table, changed, steps)


def analysis_figures(ledger: Record, basis: Basis, table: Table, question: Question, position: int) -> AnalysisFigures:
    """Give what a published analysis has to agree with, from the record up to a position; raises what `asked` does."""
    if question.margin is not None:
        return margin_figures(basis, table, question.margin, position)
    record = RecordSeen(ledger, Moment(known_at_position=position))
    changed, found = answered(record, basis, table, question, position, Steps())
    return AnalysisFigures(
        position=position,
        verdict=found.verdict,
        effect=found.effect,
        certificate=digest_of(certificate(basis, table, question, changed, found)),
        engine=ENGINE,
        small=is_small(basis, table, changed),
    )
