"""What the vault holds of registers: each member's packed disclosure, and the rows that were rejected.

A row a member, in the order of their keys, so that half a million are written at the end of one tree and not all over
several. Each has a key of its own, wrapped as every subject's is, so that it is erased by itself. The tables are made
when the first register is taken in: a vault without one is what an older program knows.

A page of members is written here before it is appended to the ledger, and `under way` says which: opening settles
what a kill left there. Nothing that is here is ever written over; who finds a row here that is not in the ledger
yet, goes on with it.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import EvidenceError
from ledger.leaf import SALT_BYTES, base64url

if TYPE_CHECKING:
    from ledger.vault import Vault, VaultStore

KEY_BYTES = 32
NONCE_BYTES = 12
FIELD = "identity"
MEMBER_TABLES = (
    "CREATE TABLE IF NOT EXISTS intake (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL, head BLOB NOT NULL, "
    "first TEXT NOT NULL, last TEXT NOT NULL, since TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS member (person TEXT PRIMARY KEY, intake TEXT NOT NULL, digest TEXT NOT NULL, "
    "row BLOB NOT NULL, wrapped BLOB NOT NULL, sealed BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS rejected (intake TEXT NOT NULL, line INTEGER NOT NULL, person TEXT NOT NULL, "
    "code TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (intake, line))",
)
PUT_MEMBER = "INSERT INTO member VALUES (?,?,?,?,?,?)"
PUT_REJECTED = "INSERT INTO rejected VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"
UNDER_WAY = "UPDATE intake SET first = ?, last = ?, since = ? WHERE id = ?"


class Known(NamedTuple):
    """A member whose disclosure is held: the digest of it, and the keyed digest of the row that it came from."""

    digest: str
    row: bytes


class RejectedRow(NamedTuple):
    """A row that was rejected: its line, whose it would be, why, and the row as it stood in the file."""

    line: int
    person: str
    code: str
    raw: bytes


class Pack:
    """Packs disclosures of members: salts, keys and nonces are drawn for a whole page at a time.

    Args:
        draw: bytes of randomness, as many as a page needs.
    """

    SIZE = SALT_BYTES + KEY_BYTES + 2 * NONCE_BYTES

    def __init__(self, master: AESGCM, intake: str, randomness: bytes) -> None:
        self._master = master
        self._intake = intake
        self._random = randomness
        self._at = 0

    def pack(self, person: str, identity: str, row: bytes) -> tuple[str, tuple[Any, ...]]:
        """Give the digest of a disclosure, and the row of the vault that holds it.

        The disclosure is `leaf.disclose("identity", ..., salt)`; sealed is its JSON, which gives the same text again.
        """
        at, self._at = self._at, self._at + self.SIZE
        drawn = self._random
        salt = urlsafe_b64encode(drawn[at : at + 16])[:22].decode("ascii")
        key = drawn[at + 16 : at + 48]
        first, second = drawn[at + 48 : at + 60], drawn[at + 60 : at + 72]
        array = f'["{salt}","{FIELD}",{identity}]'.encode()
        text = urlsafe_b64encode(array).rstrip(b"=")
        digest = urlsafe_b64encode(hashlib.sha256(text).digest())[:43].decode("ascii")
        name = f"person/{person}".encode()
        wrapped = first + self._master.encrypt(first, key, name)
        sealed = second + AESGCM(key).encrypt(second, array, name + digest.encode())
        return digest, (person, self._intake, digest, row, wrapped, sealed)


class MemberVault:
    """Members' disclosures and rejected rows, in the vault's own database."""

    def __init__(self, vault: Vault, store: VaultStore, master: AESGCM, draw: Callable[[int], bytes]) -> None:
        self._vault = vault
        self._store = store
        self._master = master
        self._draw = draw
        self._made = store.has("member")

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
        values = (intake, self._vault.wrap(key, intake), self._seal(key, head, f"{intake} head"), "", "", "")
        self._store.execute("INSERT INTO intake VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING", values)

    def packing(self, intake: str, how_many: int) -> Pack:
        """Prepare to pack so many disclosures."""
        return Pack(self._master, intake, self._draw(Pack.SIZE * how_many))

    def known(self, first: str, last: str) -> dict[str, Known]:
        """Give the members held whose keys are between two, both included."""
        if not self._made:
            return {}
        statement = "SELECT person, digest, row FROM member WHERE person >= ? AND person <= ?"
        return {person: Known(digest, bytes(row)) for person, digest, row in self._store.execute(statement, (first, last))}

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
        key = self._intake_key(intake)
        refused = [
            (intake, row.line, row.person, row.code, self._seal(key, row.raw, f"{intake} {row.line} {row.code}"))
            for row in rejected
        ]
        self._store.execute_all([(UNDER_WAY, [(*under_way, intake)]), (PUT_MEMBER, members), (PUT_REJECTED, refused)])

    def end(self, intake: str) -> None:
        """Note that nothing of an intake is under way any more."""
        self._store.execute(UNDER_WAY, ("", "", "", intake))

    def under_way(self) -> Iterator[tuple[str, str, str]]:
        """Give what may not be in the ledger yet: person, digest, and since when."""
        if not self._made:
            return
        for intake, first, last, since in self._store.execute(
            "SELECT id, first, last, since FROM intake WHERE first <> ''"
        ):
            statement = "SELECT person, digest FROM member WHERE person >= ? AND person <= ? AND intake = ?"
            for person, digest in self._store.execute(statement, (first, last, intake)):
                yield person, digest, since

    def discard(self, digest: str, person: str) -> None:
        """Drop a member who never reached the ledger."""
        self._store.execute("DELETE FROM member WHERE person = ? AND digest = ?", (person, digest))

    def rejected(self, intake: str) -> Iterator[RejectedRow]:
        """Give the rows rejected in an intake, in the order of their lines.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        key = self._intake_key(intake)
        if not key:
            return
        statement = "SELECT line, person, code, sealed FROM rejected WHERE intake = ? ORDER BY line"
        for line, person, code, sealed in self._store.execute(statement, (intake,)):
            yield RejectedRow(line, person, code, _unsealed(key, bytes(sealed), f"{intake} {line} {code}"))

    def head(self, intake: str) -> bytes:
        """Give the names of the columns of an intake's file, as they stood there; empty if there is none."""
        key = self._intake_key(intake)
        rows = self._store.execute("SELECT head FROM intake WHERE id = ?", (intake,)) if key else []
        return _unsealed(key, bytes(rows[0][0]), f"{intake} head") if rows else b""

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
        if not rows:
            return None
        wrapped, sealed = rows[0]
        key = self._vault.unwrap(bytes(wrapped), f"person/{person}")
        return base64url(_unsealed(key, bytes(sealed), f"person/{person}{digest}"))

    def held(self) -> Iterator[tuple[str, str]]:
        """Give the digest and stream of every member's disclosure."""
        rows = self._store.execute("SELECT digest, person FROM member") if self._made else []
        return ((str(digest), f"person/{person}") for digest, person in rows)

    def digests(self, person: str) -> list[str]:
        """Give the digest of a member's disclosure, if one is held."""
        rows = self._store.execute("SELECT digest FROM member WHERE person = ?", (person,)) if self._made else []
        return [str(digest) for (digest,) in rows]

    def erasing(self, person: str) -> list[tuple[str, tuple[Any, ...]]]:
        """Give the statements that destroy what is held of a member."""
        tables = ("member", "rejected") if self._made else ()
        return [(f"DELETE FROM {table} WHERE person = ?", (person,)) for table in tables]

    def _intake_key(self, intake: str) -> bytes:
        rows = self._store.execute("SELECT wrapped FROM intake WHERE id = ?", (intake,)) if self._made else []
        return self._vault.unwrap(bytes(rows[0][0]), intake) if rows else b""

    def _seal(self, key: bytes, data: bytes, place: str) -> bytes:
        nonce = self._draw(NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, data, place.encode())


def _unsealed(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except InvalidTag:
        raise EvidenceError(
            "disclosure-changed",
            f"what the vault holds at {place}",
            expected="what was sealed there",
            found="something that does not decrypt",
        ) from None
