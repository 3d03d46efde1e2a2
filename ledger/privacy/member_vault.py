"""What the vault holds of registers: each member's packed disclosure, and the rows that were rejected.

A row a member, in the order of their keys, so that half a million are written at the end of one tree and not all over
several. Each has a key of its own, wrapped as every subject's is, so that it is erased by itself. The tables are made
when the first register is taken in: a vault without one is what an older program knows.

A page of members is written here before it is appended to the ledger, and `under way` says which: opening settles
what a kill left there. Nothing that is here is ever written over; who finds a row here that is not in the ledger
yet, goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.batches.intake import prefix_of
from ledger.leaf import Draw
from ledger.privacy.bank_rows import BankRows
from ledger.privacy.member_pack import KEY_BYTES, NONCE_BYTES, Packed, Who, opened_at, pack
from ledger.privacy.member_pages import MemberPages
from ledger.privacy.member_pages import Sealed as Sealed

if TYPE_CHECKING:
    from ledger.privacy.vault import Vault, VaultStore

MEMBER_TABLES = (
    "CREATE TABLE IF NOT EXISTS intake (stream TEXT PRIMARY KEY, id INTEGER NOT NULL UNIQUE, "
    "wrapped BLOB NOT NULL, head BLOB NOT NULL, "
    "first TEXT NOT NULL, last TEXT NOT NULL, since TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS member (person TEXT, version INTEGER, intake INTEGER NOT NULL, digest TEXT NOT NULL, "
    "row BLOB NOT NULL, wrapped BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (person, version)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS rejected (intake TEXT NOT NULL, line INTEGER NOT NULL, person TEXT NOT NULL, "
    "code TEXT NOT NULL, wrapped BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (intake, line))",
)
PUT_MEMBER = "INSERT INTO member VALUES (?,?,?,?,?,?,?)"
PUT_REJECTED = "INSERT INTO rejected VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING"
PUT_INTAKE = "INSERT INTO intake VALUES (?,?,?,?,'','','') ON CONFLICT DO NOTHING"
NOT_INDEXED = "DELETE FROM indexed WHERE intake IN (SELECT id FROM intake WHERE stream = ?)"
UNDER_WAY = "UPDATE intake SET first = ?, last = ?, since = ? WHERE stream = ?"


class Known(NamedTuple):
    """A member's last disclosure: its digest, the keyed digest of the row that it came from, the version it is of."""

    digest: str
    row: bytes
    version: int = 1


class RejectedRow(NamedTuple):
    """A row that was rejected: its line, whose it would be, why, and the row as it stood in the file."""

    line: int
    person: str
    code: str
    raw: bytes


