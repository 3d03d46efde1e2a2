"""What a check finds of one application."""

from __future__ import annotations

from typing import NamedTuple

from ledger.streams.application_events import SCORE_MAX, Check, CheckName, CheckOutcome

PERCENT = SCORE_MAX // 100  # what is recorded of a score counts hundredths of a percent


class Finding(NamedTuple):
    """What one check found of one application.

    Attributes:
        outcome: `pass`; `near`, somebody has to look; `none`, nothing was found or nothing is known to check by;
            `fail`; `error`, it could not be carried out.
        score: of what was found, 0..100; None where nothing is compared.
        against: who or what was found, by a stream or a keyed id.
    """

    outcome: CheckOutcome
    score: int | None = None
    against: str | None = None

    def recorded(self, check: CheckName, version: str) -> Check:
        """Give what an event holds of it."""
        score = None if self.score is None else self.score * PERCENT
        return Check(against=self.against, check=check, outcome=self.outcome, score=score, version=version)
