"""`pollbook verify`, `compare`, `monitor`: is the record whole, and is it the one that everybody else has?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cli.office import opened, vault_of
from cli.place import Place
from cli.screen import progress, say, say_json, say_wrapped, wrapped
from cli.seal.key import KEY_FILE, ledger_state_folder
from cli.seal.receipts import read_policy
from cli.seal.sealing import checkpoints_folder, read_bytes, seconds_now
from ledger.errors import EvidenceError, PollbookError, RefusedError, UsageError
from ledger.privacy.vault import Vault
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.merkle import check_consistency
from ledger.seal.note import parse_note, write_note
from ledger.seal.sealer import LAST_SIGNED, LATEST, PUBLISHING, write_durably
from ledger.seal.tile_paths import tile_path
from ledger.seal.tiles import Tiles
from ledger.storage.store import Ledger
from projections.catch_up import VIEWS_FILE, Views
from projections.counting import open_views
from projections.story.founding import KEPT
from projections.verify.finding import CHECKS
from projections.verify.run import Report, verify
from projections.verify.schema import LEDGER_ID
from projections.verify.sealing import Notes, Trust

FINDINGS = 3  # exit code
NUMBER_WIDTH = max(map(len, CHECKS))
CHECK_INDENT = NUMBER_WIDTH + 15  # columns before what a check says
Part = TypeVar("Part", Views, Vault)


class FindingsError(EvidenceError):
    """A verification that found something; every finding was printed already."""


def verify_ledger(
    place: Place, policy: Path | None, kept: Path | None, within_hours: int | None, *, as_json: bool
) -> None:
    """Check everything, print all findings, and end with exit code 3 if there are any."""
    trust = Trust(
        policy=read_policy(policy, place.folder) if policy else None,
        kept=_kept(kept) if kept else None,
        now=seconds_now(),
        within=within_hours * 3600 if within_hours else None,
    )
    with opened(place) as ledger:
        latest = checkpoints_folder(place, ledger) / LATEST
        parts = _Parts()
        try:
            state = _state_of(ledger)
            if (place.folder / VIEWS_FILE).is_file():
                parts.views = parts.opening("views", lambda: open_views(place.folder))
            if state and (state / KEY_FILE).is_file():
                parts.vault = parts.opening("vault", lambda: vault_of(place, ledger))
            report = verify(
                ledger,
                views=parts.views,
                vault=parts.vault,
                notes=_notes(latest, state),
                trust=trust,
                unopened=parts.unopened,
                processes=os.cpu_count() or 1,
                shown=_shown,
            )
        finally:
            parts.close()
    _print(report, as_json=as_json)


@contextmanager
def _shown(what: str, total: int) -> Iterator[Callable[[int], None]]:
    with progress(what, total) as bar:
        yield bar.by


def _kept(path: Path) -> bytes:
    """Read the checkpoint that the verifier brought; if it is none, that says nothing about the ledger."""
    data = read_bytes(path)
    try:
        parse_checkpoint(parse_note(data).text)
    except EvidenceError as error:
        raise UsageError(
            "not-a-checkpoint",
            f"--kept {path}",
            expected="a checkpoint that you kept",
            found=f"{error.code}, {error.found}",
            remedy="Give the file from: pollbook checkpoint --out FILE",
        ) from None
    return data


def _notes(latest: Path, state: Path | None) -> Notes:
    if state is None:
        return Notes(_read_if_there(latest))
    return Notes(_read_if_there(latest), _read_if_there(state / LAST_SIGNED), (state / PUBLISHING).exists())


@dataclass(slots=True)
class _Parts:
    """What lies beside the ledger, opened as far as it can be."""

    views: Views | None = None
    vault: Vault | None = None
    unopened: dict[str, PollbookError] = field(default_factory=dict)

    def opening(self, part: str, open_part: Callable[[], Part]) -> Part | None:
        """Open a part; if that cannot be, note why."""
        try:
            return open_part()
        except PollbookError as error:
            self.unopened[part] = error
            return None

    def close(self) -> None:
        """Close what is open."""
        for part in (self.views, self.vault):
            if part is not None:
                part.close()


def _state_of(ledger: Ledger) -> Path | None:
    """Give the folder of the ledger's keys; None where its id is none, which is a finding of its own."""
    try:
        ledger_id = ledger.ledger_id
    except EvidenceError:
        return None
    return ledger_state_folder(ledger_id) if LEDGER_ID.fullmatch(ledger_id) else None


