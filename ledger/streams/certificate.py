"""`certificate/<register>/<file>`: an affiliate's officer certifies a list of its members; without it none is taken in.

Source: the Labour Party's practice of 2015: a union supplies its affiliated supporters as lists, some on the last day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field

from ledger.batches.intake import ROWS_MAX, IntakeId
from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Audience, Event
from ledger.field import Count, Id, Time
from ledger.streams.batch_head import BatchHead
from ledger.streams.nominated import Day


class ListCertified(Event):
    """An affiliate certified a list: its file, and by the affiliate's own books how many are on it, as of a day.

    `levy` are those who pay it, `declared` those who declared their support; left out where the list does not say. A
    list with `due` that is certified after that moment is late, and on record all the same.
    """

    audience = Audience.RESTRICTED
    type: Literal["list-certified.v1"] = "list-certified.v1"
    affiliate: Id
    as_of: Day
    declared: Count | None = None
    due: Time | None = None
    file: IntakeId
    levy: Count | None = None
    register_id: Id
    rows: Count

    @property
    def late(self) -> bool:
        """Whether it was recorded after it was due."""
        return self.due is not None and self.recorded > self.due


@dataclass(frozen=True, slots=True)
class Certificate(State):
    """The certificate of a list as it was given last."""

    certified: ListCertified | None = None

    def evolve(self, event: Event) -> Certificate:
        """Give the certificate after one more event."""
        match event:
            case ListCertified():
                return replace(self, version=event.version, certified=event)
        raise TypeError(f"{event.type} does not belong to a certificate")

    def require(self, affiliate: str, totals: Mapping[str, Any], where: str) -> None:
        """Refuse a list that its affiliate did not certify, or not with these totals.

        Raises:
            RefusedError: `uncertified-batch`, `totals-differ`.
        """
        said = self.certified
        if said is None or said.affiliate != affiliate:
            found_one = f"one by {said.affiliate}" if said else "none"
            remedy = "Let the affiliate's officer certify the file first: pollbook certify FILE --mapping MAP"
            raise refused("uncertified-batch", where, f"a certificate of {affiliate}", found_one, remedy)
        for name, code, expected, found in differences(said, totals):
            remedy = "Ask the affiliate which is right; it certifies the list anew, or sends another"
            raise refused(code, f"{where}, {name}", expected, found, remedy)


def differences(said: ListCertified, totals: Mapping[str, Any]) -> Iterator[tuple[str, str, int, int]]:
    """Give where a list is not as certified: field, code, the certificate's number, the list's."""
    for name in ("rows", "levy", "declared"):
        certified: int | None = getattr(said, name)
        if certified is not None and certified != (totals.get(name) or 0):
            yield name, "totals-differ", certified, totals.get(name) or 0


def certificate_stream(register: str, file: str) -> Certificate:
    """Name the stream of the certificate of a list."""
    return Certificate(f"certificate/{register}/{file}")


class CertifyList(Command):
    """Certify a list of an affiliate's members before it is taken in: pollbook certify FILE --mapping MAP.

    The numbers are those of the affiliate's own books, not of the file: an import whose numbers differ is refused.
    """

    signed = True

    register_id: Id = Field(description="id of the register that the list is for")
    affiliate: Id = Field(description="id of the affiliate whose members are on it")
    file: IntakeId = Field(description="keyed digest of the file and how it is read; pollbook certify fills it in")
    rows: int = Field(ge=1, le=ROWS_MAX, description="how many members are on the list, by the affiliate's books")
    as_of: Day = Field(description="the day as of which the list is drawn up")
    levy: Count | None = Field(None, description="how many of them pay the political levy, where the list says who")
    declared: Count | None = Field(None, description="how many declared their support, where the list says who")
    due: Time | None = Field(None, description="when lists were due (UTC); one after it is late, and recorded as that")


@decision(
    CertifyList,
    certificate=lambda c, _: certificate_stream(c.register_id, c.file),
    intake=lambda c, _: BatchHead(f"intake/{c.register_id}/{c.file}"),
)
def certify_list(command: CertifyList, act: Act, certificate: Certificate, intake: BatchHead) -> Outcome:
    """Decide that a list may be certified; with other numbers it may be certified anew, until it is taken in.

    Raises:
        RefusedError: `future-dated`, `other-affiliate`, `list-taken-in`, in that order.
    """
    where = f"list {command.file} of {command.affiliate}"
    if command.as_of > act.now[: len(command.as_of)]:
        raise refused("future-dated", where, f"a day up to {act.now[:10]}", command.as_of, "Correct the day")
    before = certificate.certified
    fields = {
        name: getattr(command, name) for name in ("affiliate", "as_of", "declared", "due", "file", "levy", "rows")
    }
    fields["register_id"] = command.register_id
    if before is not None:
        if before.affiliate != command.affiliate:
            raise refused("other-affiliate", where, before.affiliate, command.affiliate, "Certify your own list")
        if all(getattr(before, name) == value for name, value in fields.items()):
            return Outcome()
    if intake.exists:
        expected = "a certificate before the list is taken in"
        remedy = "A later list of the affiliate has its own certificate"
        raise refused("list-taken-in", where, expected, "one taken in as it was certified", remedy)
    return Outcome([ListCertified(**act.on(certificate), **fields)])
