"""Everybody of a register erased from the vault at once: marked, named page by page, and destroyed in one rewriting.

Who is to be erased is marked before it is ordered, so that what is destroyed is what the ledger names, whoever is taken
in meanwhile, and so that it is gone on with after a kill. Whoever is under a legal hold is marked to be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ledger.batches.intake import PERSON

if TYPE_CHECKING:
    from ledger.privacy.vault import Vault, VaultStore

ERASING_TABLES = (
    "CREATE TABLE IF NOT EXISTS erasing (register TEXT NOT NULL, person TEXT NOT NULL, keep INTEGER NOT NULL, "
    "PRIMARY KEY (register, person)) WITHOUT ROWID",
)
PAGE = 5_000  # members whose digests are in memory at a time
STEM = "erasures/"
MARK = "INSERT INTO erasing VALUES (?,?,?) ON CONFLICT DO NOTHING"
GOING = "SELECT person FROM erasing WHERE register = ? AND keep = 0"
INTAKES = "SELECT {column} FROM intake WHERE substr(stream, 1, ?) = ?"


class MassErasure:
    """The erasures of whole registers, in one vault."""

    def __init__(self, vault: Vault, store: VaultStore) -> None:
        self._vault = vault
        self._store = store

    @property
    def made(self) -> bool:
        """Whether any was ever begun."""
        return self._store.has("erasing")

    def begin(self, register: str, singly: Iterable[str], held: Iterable[str]) -> None:
        """Mark everybody who came in files of a register, and others by name; and note that it is begun.

        Args:
            singly: keys of those in the register who were recorded by themselves.
            held: keys of those who are to be kept.
        """
        for statement in ERASING_TABLES:
            self._store.execute(statement)
        self._store.execute("DELETE FROM erasing WHERE register = ?", (register,))
        self._store.execute_many(MARK, [(register, person, 1) for person in held])
        self._store.execute_many(MARK, [(register, person, 0) for person in singly])
        if self._vault.members.made:
            statement = f"SELECT DISTINCT ?, person, 0 FROM member WHERE intake IN ({INTAKES.format(column='id')})"
            # TRUE: else SQLite would take ON CONFLICT for a join.
            self._store.execute(
                f"INSERT INTO erasing {statement} AND TRUE ON CONFLICT DO NOTHING", (register, *_stem(register))
            )
        self._vault.note_erasure(f"{STEM}{register}")

    def digests(self, register: str) -> Iterator[str]:
        """Give the digests of what is about to be erased, always in the same order."""
        if self._vault.members.made:
            last: tuple[str, int] = ("", 0)
            going = f"(person, version) > (?, ?) AND person IN ({GOING}) ORDER BY person, version LIMIT {PAGE}"
            statement = f"SELECT person, version, digest FROM member WHERE {going}"
            while page := self._store.execute(statement, (*last, register)):
                yield from (str(digest) for _, _, digest in page)
                last = (str(page[-1][0]), int(page[-1][1]))
        statement = f"SELECT digest FROM disclosure WHERE subject IN ({_subjects()}) ORDER BY digest"
        yield from (str(digest) for (digest,) in self._store.execute(statement, (register,)))

    def count(self, register: str, singly: Iterable[str], held: Iterable[str]) -> int:
        """Count the disclosures that an erasure of a register would destroy; nothing is marked.

        Args:
            singly, held: as `begin` has them.
        """
        kept = set(held)
        alone = [person for person in singly if person not in kept and not self._came(register, person)]
        total = sum(map(self.count_one, alone))
        if self._vault.members.made:
            files = f"FROM member WHERE intake IN ({INTAKES.format(column='id')})"
            for statement in (
                f"SELECT count(*) FROM member WHERE person IN (SELECT person {files})",
                f"SELECT count(*) FROM disclosure WHERE subject IN (SELECT '{PERSON}' || person {files})",
            ):
                total += int(self._store.execute(statement, _stem(register))[0][0])
        return total - sum(self.count_one(person) for person in kept if self._came(register, person))

    def count_one(self, person: str) -> int:
        """Count the disclosures that an erasure of a person would destroy."""
        rows = self._store.execute("SELECT count(*) FROM disclosure WHERE subject = ?", (f"{PERSON}{person}",))
        return int(rows[0][0]) + len(self._vault.members.digests(person))

    def _came(self, register: str, person: str) -> bool:
        """Say whether somebody came in a file of a register."""
        statement = f"SELECT 1 FROM member WHERE intake IN ({INTAKES.format(column='id')}) AND person = ? LIMIT 1"
        return self._vault.members.made and bool(self._store.execute(statement, (*_stem(register), person)))

    def destroy(self, register: str) -> None:
        """Destroy what is marked: keys, ciphertext, rejected rows and entries of the blind index, in every file."""
        of_it = (register,)
        statements: list[tuple[str, tuple[str | int, ...]]] = []
        if self._vault.members.made:
            statements.append((f"DELETE FROM member WHERE person IN ({GOING})", of_it))
            kept = "SELECT person FROM erasing WHERE register = ? AND keep = 1"
            intakes = INTAKES.format(column="stream")
            rejected = f"DELETE FROM rejected WHERE person IN ({GOING})"
            statements.append((rejected, of_it))
            rejected = f"DELETE FROM rejected WHERE intake IN ({intakes}) AND person NOT IN ({kept})"
            statements.append((rejected, (*_stem(register), register)))
        if self._vault.index.made:
            statements.append((f"DELETE FROM blind WHERE person IN ({GOING})", of_it))
        for table, column in (("disclosure", "subject"), ("subject", "id")):
            statements.append((f"DELETE FROM {table} WHERE {column} IN ({_subjects()})", of_it))
        statements.append(("DELETE FROM erasing WHERE register = ?", of_it))
        self._store.destroy(statements)


def _subjects() -> str:
    return GOING.replace("person FROM", f"'{PERSON}' || person FROM", 1)


def _stem(register: str) -> tuple[int, str]:
    stem = f"intake/{register}/"
    return len(stem), stem