class MemberVault(MemberPages):
    """Members' disclosures and rejected rows, in the vault's own database."""

    def __init__(self, vault: Vault, store: VaultStore, master: AESGCM, draw: Draw) -> None:
        self._vault = vault
        self._store = store
        self._master = master
        self._draw = draw
        self._made = store.has("member")
        self.bank = BankRows(store)

    @property
    def made(self) -> bool:
        """Whether a register was ever taken in."""
        return self._made

    def begin(self, intake: str, head: bytes) -> None:
        """Note that a file is being taken in, and the names of its columns."""
        for statement in MEMBER_TABLES:
            self._store.execute(statement)
        self._made = True
        if self._intake_key(intake):
            return
        key = self._draw(KEY_BYTES)
        wrapped, sealed = self._vault.wrap(key, intake), self._seal(key, head, f"{intake} head")
        while not self._number(intake):  # of two that are begun at once, one may take the other's number
            ((number,),) = self._store.execute("SELECT coalesce(max(id), 0) + 1 FROM intake")
            self._store.execute(PUT_INTAKE, (intake, number, wrapped, sealed))

    def pack(self, intake: str, people: Sequence[Who]) -> tuple[list[str], list[Packed]]:
        """Pack the disclosures of a page of members; see `pack`."""
        return pack(self._master, self._number(intake), self._draw, people)

    def known(self, first: str, last: str) -> dict[str, Known]:
        """Give the members held whose keys are between two, both included: of each, what was disclosed last."""
        if not self._made:
            return {}
        statement = (
            "SELECT person, digest, row, version FROM member WHERE person >= ? AND person <= ? ORDER BY person, version"
        )
        rows = self._store.execute(statement, (first, last))
        return {person: Known(digest, bytes(row), version) for person, digest, row, version in rows}

    def put(
        self,
        intake: str,
        members: Sequence[tuple[Any, ...]],
        rejected: Iterable[RejectedRow],
        under_way: tuple[str, str, str],
    ) -> None:
        """Write a page: members that are about to be appended to the ledger, and rows rejected.

        Raises:
            ConflictError: one of the members is here already; nothing was written.
        """
        refused = [(intake, row.line, row.person, row.code, *self._sealed_row(intake, row)) for row in rejected]
        anew = [(NOT_INDEXED, [(intake,)])] if self._store.has("indexed") else []
        page: list[tuple[str, Iterable[tuple[Any, ...]]]] = [
            (UNDER_WAY, [(*under_way, intake)]),
            (PUT_MEMBER, members),
            (PUT_REJECTED, refused),
        ]
        self._store.execute_all([*page, *anew])

    def forget_rejected(self, intake: str) -> None:
        """Drop the rejected rows of an intake that is begun anew: which they are may have changed meanwhile."""
        self._store.execute("DELETE FROM rejected WHERE intake = ?", (intake,))

    def end(self, intake: str) -> None:
        """Note that nothing of an intake is under way any more."""
        self._store.execute(UNDER_WAY, ("", "", "", intake))

    def under_way(self) -> Iterator[tuple[str, int, str, str]]:
        """Give what may not be in the ledger yet: stream, version, digest, and since when."""
        if not self._made:
            return
        for intake, name, first, last, since in self._store.execute(
            "SELECT id, stream, first, last, since FROM intake WHERE first <> ''"
        ):
            statement = "SELECT person, version, digest FROM member WHERE person >= ? AND person <= ? AND intake = ?"
            for person, version, digest in self._store.execute(statement, (first, last, intake)):
                yield prefix_of(name) + person, version, digest, since

    def discard(self, digest: str, person: str) -> None:
        """Drop a member who never reached the ledger."""
        if self._made:
            self._store.execute("DELETE FROM member WHERE person = ? AND digest = ?", (person, digest))

    def rejected(self, intake: str) -> Iterator[RejectedRow]:
        """Give the rows rejected in an intake, in the order of their lines.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        if not self._made:
            return
        statement = "SELECT line, person, code, wrapped, sealed FROM rejected WHERE intake = ? ORDER BY line"
        for line, person, code, wrapped, sealed in self._store.execute(statement, (intake,)):
            place = f"{intake} {line} {code}"
            yield RejectedRow(
                line, person, code, opened_at(self._vault.unwrap(bytes(wrapped), place), bytes(sealed), place)
            )

    def rejected_of(self, person: str) -> Iterator[tuple[str, RejectedRow]]:
        """Give the rejected rows that name a person, each with the stream of its intake.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        statement = "SELECT DISTINCT intake FROM rejected WHERE person = ? ORDER BY intake"
        for (intake,) in self._store.execute(statement, (person,)) if self._made else []:
            yield from ((intake, row) for row in self.rejected(intake) if row.person == person)

    def rejected_in(self, register: str) -> list[tuple[str, str]]:
        """Give whose rows were rejected in all files of a register, and why: the key and the code of each row."""
        stem = f"intake/{register}/"
        after = stem[:-1] + chr(ord(stem[-1]) + 1)
        statement = "SELECT person, code FROM rejected WHERE intake >= ? AND intake < ? ORDER BY intake, line"
        found = self._store.execute(statement, (stem, after)) if self._made else []
        return [(str(person), str(code)) for person, code in found]

    def head(self, intake: str) -> bytes:
        """Give the names of the columns of an intake's file, as they stood there; empty if there is none."""
        key = self._intake_key(intake)
        rows = self._store.execute("SELECT head FROM intake WHERE stream = ?", (intake,)) if key else []
        return opened_at(key, bytes(rows[0][0]), f"{intake} head") if rows else b""

    def disclosure(self, person: str, digest: str) -> str | None:
        """Give a member's disclosure as RFC 9901 writes it; None where it is not held.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        if not self._made:
            return None
        rows = self._store.execute(
            "SELECT wrapped, sealed FROM member WHERE person = ? AND digest = ?", (person, digest)
        )
        return self.opened(Sealed(person, digest, *map(bytes, rows[0]))) if rows else None

    def held(self) -> Iterator[tuple[str, str]]:
        """Give the digest and stream of every member's disclosure."""
        if not self._made:
            return
        names = {number: prefix_of(name) for number, name in self._store.execute("SELECT id, stream FROM intake")}
        for digest, person, intake in self._store.execute("SELECT digest, person, intake FROM member"):
            yield str(digest), f"{names[intake]}{person}"

    def digests(self, person: str) -> list[str]:
        """Give the digest of a member's disclosure, if one is held."""
        rows = self._store.execute("SELECT digest FROM member WHERE person = ?", (person,)) if self._made else []
        return [str(digest) for (digest,) in rows]

    def erasing(self, person: str) -> list[tuple[str, tuple[Any, ...]]]:
        """Give the statements that destroy what is held of a member."""
        tables = ("member", "rejected") if self._made else ()
        return [(f"DELETE FROM {table} WHERE person = ?", (person,)) for table in tables]

    def _intake_key(self, intake: str) -> bytes:
        rows = self._store.execute("SELECT wrapped FROM intake WHERE stream = ?", (intake,)) if self._made else []
        return self._vault.unwrap(bytes(rows[0][0]), intake) if rows else b""

    def _number(self, intake: str) -> int:
        rows = self._store.execute("SELECT id FROM intake WHERE stream = ?", (intake,))
        return int(rows[0][0]) if rows else 0

    def _sealed_row(self, intake: str, row: RejectedRow) -> tuple[bytes, bytes]:
        """Give a key of the row's own, wrapped, and the row under it: so it is erased by itself."""
        key, place = self._draw(KEY_BYTES), f"{intake} {row.line} {row.code}"
        return self._vault.wrap(key, place), self._seal(key, row.raw, place)

    def _seal(self, key: bytes, data: bytes, place: str) -> bytes:
        nonce = self._draw(NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, data, place.encode())
