"""What a ledger that is kept live refuses: acts dated back before what is on record by the time they are recorded.

A transcript, and an unfounded ledger, is written long after what it tells: there the moment at which an act took effect
is all there is to go by.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import refused
from ledger.streams.body import Fault
from ledger.streams.founding import Founding
from ledger.streams.nominated import Nominations


def stated_faults(founding: Founding, nominations: Nominations) -> Iterator[Fault]:
    """Find that the statement of persons nominated is out, which nominations and acceptances have to come before."""
    if founding.is_live and nominations.statement is not None:
        published = nominations.statement.recorded
        yield "statement-published", "an act recorded before the statement of persons nominated", f"one of {published}"


def dated_back_faults(founding: Founding, effective: str, what: str, recorded: str) -> Iterator[Fault]:
    """Find an act that is to take effect before what it follows was recorded.

    Args:
        what: it follows, recorded at that moment (UTC).
    """
    if founding.is_live and effective < recorded:
        yield "dated-back", f"a moment from {recorded} on, when {what} was recorded", effective


def require_unstated(founding: Founding, nominations: Nominations, where: str) -> None:
    """Refuse what would change a statement of persons nominated that is out, whatever date it is given.

    Raises:
        RefusedError: `statement-published`.
    """
    for code, expected, found in stated_faults(founding, nominations):
        raise refused(code, where, expected, found, "It comes too late; the candidate may still withdraw")


def require_not_dated_back(founding: Founding, effective: str, what: str, recorded: str, where: str) -> None:
    """Refuse an act that is to take effect before what it follows was recorded (`dated-back`)."""
    for code, expected, found in dated_back_faults(founding, effective, what, recorded):
        raise refused(code, where, expected, found, "Leave effective out, or say the moment at which it happened")
