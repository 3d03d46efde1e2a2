"""Bundles: all that the record has on one subject, in one file, with the proof that it is all.

A bundle holds every stream of its subject, each event with its path to one checkpoint, and the proof of
each stream's head under the heads of all streams, as they were recorded last below that checkpoint. Whoever
holds a policy can check it with no ledger at hand; `bundle_check` does. The disclosures in it are personal.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError

from ledger.errors import EvidenceError, RefusedError
from ledger.event import Canonical, Event
from ledger.field import Count, Id, StreamId
from ledger.leaf import LEAF_MAX, decode_strictly
from ledger.privacy.vault import Vault
from ledger.seal.heads import HeadLine, HeadsTree, PathText
from ledger.seal.keys import encode_base64
from ledger.seal.note import NOTE_BYTES_MAX
from ledger.seal.receipt import Prover
from ledger.storage.recorder import StoredRow
from ledger.storage.store import Ledger
from ledger.streams.heads import STREAM, StreamHeadsRecorded

BUNDLE_BYTES_MAX = 2**24
SUBJECT_STREAMS = ("person", "erasure")  # kinds of stream that belong to one subject: each <kind>/<subject>

DisclosureText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]


class Proved(Canonical):
    """A leaf with its position and its path to the bundle's checkpoint."""

    leaf: Annotated[str, StringConstraints(max_length=LEAF_MAX)]
    path: PathText
    position: Count


class SubjectStream(Canonical):
    """One stream: its events, and its line among the heads or those of its neighbours."""

    events: tuple[Proved, ...]
    heads: Annotated[tuple[HeadLine, ...], Field(min_length=1, max_length=2)]
    stream: StreamId


class Bundle(Canonical):
    """A bundle as read or made, not yet checked.

    Attributes:
        checkpoint: the signed note.
        disclosures: texts as RFC 9901 writes them, sorted; left out where the vault could not be read.
        heads: the event `stream-heads-recorded.v1` under whose root the heads are.
        streams: as `streams_of` lists them.
    """

    checkpoint: Annotated[str, StringConstraints(max_length=NOTE_BYTES_MAX)]
    disclosures: tuple[DisclosureText, ...] | None = None
    format: Literal["pollbook-bundle-1"] = "pollbook-bundle-1"
    heads: Proved
    streams: Annotated[tuple[SubjectStream, ...], Field(max_length=len(SUBJECT_STREAMS))]
    subject: Id

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a bundle; there is one way to write it.

        Raises:
            EvidenceError: `bundle-too-large`, `bundle-malformed`.
        """
        if len(data) > BUNDLE_BYTES_MAX:
            remedy = "Ask for receipts of the events instead"
            most = f"at most {BUNDLE_BYTES_MAX} bytes"
            raise EvidenceError("bundle-too-large", "the bundle", expected=most, found="more", remedy=remedy)
        try:
            bundle = cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise _malformed("a bundle of format pollbook-bundle-1", f"{where}: {first['msg']}") from None
        written = bundle.write()
        if written != data:
            same = [one == other for one, other in zip(written, data, strict=False)]
            at = [*same, False].index(False)
            found = f"another spelling from byte {at} on: {data[at : at + 24].decode('utf-8', 'replace')!a}"
            raise _malformed("canonical JSON and LF", found)
        held = bundle.disclosures or ()
        if list(held) != sorted(set(held)):
            raise _malformed("disclosures sorted, each once", "another order")
        return bundle

    def write(self) -> bytes:
        """Write the file."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True) + b"\n"


def streams_of(subject: str) -> tuple[str, ...]:
    """Name every stream that a subject may have."""
    return tuple(f"{kind}/{subject}" for kind in SUBJECT_STREAMS)


def make_bundle(ledger: Ledger, note: bytes, subject: str, vault: Vault | None) -> Bundle:
    """Make the bundle of one subject against a checkpoint; events that came after that are left out.

    Args:
        note: the checkpoint with its signatures.
        vault: where disclosures are read; None where its key is not at hand.

    Raises:
        RefusedError: `no-heads`, `bundle-too-large`.
        EvidenceError: `heads-differ`, and what `decode_strictly`, tiles and vault raise.
    """
    prover = Prover(ledger.tiles(), note)
    size = prover.checkpoint.size
    heads_row, heads = _newest_heads(ledger, size)
    tree = HeadsTree(ledger.stream_heads(heads.as_of_position), streams_of(subject))
    if (tree.streams, _hash(tree.root())) != (heads.streams, heads.root):
        raise EvidenceError(
            "heads-differ",
            f"event {heads_row[0]}",
            expected=f"{heads.streams} streams, {heads.root}",
            found=f"{tree.streams} streams, {_hash(tree.root())}",
            position=heads_row[0],
        )
    rows = {name: [row for row in ledger.rows.stream_rows(name) if row[0] < size] for name in streams_of(subject)}
    events = [decode_strictly(row) for found in rows.values() for row in found]
    bundle = Bundle(
        checkpoint=note.decode(),
        disclosures=None if vault is None else _disclosures(vault, events),
        heads=_proved(prover, heads_row),
        streams=tuple(
            SubjectStream(events=tuple(_proved(prover, row) for row in found), heads=tree.lines(name), stream=name)
            for name, found in rows.items()
        ),
        subject=subject,
    )
    if (length := len(bundle.write())) > BUNDLE_BYTES_MAX:
        raise RefusedError(
            "bundle-too-large",
            f"the bundle of {subject}",
            expected=f"at most {BUNDLE_BYTES_MAX} bytes",
            found=length,
            remedy=f"Give a receipt for each event: pollbook prove {streams_of(subject)[0]}",
        )
    return bundle


def _newest_heads(ledger: Ledger, size: int) -> tuple[StoredRow, StreamHeadsRecorded]:
    sealed = [row for row in ledger.rows.stream_rows(STREAM) if row[0] < size]
    event = decode_strictly(sealed[-1]) if sealed else None
    if not isinstance(event, StreamHeadsRecorded):
        raise RefusedError(
            "no-heads",
            f"the checkpoint of {size} events",
            expected="the heads of all streams recorded below it",
            found="none",
            remedy="Record them and seal: pollbook checkpoint --heads",
        )
    return sealed[-1], event


def _disclosures(vault: Vault, events: list[Event]) -> tuple[str, ...]:
    texts = {
        vault.disclosure(getattr(event, field), field, event.stream) for event in events for field in event.private
    }
    return tuple(sorted(text for text in texts if text is not None))


def _proved(prover: Prover, row: StoredRow) -> Proved:
    proof = prover.prove(row[0])
    return Proved(leaf=row[4].decode(), path=tuple(map(encode_base64, proof.path)), position=row[0])


def _hash(root: bytes) -> str:
    return "sha256:" + root.hex()


def _malformed(expected: str, found: str) -> EvidenceError:
    remedy = "Ask for the bundle again"
    return EvidenceError("bundle-malformed", "the bundle", expected=expected, found=found, remedy=remedy)
