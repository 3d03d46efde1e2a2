"""One published number: which cell of a count it stands in, as printed."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.errors import RefusedError, nearest
from ledger.event import Canonical
from ledger.field import ALL, Id
from ledger.streams.contest import Contest

STAGES_MAX = 10_000
FIGURES_MAX = 2_000  # of one publication; more are recorded as further publications
DECIMALS_MAX = 9

Decimal = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?$")]
Measure = Literal[
    "votes",
    "section-share",
    "points",
    "share",
    "valid",
    "non-transferable",
    "quota",
    "distributed",
    "returned",
    "rejected",
    "turnout",
]


class Figure(Canonical):
    """One published cell: where it stands, its value as printed, and to how many decimals it was published.

    In percent: `section-share` is of the section's continuing papers, `share` of all of them or of the whole college,
    `points` what a section gives to that; `turnout` is papers returned of papers distributed.
    """

    candidate: Id | None = Field(None, description="id of the candidate; left out for a section's total")
    certainty: Literal["sourced", "unconfirmed"] = "sourced"
    decimals: int = Field(0, ge=0, le=DECIMALS_MAX)
    measure: Measure
    section: Id = Field(ALL, description="id of the section, or `all`")
    stage: int = Field(ge=1, le=STAGES_MAX)
    value: Decimal

    @model_validator(mode="after")
    def _has_its_decimals(self) -> Self:
        """A value has no more places after the point than it was published to."""
        if len(self.value.partition(".")[2]) > self.decimals:
            raise ValueError(f"{self.value} has more places after the point than decimals, {self.decimals}")
        return self

    @property
    def cell(self) -> tuple[int, str, str, str]:
        """Stage, section, candidate (empty for a total), measure."""
        return (self.stage, self.section, self.candidate or "", self.measure)

    def says(self) -> str:
        """Name the cell in words."""
        who = f"{self.candidate} " if self.candidate else ""
        return f"stage {self.stage}, {self.section}, {who}{self.measure}"


def require_named(elected: tuple[str, ...], figures: tuple[Figure, ...], contest: Contest) -> None:
    """Refuse figures of candidates or sections that the contest has not (`unknown-candidate`, `unknown-section`)."""
    known = contest.candidates
    named: list[tuple[int | None, str]] = [(None, name) for name in elected]
    named += [(row, figure.candidate) for row, figure in enumerate(figures, 1) if figure.candidate]
    for row, name in named:
        if name not in known:
            raise RefusedError(
                "unknown-candidate",
                f"contest {contest.id}",
                expected="ids of the contest's candidates",
                found=f"{name}{nearest(name, known)}",
                remedy="Correct the id",
                row=row,
            )
    for row, figure in enumerate(figures, 1):
        if figure.section != ALL and figure.section not in contest.sections:
            raise RefusedError(
                "unknown-section",
                f"contest {contest.id}, {figure.says()}",
                expected="a section of the contest, or all",
                found=f"{figure.section}{nearest(figure.section, contest.sections)}",
                remedy="Correct the section",
                row=row,
            )


def printed(value: str, decimals: int) -> str:
    """Write a published value with all its decimals, as `13.91` published to three is `13.910`."""
    whole, _, rest = value.partition(".")
    return f"{whole}.{rest.ljust(decimals, '0')}" if decimals else value
