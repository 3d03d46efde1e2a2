"""What a check finds, and the checks that are registered, each in its versions: what a version does never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.errors import nearest, refused
from ledger.streams.application_events import SCORE_MAX, Check, CheckName, CheckOutcome

CHECKS: Mapping[CheckName, tuple[str, ...]] = {
    "age": ("1",),
    "duplicate": ("1",),
    "payment": ("1",),
    "register-match": ("1",),
    "sanction-list": ("1",),
}
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


def require_version(check: str, version: str, where: str) -> None:
    """Refuse a check, or a version of it, that is not registered (`unknown-check-version`)."""
    versions: tuple[str, ...] = next((known for name, known in CHECKS.items() if name == check), ())
    if version not in versions:
        known = ", ".join(f"{each} version {number}" for each, numbers in CHECKS.items() for number in numbers)
        found = f"{check} version {version}" + ("" if versions else nearest(check, CHECKS))
        raise refused("unknown-check-version", where, f"one of {known}", found, "Correct the check or its version")
