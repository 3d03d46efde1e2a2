"""Reading members' disclosures in the order of their keys, a page of them in memory at a time."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.leaf import base64url
from ledger.privacy.member_pack import unsealed

if TYPE_CHECKING:
    from ledger.privacy.vault import VaultStore

PAGE_MEMBERS = 5_000  # disclosures in memory at a time


class Sealed(NamedTuple):
    """A member's disclosure as the vault has it."""

    person: str
    digest: str
    wrapped: bytes
    sealed: bytes


class MemberPages:
    """What of members can be read one after the other; `MemberVault` brings the database and the master key."""

    _store: VaultStore
    _master: AESGCM
    _made: bool

    def in_order(self) -> Iterator[Sealed]:
        """Give every member's disclosure in the order of the keys, a page of them in memory at a time."""
        last: tuple[Any, ...] = ("", 0)
        statement = (
            "SELECT person, digest, wrapped, sealed, version FROM member WHERE (person, version) > (?, ?) "
            "ORDER BY person, version LIMIT ?"
        )
        while self._made and (rows := self._store.execute(statement, (*last, PAGE_MEMBERS))):
            for person, digest, wrapped, sealed, _ in rows:
                yield Sealed(str(person), str(digest), bytes(wrapped), bytes(sealed))
            last = (rows[-1][0], rows[-1][4])

    def people(self, stem: str) -> Iterator[str]:
        """Give the keys of who is in registers whose streams begin so, ascending; not of those who were erased."""
        last: tuple[str, ...] = ("",)
        statement = (
            "SELECT DISTINCT person FROM member WHERE person > ? AND intake IN "
            "(SELECT id FROM intake WHERE substr(stream, 1, ?) = ?) ORDER BY person LIMIT ?"
        )
        while self._made and (rows := self._store.execute(statement, (last[-1], len(stem), stem, PAGE_MEMBERS))):
            last = tuple(str(person) for (person,) in rows)
            yield from last

    def identities(self, stem: str) -> Iterator[tuple[str, str]]:
        """Give who is in registers whose streams begin so: key, and the JSON disclosed last; in the order of keys.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        last = ""
        named = "SELECT id FROM intake WHERE substr(stream, 1, ?) = ?" if self._made else ""
        while named:
            rows = self._store.execute(
                f"SELECT person, digest, wrapped, sealed FROM member WHERE person > ? AND intake IN ({named}) "
                "AND version = (SELECT max(version) FROM member later WHERE later.person = member.person) "
                "ORDER BY person LIMIT ?",
                (last, len(stem), stem, PAGE_MEMBERS),
            )
            for person, digest, wrapped, sealed in rows:
                yield person, self.array(Sealed(person, digest, bytes(wrapped), bytes(sealed))).decode()
            if len(rows) < PAGE_MEMBERS:
                return
            last = rows[-1][0]

    def opened(self, sealed: Sealed) -> str:
        """Open a member's disclosure: as RFC 9901 writes it.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        return base64url(self.array(sealed))

    def array(self, sealed: Sealed) -> bytes:
        """Open a member's disclosure: its JSON.

        Raises:
            EvidenceError: `disclosure-changed`.
        """
        person = sealed.person
        named = base64.urlsafe_b64decode(sealed.digest + "=")
        key = unsealed(self._master, sealed.wrapped, bytes.fromhex(person), f"the key of {person}")
        return unsealed(AESGCM(key), sealed.sealed, named, f"the disclosure of {person}")