def _read_if_there(path: Path) -> bytes | None:
    return read_bytes(path) if path.is_file() else None


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "size": report.size,
                "root": report.root.hex(),
                "signed": report.signed,
                "governing_body": report.founding.governing_body or None,
                "kept": report.founding.kept,
                "findings": [finding.as_json() for finding in report.findings],
                "unchecked": report.unchecked,
            }
        )
    else:
        for number, (_, title) in CHECKS.items():
            found = sum(finding.check == number for finding in report.findings)
            state = f"{found} found" if found else "not checked" if number in report.unchecked else "ok"
            say("\n".join(wrapped(f"{number:{NUMBER_WIDTH}}  {state:11}  {title}", indent=CHECK_INDENT)))
        for why in sorted(set(report.unchecked.values())):
            numbers = ", ".join(number for number in CHECKS if report.unchecked.get(number) == why)
            say_wrapped(f"not checked: {numbers}: {why}")
        for finding in report.findings:
            say(finding.line())
        if not report.findings:
            done = len(CHECKS) - len(report.unchecked)
            say_wrapped(f"nothing wrong was found by the {done} checks that were carried out")
        if report.founding.kept:
            say_wrapped(f"founded by {report.founding.governing_body}. {KEPT[report.founding.kept]}")
        say(f"{report.size} events, root {report.root.hex()}")
        say(f"signed up to {report.signed} of {report.size} events")
    if report.findings:
        first = report.findings[0]
        raise FindingsError(
            "findings",
            "the ledger",
            expected="none",
            found=f"{len(report.findings)}, the first {first.id}",
            position=first.position,
        )


def compare(first: Path, second: Path, policy: Path | None, *, as_json: bool) -> None:
    """Compare two checkpoints: of one size they must be of one root; print both as evidence if not."""
    notes = [parse_note(read_bytes(path)) for path in (first, second)]
    one, other = (parse_checkpoint(note.text) for note in notes)
    if policy:
        judge = read_policy(policy)
        for note in notes:
            judge.judge(note)
    if one.origin != other.origin:
        raise RefusedError(
            "unknown-origin",
            str(second),
            expected=f"a checkpoint of {one.origin}, as the other is",
            found=f"one of {other.origin}",
            remedy="These are two logs: give two checkpoints of one",
        )
    if one.size == other.size and one.root != other.root:
        for path in (first, second):
            say(read_bytes(path).decode("utf-8", "replace"))
        proof = "both are signed by the log: keep them, they prove it"
        unproven = "nobody's signature was checked, so this proves nothing yet: give --policy"
        raise EvidenceError(
            "split-view",
            f"{one.origin} at {one.size} events",
            expected=f"one root, {one.root.hex()}",
            found=other.root.hex(),
            remedy=f"Both notes are printed above; {proof if policy else unproven}",
        )
    if as_json:
        say_json({"origin": one.origin, "sizes": [one.size, other.size], "same": one.size == other.size})
    elif one.size == other.size:
        say(f"the same: {one.origin}, {one.size} events, root {one.root.hex()}")
    else:
        low, high = sorted((one, other), key=lambda checkpoint: checkpoint.size)
        say(f"{one.origin}: {low.size} and {high.size} events; whether the first is the beginning of the second")
        say("is shown by the ledger or a pack: pollbook verify --kept, or pollbook monitor")


class PackTiles:
    """The hash tiles of a published folder."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size

    def get(self, level: int, index: int) -> bytes | None:
        """Give a tile."""
        width = min(256, (self._size >> (8 * level)) - index * 256)
        path = self._folder / tile_path(level, index, width)
        return read_bytes(path, 8193) if path.is_file() else None

    def put(self, level: int, index: int, data: bytes) -> None:
        """A published folder is not written to."""
        raise NotImplementedError


def monitor(pack: Path, policy: Path, memory: Path, *, as_json: bool) -> None:
    """Check that a published folder continues the checkpoint kept from last time, and keep the new one."""
    note = parse_note(read_bytes(pack / "checkpoint"))
    verdict = read_policy(policy, pack).judge(note)
    new = verdict.checkpoint
    tiles = Tiles(PackTiles(pack, new.size), new.size)
    if tiles.root() != new.root:
        raise EvidenceError("root-differs", str(pack), expected=new.root.hex(), found=tiles.root().hex())
    old = parse_checkpoint(parse_note(read_bytes(memory)).text) if memory.exists() else None
    if old is not None:
        if old.origin != new.origin:
            raise RefusedError(
                "unknown-origin",
                str(pack),
                expected=f"a folder of {old.origin}, as kept in {memory}",
                found=f"one of {new.origin}",
                remedy="Keep one file for each log: give another --state",
            )
        if new.size < old.size:
            raise EvidenceError(
                "rolled-back",
                str(pack),
                expected=f"at least the {old.size} events seen before",
                found=new.size,
                remedy="It may be an older folder: ask for the newest; if there is none, keep both",
            )
        if not _continues(old, new, tiles):
            raise EvidenceError(
                "not-consistent",
                str(pack),
                expected=f"to continue {old.origin} at {old.size}, root {old.root.hex()}",
                found=f"another record at {new.size}, root {new.root.hex()}",
                remedy=f"Keep {memory} and the pack: with the log's signatures on both they prove it",
            )
    write_durably(memory, write_note(note))  # the very bytes that were judged
    if as_json:
        say_json({"origin": new.origin, "size": new.size, "root": new.root.hex(), "before": old.size if old else None})
    elif old is not None:
        say(f"{new.origin}: {old.size} events then, {new.size} now; nothing before was changed")
    else:
        say(f"{new.origin}: {new.size} events; kept for next time in {memory}")


def _continues(old: Checkpoint, new: Checkpoint, tiles: Tiles) -> bool:
    """Tell whether the tree of a pack begins with an older one, by a proof: tiles alone could contradict each other."""
    path = tiles.consistency_path(old.size, new.size) if 0 < old.size < new.size else []
    return check_consistency(old.size, new.size, path, old.root, new.root)
