"""Whose the disclosures are that were erased with everybody of a register, and who was in that register, by the leaves.

Kept only of registers that were so erased: the digests that were named, and the keys of who is in the register.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.batches.intake import APPLICATIONS, PERSON, subject_of
from ledger.streams.application_events import ApplicationReceived, ApplicationReceivedLate
from ledger.streams.erasures import DisclosuresErased, ErasuresOrdered
from projections.verify.bulk import NO_DIGEST, digest_text
from projections.verify.record import RecordRead

INTAKE = "intake/"


@dataclass(slots=True)
class ErasedPeople:
    """Whose each digest is that was named, by its leaf, and who is in each register of which everybody was erased.

    A digest of no leaf is nobody's: the vault may hold what a killed intake never recorded.
    """

    subjects: dict[str, str] = field(default_factory=dict)
    registers: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, record: RecordRead) -> ErasedPeople:
        """Find them in a record."""
        found = cls()
        named: set[str] = set()
        for _, event in record.others:
            if isinstance(event, ErasuresOrdered):
                found.registers.setdefault(event.register_id, set())
            elif isinstance(event, DisclosuresErased):
                named.update(event.digests)
        if named:
            found._take_bulk(record, named)
            found._take_others(record, named)
        return found

    def _take_bulk(self, record: RecordRead, named: set[str]) -> None:
        for (batch, _, stem), run in record.bulk.runs.items():
            register = self._register_of(batch)
            for one in run.ordered():
                subject = subject_of(f"{stem}{one.key.hex()}")
                if register is not None:
                    register.add(subject)
                if one.digest != NO_DIGEST and (digest := digest_text(one.digest)) in named:
                    self.subjects[digest] = subject

    def _take_others(self, record: RecordRead, named: set[str]) -> None:
        for _, event in record.others:
            subject = subject_of(event.stream, getattr(event, "person", None))
            if event.batch is not None and (register := self._register_of(event.batch)) is not None:
                register.add(subject)
            if isinstance(event, ApplicationReceived | ApplicationReceivedLate):
                self.registers.get(f"{APPLICATIONS}{event.election}", set()).add(subject)
            for name in event.private:
                if (digest := getattr(event, name)) in named:
                    self.subjects[digest] = subject

    def _register_of(self, batch: str) -> set[str] | None:
        """Give who is in the register that a batch is of, if everybody of it was erased."""
        return self.registers.get(batch.split("/")[1]) if batch.startswith(INTAKE) else None

    def named_by(self, event: DisclosuresErased) -> Iterator[tuple[str, str, bool]]:
        """Give each digest that an event names and a leaf has, whose it is, and whether they are in the register.

        Whose it is: a person's key, or the stream of what is nobody's, as a ruling.
        """
        register = self.registers.get(event.register_id, set())
        for digest in event.digests:
            if (subject := self.subjects.get(digest)) is not None:
                yield digest, subject.removeprefix(PERSON), subject in register
