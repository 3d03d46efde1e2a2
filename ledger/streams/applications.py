"""Applications by the thousand: a file of them, taken in as a register is (see `member`).

Its register is `applications-<election>`, its rows are streams `application/<key>`; the key is that of the receipt
number, so that an application is received once, whichever file it comes in.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from ledger.batches.intake import APPLICATIONS, Intake
from ledger.decision import Act, Outcome, decision
from ledger.field import Id
from ledger.streams.applying import Terms
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.fee import Fees, fee_stream
from ledger.streams.member import Given, IntakeState, intake_of, intake_stream
from ledger.streams.timetable import Timetable, timetable_stream


def register_of(election: str) -> str:
    """Name the register of an election's applications."""
    return f"{APPLICATIONS}{election}"


class ReceiveApplications(Given):
    """Receive applications from a CSV file, as one batch: pollbook import applications FILE --mapping MAP.

    Each gets the fee of the moment it was received; late ones are recorded as late. What is personal goes to the
    vault. Rows that cannot be accepted are kept there too, to be put right and imported again.
    """

    signed = True

    election: Id = Field(max_length=51, description="id of the election")


@decision(
    ReceiveApplications,
    election=lambda c, _: election_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
    fees=lambda c, _: fee_stream(c.election),
    intake=lambda c, _: intake_stream(register_of(c.election), c.file),
)
def receive_applications(
    command: ReceiveApplications, act: Act, election: Election, timetable: Timetable, fees: Fees, intake: IntakeState
) -> Outcome:
    """Decide that a file of applications may be taken in.

    Raises:
        RefusedError: `unknown-election`, `no-rows-given`, `batch-differs`, in that order.
    """
    require_election(election, command.election)
    register = register_of(command.election)
    remedy = "Give the file: pollbook import applications FILE --mapping MAP"
    outcome = intake_of(act, intake, command, register, f"{register}, file {command.file}", remedy)
    if not isinstance(outcome.batch, Intake):
        return outcome
    terms = Terms(command.election, timetable, fees)
    from ledger.batches.application_leaf import ApplicationLeaves  # its module needs the events of this package

    leaves = ApplicationLeaves(outcome.batch.member, command.election, terms, act.now)
    return Outcome((), replace(outcome.batch, leaves=leaves, judge=leaves.judge))
