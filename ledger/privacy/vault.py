"""Personal data: disclosures encrypted under a key for each subject, erasable, and the secrets of batches.

Each subject's key is wrapped by a master key that lives outside the ledger folder; what is encrypted
is bound to its place (AES-256-GCM, the place as associated data). A disclosure is written `pending`
before its event is appended and `held` afterwards; opening settles what was left in between.

Erasing deletes key and rows, then rewrites the file and empties its log, so that neither plaintext,
key nor ciphertext is left in any file of the folder. On PostgreSQL the claim is key destruction.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import chain
from typing import Any, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.batches.intake import KEY_BYTES as KEY_BYTES_OF_ROWS
from ledger.batches.intake import PERSON
from ledger.errors import EvidenceError
from ledger.leaf import Disclosure, Draw, undisclose
from ledger.privacy.blind_index import BlindIndex
from ledger.privacy.mass_erasure import MassErasure
from ledger.privacy.member_pack import FIELD
from ledger.privacy.member_vault import MemberVault

KEY_BYTES = 32
NONCE_BYTES = 12
PENDING_KEPT = timedelta(hours=1)  # a pending disclosure younger than this may belong to a command under way

TABLES = (
    "CREATE TABLE IF NOT EXISTS subject (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS disclosure (digest TEXT PRIMARY KEY, subject TEXT NOT NULL, stream TEXT NOT NULL, "
    "version INTEGER NOT NULL, state TEXT NOT NULL, since TEXT NOT NULL, sealed BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS disclosure_subject ON disclosure (subject)",
    "CREATE INDEX IF NOT EXISTS disclosure_pending ON disclosure (state) WHERE state = 'pending'",
    "CREATE TABLE IF NOT EXISTS batch (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS erasure (subject TEXT PRIMARY KEY, digests TEXT NOT NULL)",
)
HOLD = "UPDATE disclosure SET state = 'held' WHERE digest = ?"
PUT_DISCLOSURE = "INSERT INTO disclosure VALUES (?,?,?,?,?,?,?)"


class VaultStore(Protocol):
    """The database under a vault; statements use `?` for values."""

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Carry out one statement in a transaction of its own and give its rows."""
        ...

    def execute_many(self, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
        """Carry out one statement for many values, in one transaction."""
        ...

    def execute_all(self, statements: Sequence[tuple[str, Iterable[tuple[Any, ...]]]]) -> None:
        """Carry out statements, each for many values, in one transaction.

        Raises:
            ConflictError: a row of such a key is there already; nothing was written.
        """
        ...

    def has(self, table: str) -> bool:
        """Tell whether there is a table of this name."""
        ...

    def destroy(self, statements: list[tuple[str, tuple[Any, ...]]]) -> None:
        """Carry out deletions in one transaction, then leave no trace of what was deleted."""
        ...

    def close(self) -> None:
        """Close the database."""
        ...


class Pending(NamedTuple):
    """A disclosure whose event is not known to be in the ledger."""

    digest: str
    stream: str
    version: int
    since: str


class Vault:
    """Disclosures and secrets of one ledger."""

    def __init__(self, store: VaultStore, master: bytes, draw: Draw) -> None:
        self._store = store
        self._master = AESGCM(master)
        self._secret = hmac.digest(master, b"pollbook vault: keyed digests", "sha256")
        self._draw = draw
        for statement in TABLES:
            store.execute(statement)
        self.members = MemberVault(self, store, self._master, draw)
        self.index = BlindIndex(self, store)
        self.everybody = MassErasure(self, store)

    def keyed(self, purpose: str, data: bytes) -> bytes:
        """Give a digest of the data that only this vault can make: 32 bytes, HMAC-SHA-256."""
        return hmac.digest(self._secret, purpose.encode() + b"\n" + data, "sha256")

    def row_key(self, register: str, told: str) -> str:
        """Give the key of a row of a register by what tells it from others: 24 hexadecimal digits."""
        secret = self.keyed(f"keys of register {register}", b"")
        return blake2b(told.encode("utf-8", "surrogateescape"), key=secret, digest_size=KEY_BYTES_OF_ROWS).hexdigest()

    def put_pending(self, subject: str, stream: str, version: int, disclosures: list[Disclosure], now: str) -> None:
        """Store disclosures of an event that is about to be appended."""
        key = AESGCM(self._subject_key(subject))
        rows = []
        for disclosure in disclosures:
            nonce = self._draw(NONCE_BYTES)
            place = f"{disclosure.digest} {stream} {version} {disclosure.field}".encode()
            sealed = nonce + key.encrypt(nonce, disclosure.text.encode(), place)
            rows.append((disclosure.digest, subject, stream, version, "pending", now, sealed))
        self._store.execute_many(PUT_DISCLOSURE, rows)

    def hold(self, digests: Iterable[str]) -> None:
        """Mark disclosures as belonging to events that are in the ledger."""
        named = [(digest,) for digest in digests]
        held: list[tuple[str, Iterable[tuple[Any, ...]]]] = [(HOLD, named)]
        self._store.execute_all([*held, *self.index.entering([digest for (digest,) in named])])

    def discard(self, digests: Iterable[str]) -> None:
        """Drop disclosures whose events never reached the ledger, members' aside."""
        self._store.execute_many(
            "DELETE FROM disclosure WHERE state = 'pending' AND digest = ?", [(d,) for d in digests]
        )

    def pending(self) -> list[Pending]:
        """List what is neither known to be in the ledger nor known not to be."""
        rows = self._store.execute("SELECT digest, stream, version, since FROM disclosure WHERE state = 'pending'")
        members = [Pending(digest, stream, n, since) for stream, n, digest, since in self.members.under_way()]
        return [Pending(*row) for row in rows] + members

    def settle(self, in_ledger: Callable[[Pending], bool], now: str) -> None:
        """Settle what a killed command left pending: held if its event is in the ledger, else dropped in time."""
        oldest = datetime.fromisoformat(now) - PENDING_KEPT
        for item in self.pending():
            if in_ledger(item):
                self.hold([item.digest])
            elif datetime.fromisoformat(item.since) < oldest:
                self.discard([item.digest])
                self.members.discard(item.digest, item.stream.rpartition("/")[2])

    def read(self, digest: str, field: str, stream: str = "") -> Any | None:
        """Give a private value by the digest that its leaf holds; None where it is not held.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        text = self.disclosure(digest, field, stream)
        return None if text is None else undisclose(text)[1]

    def held(self) -> Iterator[tuple[str, str]]:
        """Give the digest and stream of every disclosure that is held."""
        return chain(self.held_singly(), self.members.held())

    def held_singly(self) -> Iterator[tuple[str, str]]:
        """Give the digest and stream of every disclosure that is held and did not come in a register."""
        rows = self._store.execute("SELECT digest, stream FROM disclosure WHERE state = 'held' ORDER BY digest")
        return ((str(digest), str(stream)) for digest, stream in rows)

    def disclosure(self, digest: str, field: str, stream: str = "") -> str | None:
        """Give a disclosure as RFC 9901 writes it, by the digest that its leaf holds; None where it is not held.

        A member's is found by the stream of the leaf.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        rows = self._store.execute(
            "SELECT d.sealed, d.stream, d.version, s.id, s.wrapped FROM disclosure d "
            "JOIN subject s ON s.id = d.subject WHERE d.digest = ?",
            (digest,),
        )
        if not rows:
            return self.members.disclosure(stream.rpartition("/")[2], digest) if field == FIELD else None
        sealed, stream, version, subject, wrapped = rows[0]
        place = f"{digest} {stream} {version} {field}".encode()
        try:
            key = AESGCM(self.unwrap(bytes(wrapped), subject))
            text = key.decrypt(bytes(sealed)[:NONCE_BYTES], bytes(sealed)[NONCE_BYTES:], place).decode()
        except InvalidTag:
            raise EvidenceError(
                "disclosure-changed",
                f"the disclosure of {field} on {stream}",
                expected=f"what digest {digest} names",
                found="something that does not decrypt",
            ) from None
        return text

    def holds(self, subject: str) -> bool:
        """Tell whether disclosures of a subject are held that did not come in with a register."""
        return bool(self._store.execute("SELECT 1 FROM disclosure WHERE subject = ? LIMIT 1", (subject,)))

    def singly(self) -> list[str]:
        """Give the keys of people who were recorded by themselves."""
        rows = self._store.execute("SELECT id FROM subject WHERE id LIKE ? ORDER BY id", (f"{PERSON}%",))
        return [str(subject).removeprefix(PERSON) for (subject,) in rows]

    def batch_seed(self, batch: str) -> bytes:
        """Give the secret seed of a batch under way, drawn when first asked for."""
        rows = self._store.execute("SELECT wrapped FROM batch WHERE id = ?", (batch,))
        if rows:
            return self.unwrap(bytes(rows[0][0]), batch)
        wrapped = self.wrap(self._draw(KEY_BYTES), batch)
        self._store.execute("INSERT INTO batch VALUES (?,?) ON CONFLICT DO NOTHING", (batch, wrapped))
        rows = self._store.execute("SELECT wrapped FROM batch WHERE id = ?", (batch,))
        return self.unwrap(bytes(rows[0][0]), batch)

    def batches(self) -> list[str]:
        """List the batches whose seeds are held."""
        return [batch for (batch,) in self._store.execute("SELECT id FROM batch")]

    def destroy_batch_seed(self, batch: str) -> None:
        """Destroy the seed of a batch that is closed: nobody can deal its papers again."""
        if self._store.execute("SELECT 1 FROM batch WHERE id = ?", (batch,)):
            self._store.destroy([("DELETE FROM batch WHERE id = ?", (batch,))])

    def begin_erasure(self, subject: str) -> None:
        """Note that an erasure is about to be ordered or carried out, and of what; nothing noted is forgotten."""
        rows = self._store.execute("SELECT digest FROM disclosure WHERE subject = ?", (subject,))
        members = self.members.digests(subject.removeprefix(PERSON))
        self.note_erasure(subject, sorted({d for (d,) in rows} | set(members) | set(self.erasures().get(subject, []))))

    def note_erasure(self, subject: str, digests: Sequence[str] = ()) -> None:
        """Note that an erasure is begun, in place of what was noted of it."""
        self._store.execute(
            "INSERT INTO erasure VALUES (?,?) ON CONFLICT (subject) DO UPDATE SET digests = excluded.digests",
            (subject, json.dumps(list(digests))),
        )

    def erasures(self) -> dict[str, list[str]]:
        """List the erasures begun and not ended: subject -> digests."""
        return {row[0]: json.loads(row[1]) for row in self._store.execute("SELECT subject, digests FROM erasure")}

    def erase(self, subject: str) -> None:
        """Destroy a subject's key and disclosures, leaving no trace of either in any file."""
        self._store.destroy(
            [
                ("DELETE FROM disclosure WHERE subject = ?", (subject,)),
                ("DELETE FROM subject WHERE id = ?", (subject,)),
                *self.members.erasing(subject.removeprefix(PERSON)),
                *self.index.erasing(subject.removeprefix(PERSON)),
            ]
        )

    def end_erasure(self, subject: str) -> None:
        """Forget an erasure that was confirmed in the ledger, or was never ordered there."""
        self._store.execute("DELETE FROM erasure WHERE subject = ?", (subject,))

    def look(self, statement: str) -> list[tuple[Any, ...]]:
        """Give the rows of a statement about the database itself, for who verifies it."""
        return self._store.execute(statement)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def _subject_key(self, subject: str) -> bytes:
        wrapped = self.wrap(self._draw(KEY_BYTES), subject)
        self._store.execute("INSERT INTO subject VALUES (?,?) ON CONFLICT DO NOTHING", (subject, wrapped))
        rows = self._store.execute("SELECT wrapped FROM subject WHERE id = ?", (subject,))
        return self.unwrap(bytes(rows[0][0]), subject)

    def wrap(self, key: bytes, name: str) -> bytes:
        """Wrap a key under the master key, bound to a name."""
        nonce = self._draw(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, name.encode())

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        """Give a key that was wrapped.

        Raises:
            EvidenceError: `vault-key-wrong`.
        """
        try:
            return self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise EvidenceError(
                "vault-key-wrong",
                f"the vault's key for {name}",
                expected="the master key it was wrapped under",
                found="another",
                remedy="Put back the master key that belongs to this ledger",
            ) from None


def command_name(vault: Vault, body: bytes) -> str:
    """Name a command by its body, so that the same line twice is the same command."""
    return vault.keyed("command id", body).hex()[:32]
