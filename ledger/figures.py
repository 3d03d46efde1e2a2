"""The figures that decisions have to agree with: what a projection gives at a position, and the port to it.

The command line injects the implementation; an event keeps the position and a digest, and `verify` computes both again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ledger.batches.marking import PapersPort
from ledger.case_papers import CasePapersPort
from ledger.retention_figures import RetentionFigures
from ledger.roll_figures import RollFigures
from ledger.whatif_figures import AnalysisPort


@dataclass(frozen=True, slots=True)
class CountFigures:
    """A count as a projection gives it at a position: what a declaration must agree with.

    Attributes:
        digest: of the stage table.
        cells: (stage, section, candidate, measure) -> exact value.
        stage: the last one; where the count stopped, `lot_needed` are tied there, for `lot_for`.
        distributed: papers of all sections by their ballot accounts, None where a section has none; and `returned`.
        rejected: papers, by the count and by the accounts.
    """

    position: int
    digest: str
    elected: tuple[str, ...]
    cells: Mapping[tuple[int, str, str, str], str]
    stage: int = 1
    lot_needed: tuple[str, ...] = ()
    lot_for: Literal["", "surplus", "exclusion", "place"] = ""
    distributed: int | None = None
    returned: int | None = None
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class HeadsFigures:
    """The heads of all streams as of a position: how many streams, and the root over their heads."""

    position: int
    streams: int
    root: str


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """The batches of papers of a contest as of a position: stream to the digest of what was taken in."""

    position: int
    contents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NomineeFigures:
    """What a nominee has come to.

    Attributes:
        counts: class of nominators -> nominations that stand.
        tests: threshold -> (needed, has); needed is None where a size is not on record.
        reasons: why the nominee is not validly nominated; none where valid.
    """

    name: str
    counts: Mapping[str, int]
    tests: Mapping[str, tuple[int | None, int]]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NominationFigures:
    """The nominations of a contest as of a position: what a statement of persons nominated must agree with.

    Attributes:
        digest: of every nomination with what became of it.
        nominees: by id, those who were ever nominated, and an incumbent who need not be.
        late: nominations received late, and `void`, received in time, that do not stand.
        unruled: nominators whose irregular nomination was not ruled on.
        unsized: classes with their measure whose size a threshold needs and that is not on record.
    """

    position: int
    digest: str
    nominees: Mapping[str, NomineeFigures]
    late: int = 0
    void: int = 0
    unruled: tuple[str, ...] = ()
    unsized: tuple[str, ...] = ()


class Figures(PapersPort, CasePapersPort, AnalysisPort, Protocol):
    """The port through which decisions see projections; the command line injects them."""

    def count(self, contest: str) -> CountFigures:
        """Give the count of a contest as of the ledger's last event."""
        ...

    def batches(self, contest: str) -> BatchFigures:
        """Give the batches of papers of a contest as of the ledger's last event."""
        ...

    def nominations(self, contest: str) -> NominationFigures:
        """Give the nominations of a contest as of the ledger's last event."""
        ...

    def roll(self, election: str) -> RollFigures:
        """Give the roll of an election as of the ledger's last event."""
        ...

    def heads(self) -> HeadsFigures:
        """Give the heads of all streams as of the ledger's last event."""
        ...

    def retention(self, person: str = "", register: str = "") -> RetentionFigures:
        """Give how long what the vault holds of a person, or of everybody in a register, has to be kept."""
        ...
