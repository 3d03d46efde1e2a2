"""How long what the vault holds has to be kept: a year after the last result of each election somebody had a part in.

Read from the short streams of elections and contests, and of a person by name: a ledger of two million events answers
as fast as one of a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.batches.intake import APPLICATIONS
from ledger.decision import fold
from ledger.record import Record
from ledger.retention_figures import RetentionFigures
from ledger.streams.application import application_stream
from ledger.streams.contest import ContestDefined
from ledger.streams.entry import entry_stream
from ledger.streams.linkage import a_year_after
from ledger.streams.result import ResultAnnulled, ResultCorrected, ResultDeclared, result_stream
from ledger.streams.retention import retention_stream

DECIDED = (ResultDeclared, ResultCorrected, ResultAnnulled)


def retention_of(record: Record, person: str) -> RetentionFigures:
    """Give how long a person's data has to be kept, by the elections that they have entries in or applied to."""
    position = record.head().size - 1
    application = application_stream(person)
    applied = fold(application, (event for _, event in record.stream(application.stream))).election
    elections = {name for name in _elections(record) if name == applied or _has_part(record, name, person)}
    return RetentionFigures(position, tuple(sorted(elections)), _until(record, elections))


def retention_of_all(record: Record, register: str) -> RetentionFigures:
    """Give how long the data of a whole register has to be kept: one of members may have served every election."""
    position = record.head().size - 1
    names = _elections(record)
    own = register.removeprefix(APPLICATIONS)
    elections = {own} & names if register.startswith(APPLICATIONS) else names
    taken_in = {stream.split("/")[1] for stream in record.streams_of("batch-received.v1", "intake/")}
    registers = taken_in | {f"{APPLICATIONS}{name}" for name in names}
    held = tuple(sorted(set(held_people(record))))
    return RetentionFigures(
        position, tuple(sorted(elections)), _until(record, elections), held, tuple(sorted(registers))
    )


def held_people(record: Record) -> Iterator[str]:
    """Give the people under a legal hold."""
    for stream in record.streams_of("retention-held.v1", "vault/"):
        person = stream.partition("/")[2]
        if fold(retention_stream(person), (event for _, event in record.stream(stream))).holds:
            yield person


def _elections(record: Record) -> set[str]:
    return {stream.partition("/")[2] for stream in record.streams_of("election-called.v1", "election/")}


def _has_part(record: Record, election: str, person: str) -> bool:
    return bool(record.stream(entry_stream(election, person).stream))


def _until(record: Record, elections: set[str]) -> str | None:
    """Give a year after the last result of these elections; None where one has no contest, or one without a result."""
    last: dict[str, list[str | None]] = {name: [] for name in elections}
    for stream in record.streams_of("contest-defined.v1", "contest/") if elections else ():
        for _, event in record.stream(stream):
            if isinstance(event, ContestDefined) and event.election in last:
                last[event.election].append(_decided(record, event.contest))
    if not last or not all(last.values()):
        return None
    decided = [moment for moments in last.values() for moment in moments]
    known = [moment for moment in decided if moment is not None]
    return a_year_after(max(known)) if len(known) == len(decided) else None


def _decided(record: Record, contest: str) -> str | None:
    results = [event for _, event in record.stream(result_stream(contest).stream) if isinstance(event, DECIDED)]
    return max((event.effective for event in results), default=None)
