"""The figures that a published analysis has to agree with, and the port through which decisions see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from ledger.rules.question import Question

Verdict = Literal["exact", "bounded", "cannot-say"]
Effect = Literal["same", "changed", "could-not", "could", "by-lot", ""]


@dataclass(frozen=True, slots=True)
class AnalysisFigures:
    """A verdict on a question as a projection gives it at a position.

    Attributes:
        certificate: digest of all that it takes to check it.
        engine: by which version of the analysis.
        small: whether so few papers differ that it would tell how they are marked.
    """

    position: int
    verdict: Verdict
    effect: Effect
    certificate: str
    engine: str
    small: bool


class AnalysisPort(Protocol):
    """The port through which a decision on an analysis sees the analysis."""

    def analysis(self, contest: str, question: Question) -> AnalysisFigures:
        """Answer a question on a contest as of the ledger's last event."""
        ...
