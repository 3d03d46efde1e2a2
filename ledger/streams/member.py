"""`intake/<register>/<digest>`: a register of members, an affiliate's list or the like, taken in from a file.

Each row that is accepted is somebody's own stream, `person/<key>`: the key is a keyed digest, under a secret of the
vault, of what tells the row from others in its register (as a membership number). So a row is registered once,
whichever file it comes in; the store itself refuses the second. Members are recorded in the order of their keys,
which says nothing of the file's. Who they are lives in the vault alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr

from ledger.batches.intake import APPLICATIONS, Intake, Row, Rows, Tally
from ledger.batches.intake import ROWS_MAX as ROWS_MAX
from ledger.batches.intake import IntakeId as IntakeId
from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Canonical, Event, Private
from ledger.field import Count, Hash, Id
from ledger.streams.certificate import Certificate, certificate_stream
from ledger.streams.freezes import Freezes, freezes_stream
from ledger.streams.nominated import Day

Declaration = Literal["made", "not"]  # whether somebody declared support for the party
Levy = Literal["pays", "not"]  # whether a member of an affiliate pays the political levy
NOTHING: Mapping[str, Any] = {}


class MemberRegistered(Event):
    """Somebody was found in a register: in which category and where, and since when. It counts once the batch does.

    `identity` packs all that is personal into one disclosure. `levy` and `declaration` are as an affiliate's list
    has them.
    """

    audience = Audience.RESTRICTED
    type: Literal["member-registered.v1"] = "member-registered.v1"
    affiliate: Id | None = None
    category: Id
    declaration: Declaration | None = None
    identity: Private
    joined: Day | None = None
    lapsed: Day | None = None
    levy: Levy | None = None
    region: Id | None = None
    section: Id | None = None
    unit: Id | None = None


class BatchReceived(Event):
    """A file of rows was received, `file` the keyed digest of it and of how it is read, and is being taken in.

    Of a list of an affiliate, `levy` and `declared` are how many of its rows pay the levy, and declared their support.
    """

    audience = Audience.RESTRICTED
    type: Literal["batch-received.v1"] = "batch-received.v1"
    affiliate: Id | None = None
    declared: Count | None = None
    file: IntakeId
    levy: Count | None = None
    register_id: Id
    rows: Count


class Rejected(Canonical):
    """How many rows were rejected for one reason."""

    code: Id
    rows: Count


class BatchReconciled(Event):
    """A file was taken in whole: its rows are those registered, those amended, those held as they are, those rejected.

    `digest` is the SHA-256 over the leaf hashes (RFC 6962) of those registered and amended, in the order of the ledger.
    """

    audience = Audience.RESTRICTED
    type: Literal["batch-reconciled.v1"] = "batch-reconciled.v1"
    accepted: Count
    amended: Count | None = None
    digest: Hash
    file: IntakeId
    held: Count
    register_id: Id
    rejected: tuple[Rejected, ...]
    rows: Count


@dataclass(frozen=True, slots=True)
class IntakeState(State):
    """An intake as it stands: absent, open, or reconciled."""

    received: BatchReceived | None = None
    reconciled: BatchReconciled | None = None

    def evolve(self, event: Event) -> IntakeState:
        """Give the intake after one more event."""
        match event:
            case BatchReceived():
                return replace(self, version=event.version, received=event)
            case BatchReconciled():
                return replace(self, version=event.version, reconciled=event)
        raise TypeError(f"{event.type} does not belong to an intake")


def intake_stream(register: str, file: str) -> IntakeState:
    """Name the stream of an intake."""
    return IntakeState(f"intake/{register}/{file}")


class Given(Command):
    """What the commands that take in a file have in common: which file, and its rows."""

    file: IntakeId = Field(description="keyed digest of the file and how it is read; the import fills it in")
    rows: int = Field(ge=1, le=ROWS_MAX, description="number of rows; the import fills it in")

    _source: Rows | None = PrivateAttr(None)

    def of(self, source: Rows) -> Self:
        """Give the command its rows."""
        self._source = source
        return self

    @property
    def source(self) -> Rows | None:
        """The rows; None where the command did not come from an import."""
        return self._source


class RegisterMembers(Given):
    """Take in a register of members from a CSV file, as one batch: pollbook import register-members FILE --mapping MAP.

    What is personal goes to the vault. Rows that cannot be accepted are kept there too, to be put right and
    imported again; a row that was registered before is not registered twice.
    """

    signed = True
    coined = frozenset({"register_id"})

    register_id: Id = Field(description="id of the register: the members', or an affiliate's list")
    affiliate: Id | None = Field(None, description="id of the affiliate whose list it is; the import fills it in")
    levy: Count | None = Field(None, description="rows that pay the levy, of such a list; the import fills it in")
    declared: Count | None = Field(None, description="rows that declared support; the import fills it in")


@decision(
    RegisterMembers,
    intake=lambda c, _: intake_stream(c.register_id, c.file),
    certificate=lambda c, _: certificate_stream(c.register_id, c.file),
    freezes=lambda _c, _s: freezes_stream(),
)
def register_members(
    command: RegisterMembers, act: Act, intake: IntakeState, certificate: Certificate, freezes: Freezes
) -> Outcome:
    """Decide that a register may be taken in; an affiliate's list, only as the affiliate certified it.

    A row that would have somebody otherwise than they were on the day of a freeze is rejected.

    Raises:
        RefusedError: `reserved-register`, `uncertified-batch`, `totals-differ`, `no-rows-given`, `batch-differs`, in
            that order.
    """
    if command.register_id.startswith(APPLICATIONS):
        found, remedy = command.register_id, "Give the register another id"
        raise refused("reserved-register", "register", f"an id that does not begin {APPLICATIONS}", found, remedy)
    where = f"register {command.register_id}, file {command.file}"
    remedy = "Give the file: pollbook import register-members FILE --mapping MAP"
    totals = command.model_dump(include={"affiliate", "declared", "levy"})
    if command.affiliate is not None and not intake.reconciled:
        certificate.require(command.affiliate, {"rows": command.rows, **totals}, where)

    judge = judge_of(command, act.now)
    outcome = intake_of(act, intake, command, command.register_id, where, remedy, totals, judge)
    if not isinstance(outcome.batch, Intake):
        return outcome
    held = {freezes.stream: freezes.version}
    return replace(outcome, batch=replace(outcome.batch, frozen=freezes.moment, guarded=held))


def judge_of(command: RegisterMembers, now: str) -> Callable[[Row], str]:
    """Give what says why a row that is fit by itself is rejected: `other-affiliate`, `future-dated`, or nothing.

    Args:
        now: moment (UTC) of deciding; nobody joined after the day that it is.
    """
    affiliate, today = command.affiliate, now[:10]

    def judge(row: Row) -> str:
        if row.standing.affiliate != affiliate:
            return "other-affiliate"
        return "future-dated" if (row.days[0] or "") > today else ""

    return judge


def intake_of(
    act: Act,
    intake: IntakeState,
    command: Given,
    register: str,
    where: str,
    remedy: str,
    totals: Mapping[str, Any] = NOTHING,
    judge: Callable[[Row], str] | None = None,
) -> Outcome:
    """Decide that rows may be taken in, or gone on with; nothing is to do where they were.

    Args:
        totals: what else the event says that the file was received; `judge` as an intake has it.

    Raises:
        RefusedError: `no-rows-given`, `batch-differs`.
    """
    if intake.reconciled:
        return Outcome()
    if command.source is None:
        raise refused("no-rows-given", where, "the rows of a file", "none", remedy)
    before = intake.received
    if before and before.rows != command.rows:
        remedy = "Give the file that the import was begun with"
        raise refused("batch-differs", where, f"{before.rows} rows", command.rows, remedy)
    shared: dict[str, Any] = {"file": command.file, "register_id": register, "rows": command.rows}
    opened = before or BatchReceived(**act.on(intake), **shared, **totals)
    member = {"actor": opened.actor, "batch": intake.stream, "effective": opened.effective}

    def closed(tally: Tally, digest: str, now: str) -> Event:
        envelope = act.on(intake) | {"version": 2, "recorded": now}
        rejected = tuple(Rejected(code=code, rows=rows) for code, rows in sorted(tally.rejected.items()))
        tallied: Mapping[str, Any] = {"accepted": tally.accepted, "held": tally.held, "rejected": rejected}
        return BatchReconciled(**envelope, **shared, **tallied, amended=tally.amended or None, digest=digest)

    return Outcome((), Intake(intake.stream, opened, command.source, member, closed, judge=judge))
