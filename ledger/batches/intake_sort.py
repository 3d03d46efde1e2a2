"""What becomes of rows, by what ledger and vault hold: registered, amended, held as they are, or rejected, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from ledger.batches.intake import NO_KEY, PERSON, Row, Rows, Tally, prefix_of
from ledger.batches.member_leaf import STANDINGS_MAX
from ledger.decision import fold
from ledger.event import Event
from ledger.privacy.member_pack import FIELD
from ledger.privacy.member_vault import Known, RejectedRow
from ledger.privacy.vault import Vault
from ledger.record import Record
from ledger.storage.recorder import PAGE_ROWS
from ledger.streams.member_history import DAY_LENGTH, Member
from ledger.streams.membership import MemberAmended

ERASED = "member-erased"
SINGLY = "recorded-singly"
BACKDATED = "backdated-over-freeze"
NOTHING: Mapping[bytes, bool] = {}


# A row to register, its key, the digest of its disclosure if the vault has that already, the digest of the row; and
# the version that it will be of its stream.
Accepted = tuple[Row, str, str, bytes]
Amended = tuple[Row, str, str, bytes, int]


@dataclass(slots=True)
class Sorted:
    """A page sorted: rows to register or to amend, how many this intake did before or are held, and rows rejected.

    `before` are those that this intake registered before it was killed, `before_amended` those that it amended.
    """

    accepted: list[Accepted] = field(default_factory=list)
    amended: list[Amended] = field(default_factory=list)
    before: int = 0
    before_amended: int = 0
    held: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    last: bytes = NO_KEY  # key of the last row accepted or held, here or before


class Sorter:
    """Says what becomes of rows, by what ledger and vault hold.

    Args:
        mine: keys that this intake has registered already, each with whether it was one to amend.
        judge: row -> the code it is rejected for, or nothing.
        frozen: moment (UTC) of the last freeze of a roll; empty if there is none. `effective`, of the intake.
    """

    def __init__(
        self,
        ledger: Record,
        vault: Vault,
        intake: str,
        mine: Mapping[bytes, bool] = NOTHING,
        judge: Callable[[Row], str] | None = None,
        frozen: str = "",
        effective: str = "",
    ) -> None:
        self._frozen = frozen
        self._effective = effective
        self._ledger = ledger
        self._vault = vault
        self._mine = mine
        self._judge = judge
        self._prefix = prefix_of(intake)
        self._hashed = blake2b(key=vault.keyed("rows of registers", b""), digest_size=16)
        self._texts: dict[Any, str] = {}

    def sort(self, page: list[Row], last: bytes) -> Sorted:
        """Sort a page of rows.

        Args:
            last: key of the last row accepted or held before this page.
        """
        done = Sorted(last=last)
        first_name, last_name = page[0].key.hex(), page[-1].key.hex()
        taken = self._ledger.streams_between(self._prefix + first_name, self._prefix + last_name)
        known = self._vault.members.known(first_name, last_name)
        fresh = not (taken or known or self._mine)
        accepted, digest, judge = done.accepted, self._digest, self._judge
        for row in page:
            key = row.key.hex()
            code = row.code
            if not code and row.key == done.last:
                code = "row-repeated"
            if judge and not code:
                code = judge(row)
            if not code and fresh:
                done.last = row.key
                accepted.append((row, key, "", digest(row)))
            elif not code:
                code = self._place(row, key, taken, known, done)
            if code:
                raw = b"" if code == ERASED else row.raw  # what was erased is not taken in again this way
                done.rejected.append(RejectedRow(row.number, key, code, raw))
        return done

    def _place(self, row: Row, key: str, taken: set[str], known: Mapping[str, Known], done: Sorted) -> str:
        """Give the code of a row that is fit by itself and yet rejected; else enter it."""
        done.last = row.key
        if row.key in self._mine:
            done.before += not self._mine[row.key]
            done.before_amended += self._mine[row.key]
            return ""
        held = known.get(key)
        if held is None and self._prefix + key in taken:
            return SINGLY if self._vault.holds(f"{PERSON}{key}") else ERASED
        digest = self._digest(row)
        if held is None or self._prefix + key not in taken:
            if held is not None and held.row != digest:
                return "being-registered"
            done.accepted.append((row, key, held.digest if held else "", digest))
            return ""
        if held.version == 1 and held.row == digest:
            done.held += 1
            return ""
        if self._prefix != PERSON:
            return "differs-from-register"
        return self._amend(row, held, digest, done)

    def _amend(self, row: Row, held: Known, digest: bytes, done: Sorted) -> str:
        """Enter a row that says otherwise than the first of its key, if it says otherwise than the last.

        The last may be in the vault alone: another import is under way with it, or was killed.
        """
        key = row.key.hex()
        events = self._ledger.stream(PERSON + key)
        recorded = any(held.digest == getattr(event, FIELD, None) for _, event in events)
        if recorded and held.row == digest:
            done.held += 1
        elif not recorded and held.row != digest:
            return "being-registered"
        elif self._reaches_back(row, [event for _, event in events]):
            return BACKDATED
        else:
            done.amended.append((row, key, "" if recorded else held.digest, digest, len(events) + 1))
        return ""

    def _reaches_back(self, row: Row, events: list[Event]) -> bool:
        """Whether a row would have somebody otherwise than they were on the day of the last freeze."""
        if not self._frozen:
            return False
        before = fold(Member(events[0].stream), events)
        day, said = self._frozen[:DAY_LENGTH], row.standing._asdict()
        said |= {"joined": row.days[0], "lapsed": row.days[1], "identity": "", "effective": self._effective}
        return not before.agrees_until(before.evolve(MemberAmended.model_construct(version=0, **said)), day)

    def _digest(self, row: Row) -> bytes:
        """Give the keyed digest of what a row says, in whatever columns it says it."""
        text = self._texts.get(row.standing)
        if text is None:
            if len(self._texts) >= STANDINGS_MAX:
                self._texts.clear()
            text = self._texts[row.standing] = "\n".join(str(part or "") for part in row.standing)
        hashed = self._hashed.copy()
        hashed.update(f"{text}\n{row.days[0]}\n{row.days[1]}\n{row.identity}".encode())
        return hashed.digest()


def preview(
    ledger: Record,
    vault: Vault,
    rows: Rows,
    intake: str,
    progress: Callable[[int, int], None],
    judge: Callable[[Row], str] | None = None,
    dated: tuple[str, str] = ("", ""),
) -> Tally:
    """Say what would become of the rows of a file; nothing is written.

    Args:
        dated: moments (UTC) of the last freeze of a roll, and of the intake.
    """
    sorter = Sorter(ledger, vault, intake, NOTHING, judge, *dated)
    accepted = held = amended = 0
    last = NO_KEY
    rejected: Counter[str] = Counter()
    for start in range(0, rows.total, PAGE_ROWS):
        progress(start, rows.total)
        done = sorter.sort(rows.page(start, start + PAGE_ROWS), last)
        last = done.last
        accepted += len(done.accepted)
        amended += len(done.amended)
        held += done.held
        rejected.update(row.code for row in done.rejected)
    progress(rows.total, rows.total)
    return Tally(accepted, held, rejected, amended)
