"""The streams of published analyses: which state they fold into, and what they are named after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.streams.analysis import Analyses, AnalysisPublished

if TYPE_CHECKING:
    from ledger.decision import State
    from ledger.event import Event

ANALYSIS_KINDS: dict[str, type[State]] = {"analysis": Analyses}


def analysis_place(event: Event) -> str:
    """Give the stream that an analysis belongs to by its fields; empty for any other event."""
    return f"analysis/{event.contest}" if isinstance(event, AnalysisPublished) else ""
