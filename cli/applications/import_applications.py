"""`pollbook import applications FILE --mapping MAP`: a file of applications as one batch."""

from __future__ import annotations

from cli.applications.application_rows import ApplicationMapping, ApplicationReader
from cli.batch_file import BatchFile
from cli.office import system_clock
from cli.registers.import_members import Judge, Sort, import_members
from ledger.batches.application_leaf import ApplicationLeaves
from ledger.decision import AnyState, fold
from ledger.record import Record
from ledger.streams.applications import ReceiveApplications, register_of
from ledger.streams.applying import Terms
from ledger.streams.fee import fee_stream
from ledger.streams.timetable import timetable_stream


def import_applications(asked: BatchFile) -> None:
    """Take in a file of applications, or say what would become of its rows; refusals are those of `import_members`."""
    import_members(APPLICATIONS, asked)


def _judge(ledger: Record, command: ReceiveApplications) -> Judge:
    """Judge applications as the ledger stands now."""
    timetable = stands(ledger, timetable_stream(command.election))
    terms = Terms(command.election, timetable, stands(ledger, fee_stream(command.election)))
    return ApplicationLeaves({}, command.election, terms, system_clock()).judge


def stands(ledger: Record, empty: AnyState) -> AnyState:
    """Give a stream as it stands."""
    return fold(empty, (event for _, event in ledger.stream(empty.stream)))


APPLICATIONS = Sort(
    ReceiveApplications,
    lambda command: register_of(command.election),
    ApplicationMapping,
    ApplicationReader,
    "applications",
    "received",
    _judge,
)
