"""A mapping file for applications, and what one row of such a file says.

key = "Receipt"                     # the receipt number; letters and digits count, small and large are the same
times = "%d/%m/%Y %H:%M:%S"         # how moments are written; YYYY-MM-DDThh:mm:ssZ if left out
zone = "Europe/London"              # whose local times they are; UTC if left out
declaration = "sha256:..."          # content hash of the declaration that those made who made it

[public]                            # category, channel, concession, declaration, received, region, unit
received = "Submitted"
declaration = "I support the aims"  # yes, true, 1 or x: made; no, false, 0 or nothing: not made

[private]                           # name, address, born, email, phone, number: to the vault alone
name = ["First name", "Surname"]
email = "E-mail"

[set]                               # the same in every row
category = "registered-supporters"
channel = "online"

[words.concession]                  # which of the concessions of the fee, counted from 1
"Under 27" = "1"
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from cli.registers.member_mapping import Mapping_, Places
from cli.registers.member_rows import REMEMBERED_MAX, SERIAL, RejectError, RowReader
from ledger.errors import RefusedError
from ledger.field import Hash, Id, check_time
from ledger.rules.local_time import Zone, dated
from ledger.streams.applying import Claim

ISO = "%Y-%m-%dT%H:%M:%SZ"
MADE = frozenset(("yes", "y", "true", "1", "x", "made"))
NOT_MADE = frozenset(("", "no", "n", "false", "0", "not"))

Shared = Literal["category", "channel", "concession", "declaration", "region", "unit"]
Public = Literal["category", "channel", "concession", "declaration", "region", "unit", "received"]


class ApplicationMapping(Mapping_):
    """A mapping file for applications as it is written."""

    dated: ClassVar[tuple[str, str]] = ("received", "")
    needed: ClassVar[tuple[str, ...]] = ("category", "channel", "declaration", "received")

    times: str = ISO
    zone: Zone = "UTC"
    declaration: Hash
    # Narrower names than a member's; a dict of them is no dict of the others to mypy, and nothing is ever put in.
    public: dict[Public, str] = {}  # type: ignore[assignment]
    set: dict[Shared, Id] = {}  # type: ignore[assignment]
    words: dict[Shared, dict[str, Id]] = {}  # type: ignore[assignment]


class ApplicationReader(RowReader):
    """Reads the rows of one file of applications."""

    def __init__(self, mapping: ApplicationMapping, places: Places) -> None:
        super().__init__(mapping, places)
        self._declaration = mapping.declaration
        self._times = mapping.times
        self._zone = mapping.zone

    def key_of(self, cells: list[str] | None) -> str:
        """Give the receipt number; empty if there is none, or it cannot be trusted."""
        return receipt_told(super().key_of(cells))

    def _stand(self, shared: Any, cells: list[str]) -> Any:
        fields: dict[str, Any] = {str(name): value for name, value in self._mapping.set.items()}
        for name, column in self._places.shared.items():
            said = cells[column]
            words = self._words.get(name)
            fields[name] = said if name == "declaration" and words is None else self._id(words, said)
        if not fields.get("category") or not fields.get("channel"):
            raise RejectError("bad-id")
        concession = fields.get("concession")
        if concession is not None and not concession.isdecimal():
            raise RejectError("unknown-word")
        fields["concession"] = None if concession is None else int(concession)
        fields["declaration"] = self._declared(fields["declaration"] or "")
        if len(self._standings) >= REMEMBERED_MAX:
            self._standings.clear()
        standing: Any = Claim(**fields)
        self._standings[shared] = standing
        return standing

    def _declared(self, said: str) -> str | None:
        if said.casefold() not in MADE | NOT_MADE:
            raise RejectError("unknown-word")
        return self._declaration if said.casefold() in MADE else None

    def _days_of(self, cells: list[str]) -> tuple[str | None, str | None]:
        column = self._places.days[0]
        if column is None:
            raise TypeError("a mapping of applications has a column of moments")
        return self._moment(cells[column]), None

    def _moment(self, cell: str) -> str:
        if SERIAL.fullmatch(cell):
            raise RejectError("time-mangled")
        try:
            if self._times == ISO and self._zone == "UTC":
                return check_time(cell)
            local = datetime.strptime(cell, self._times).isoformat()
            return dated(local, self._zone, None, "received").utc
        except ValueError:
            raise RejectError("bad-time") from None
        except RefusedError as refused:
            raise RejectError(refused.code) from None


def receipt_told(number: str) -> str:
    """Give what tells a receipt number from others, however a bank or a hand wrote it: letters and digits, large."""
    return "".join(filter(str.isalnum, number)).upper()
