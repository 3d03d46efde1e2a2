"""The blind index of the vault: who has a name, an e-mail address, or a name and a day of birth, found at once.

An entry is a keyed digest (BLAKE2b under a secret of the vault) of what somebody is called and, beside it, whose it is.
Who has the vault and not its master key can guess no name from it; who has both can read every name anyway. It never
leaves the vault, is in no leaf, and goes when the person is erased.

It is made when it is first asked for, of registers in the order of the digests and a piece at a time, so that taking in
a register costs what it did. From then on who is recorded one at a time is entered at once; a register that was taken
in since is entered at the next look-up.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

from ledger.batches.intake import PERSON
from ledger.errors import EvidenceError
from ledger.leaf import undisclose
from ledger.privacy.member_pack import FIELD
from ledger.privacy.member_vault import Sealed
from ledger.privacy.personal import folded
from ledger.progress import Progress, Shown, unseen

if TYPE_CHECKING:
    from ledger.privacy.vault import Vault, VaultStore

TOKEN_BYTES = 12
PIECE = 100_000  # members whose entries are sorted together
PAGE = 5_000
ASKED_MAX = 400  # entries asked for in one statement
NOT_REGISTERS = 0  # stands in `indexed` for everybody who was recorded one at a time
INDEX_TABLES = (
    "CREATE TABLE IF NOT EXISTS blind (token BLOB NOT NULL, person TEXT NOT NULL, PRIMARY KEY (token, person)) "
    "WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS indexed (intake INTEGER PRIMARY KEY)",
)
PUT = "INSERT INTO blind VALUES (?,?) ON CONFLICT DO NOTHING"
DONE = "INSERT INTO indexed VALUES (?) ON CONFLICT DO NOTHING"

Kind = Literal["name", "email", "name-born"]


class BlindIndex:
    """Finds people in one vault.

    Attributes:
        shown: shows how far the index is where a command that only asks whether a name is known has to make it first.
    """

    def __init__(self, vault: Vault, store: VaultStore) -> None:
        self._vault = vault
        self._store = store
        self._hashed = blake2b(key=vault.keyed("blind index", b""), digest_size=TOKEN_BYTES)
        self._made = store.has("indexed")
        self.shown: Shown = unseen

    @property
    def made(self) -> bool:
        """Whether anybody was ever looked for."""
        return self._made

    def find(self, kind: Kind, said: str, born: str = "") -> list[str]:
        """Give the keys of those who are called so, in order; the index has to be brought up to date before.

        Two of one name are both given, and whoever's name is the same but for case, accents and the order of words.
        """
        token = self._token(kind, spelled(kind, said, born))
        rows = self._store.execute("SELECT person FROM blind WHERE token = ? ORDER BY person", (token,))
        return [str(person) for (person,) in rows]

    def knows(self, names: Iterable[str]) -> bool:
        """Tell whether anybody in the vault has one of these names, folded."""
        tokens = sorted({self._token("name", name) for name in names if name})
        if not tokens or not self._anybody():
            return False
        if self._is_behind():
            with self.shown(self.behind()) as progress:
                self.catch_up(progress)
        for start in range(0, len(tokens), ASKED_MAX):
            asked = tokens[start : start + ASKED_MAX]
            marks = ",".join("?" * len(asked))
            if self._store.execute(f"SELECT 1 FROM blind WHERE token IN ({marks}) LIMIT 1", tuple(asked)):
                return True
        return False

    def behind(self) -> int:
        """Give the number of people who are not in the index yet."""
        number = 0
        if self._vault.members.made:
            since = self._since()
            number = int(self._store.execute(f"SELECT count(*) FROM member WHERE {since}")[0][0])
        return number

    def _is_behind(self) -> bool:
        """Tell at once whether there is anybody to enter."""
        if not self._made or not self._store.execute("SELECT 1 FROM indexed WHERE intake = ?", (NOT_REGISTERS,)):
            return True
        behind = f"SELECT 1 FROM intake WHERE {self._since('id')} LIMIT 1"
        return bool(self._vault.members.made and self._store.execute(behind))

    def catch_up(self, progress: Progress = lambda _: None) -> None:
        """Enter everybody who is not in the index yet. It may be cut off anywhere, and begun again."""
        if not self._made:
            for statement in INDEX_TABLES:
                self._store.execute(statement)
            self._made = True
        if not self._store.execute("SELECT 1 FROM indexed WHERE intake = ?", (NOT_REGISTERS,)):
            self._store.execute(DONE, (NOT_REGISTERS,))  # before: who is recorded meanwhile is entered by who records
            entries = [entry for person, who in self._singly() for entry in self._of(person, who)]
            self._store.execute_many(PUT, sorted(entries))
        if not self._vault.members.made:
            return
        since = self._since()
        intakes = self._store.execute(f"SELECT id FROM intake WHERE {self._since('id')}")
        if not intakes:
            return
        entries = []
        for number, (person, who) in enumerate(self._members(since, progress), 1):
            entries += self._of(person, who)
            if number % PIECE == 0:
                self._store.execute_many(PUT, sorted(entries))
                entries = []
        self._store.execute_many(PUT, sorted(entries))
        # Not one that is being taken in: more of it is to come.
        under_way = {number for (number,) in self._store.execute("SELECT id FROM intake WHERE first <> ''")}
        self._store.execute_many(DONE, [row for row in intakes if row[0] not in under_way])

    def entering(self, digests: Iterable[str]) -> list[tuple[str, list[tuple[bytes, str]]]]:
        """Give the statements that enter those who are recorded by themselves, by the digests of their disclosures."""
        found: list[tuple[bytes, str]] = []
        for digest in digests if self._made else ():
            subject = "SELECT subject FROM disclosure WHERE digest = ? AND subject LIKE ?"
            for person, who in self._told(self._store.execute(subject, (digest, f"{PERSON}%")), digest):
                found += self._of(person, who)
        return [(PUT, found)] if found else []

    def erasing(self, person: str) -> list[tuple[str, tuple[Any, ...]]]:
        """Give the statements that take somebody out."""
        return [("DELETE FROM blind WHERE person = ?", (person,))] if self._made else []

    def people(self) -> set[str]:
        """Give whose entries there are."""
        rows = self._store.execute("SELECT DISTINCT person FROM blind") if self._made else []
        return {str(person) for (person,) in rows}

    def _anybody(self) -> bool:
        return bool(self._vault.members.made or self._store.execute("SELECT 1 FROM subject LIMIT 1"))

    def _since(self, column: str = "intake") -> str:
        return f"{column} NOT IN (SELECT intake FROM indexed)" if self._made else f"{column} IS NOT NULL"

    def _of(self, person: str, who: Mapping[str, Any]) -> Iterator[tuple[bytes, str]]:
        name, email, born = str(who.get("name") or ""), str(who.get("email") or ""), str(who.get("born") or "")
        if name:
            one = folded(name)
            yield self._token("name", one), person
            if born:
                yield self._token("name-born", f"{one}\n{born.strip()}"), person
        if email:
            yield self._token("email", spelled("email", email)), person

    def _token(self, kind: Kind, said: str) -> bytes:
        hashed = self._hashed.copy()
        hashed.update(f"{kind}\n{said}".encode())
        return hashed.digest()

    def _members(self, since: str, progress: Progress) -> Iterator[tuple[str, Mapping[str, Any]]]:
        last: tuple[str, int] = ("", 0)
        columns = "person, version, digest, wrapped, sealed"
        after = f"(person, version) > (?, ?) AND {since} ORDER BY person, version LIMIT {PAGE}"
        while page := self._store.execute(f"SELECT {columns} FROM member WHERE {after}", last):
            for person, _, digest, wrapped, sealed in page:
                who = json.loads(self._vault.members.array(Sealed(person, digest, bytes(wrapped), bytes(sealed))))[2]
                yield str(person), who
            last = (str(page[-1][0]), int(page[-1][1]))
            progress(len(page))

    def _singly(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give those who were recorded by themselves, and who they are."""
        statement = "SELECT subject, digest FROM disclosure WHERE subject LIKE ? AND state = 'held'"
        for subject, digest in self._store.execute(statement, (f"{PERSON}%",)):
            yield from self._told([(subject,)], digest)

    def _told(self, subjects: Sequence[tuple[Any, ...]], digest: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for (subject,) in subjects:
            try:
                text = self._vault.disclosure(digest, FIELD)
            except EvidenceError:  # another field than the identity, as its place says
                continue
            who = undisclose(text)[1] if text else None
            if isinstance(who, Mapping):
                yield str(subject).removeprefix(PERSON), who


def spelled(kind: Kind, said: str, born: str = "") -> str:
    """Give what is looked for in the one form that is entered: `born` is a day as the vault has it."""
    if kind == "email":
        return (said if said.isascii() else unicodedata.normalize("NFKC", said)).strip().casefold()
    return folded(said) if kind == "name" else f"{folded(said)}\n{born.strip()}"
