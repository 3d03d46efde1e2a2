"""`pollbook verify --pack DIR`: is a panel pack as it was written, and does every page follow from the ledger?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from cli.cases.panel_pack import opens_vault, program_version, source_of
from cli.office import opened
from cli.place import Place
from cli.privacy.access import log_opening
from cli.screen import progress, say, say_json, say_wrapped
from cli.seal.receipts import read_policy
from cli.seal.sealing import read_bytes
from ledger.errors import EvidenceError, PollbookError, RefusedError
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.note import parse_note
from ledger.seal.sealer import check_continues
from ledger.storage.store import LEDGER_FILE, Ledger
from projections.oversight.editions import editions_of
from projections.panel_pack.manifest import (
    ABOUT,
    CHECKPOINT,
    SUMS,
    About,
    altered,
    check_files,
    digest_of,
    read_about,
    read_sums,
)
from projections.panel_pack.pack import Source, files_of_pack
from projections.panel_pack.register import case_file
from projections.story.words import counted

NO_LEDGER = "Not compared with the record: no ledger is here. Give one with --ledger"
NO_TEXTS = "Pages of cases were not compared: they hold private texts, and the vault's key is not here"


class Checked(NamedTuple):
    """What was found out.

    Attributes:
        sums: digest of the list of files.
        cosigners: None where nobody's signature was checked.
        compared: how many files were written again and compared; `note`, what was not, and why.
    """

    about: About
    files: int
    sums: str
    cosigners: tuple[str, ...] | None
    compared: int
    note: str


def verify_pack(place: Place, pack: Path, policy: Path | None, why: tuple[str, str], *, as_json: bool) -> None:
    """Check a pack, and say what was checked.

    Args:
        why: for what private texts are opened to compare them, and by whom.

    Raises:
        RefusedError: `not-a-panel-pack`, `unknown-origin`, `another-version`.
        UsageError: `purpose-required`.
        EvidenceError: `pack-altered`, `pack-differs`, `erased-since`, `rolled-back`, `contradicts-signed`, and what
            the policy raises.
    """
    about, sums = read_about(pack), read_sums(pack)
    with progress("checking files", len(sums)) as bar:
        files = sum(1 for _ in bar.over(check_files(pack, sums)))
    data = read_bytes(pack / CHECKPOINT)
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    _check_checkpoint(about, checkpoint)
    cosigners = tuple(sorted(read_policy(policy, pack).judge(note).witnesses)) if policy else None
    compared, said = 0, NO_LEDGER
    if place.url or (place.folder / LEDGER_FILE).is_file():
        compared, said = _compare(place, about, sums, data, checkpoint, why)
    _say(pack, Checked(about, files, digest_of(pack / SUMS), cosigners, compared, said), as_json=as_json)


def _check_checkpoint(about: About, checkpoint: Checkpoint) -> None:
    said = (about.origin, about.size, about.root)
    found = (checkpoint.origin, checkpoint.size, checkpoint.root.hex())
    if said != found:
        raise altered(CHECKPOINT, "that of {}, {} events, root {}".format(*said), "{}, {}, {}".format(*found))


def _compare(
    place: Place, about: About, sums: Mapping[str, str], note: bytes, checkpoint: Checkpoint, why: tuple[str, str]
) -> tuple[int, str]:
    """Write every file again from the events themselves, and compare: how many, and what was left out."""
    with opened(place) as ledger:
        if ledger.origin != about.origin:
            remedy = "Give the ledger that it was made from with --ledger"
            raise RefusedError("unknown-origin", "the pack", expected=ledger.origin, found=about.origin, remedy=remedy)
        check_continues(checkpoint, ledger.tiles())
        _check_range(ledger, about)
        with_texts = about.texts and opens_vault(ledger, about.audience)
        if with_texts:
            log_opening(place, "verify-pack", sum(path.startswith("cases/") for path in sums), *why)
        with (
            source_of(place, ledger, None, about, note, texts=with_texts) as source,
            progress("writing again", len(source.oversight.cases)) as bar,
        ):
            written = files_of_pack(source, bar.by)
            compared = _held_against(ledger, source, sums, written, cases=with_texts or not about.texts)
    return compared, "" if with_texts or not about.texts else NO_TEXTS


def _check_range(ledger: Ledger, about: About) -> None:
    """Is a pack of all that was recorded by its checkpoint; one for the public, of an edition that was published?"""
    if about.audience == "public":
        published = [(each.first, each.last) for each in editions_of(ledger, about.election, about.size)]
        expected = "an edition that was published: " + (", ".join(f"{a} to {b}" for a, b in published) or "none was")
    else:
        published = [(0, about.size - 1)]
        expected = f"events 0 to {about.size - 1}"
    if (about.first, about.last) not in published:
        remedy = "Do not use the pack: numbers of other events could be subtracted. Keep it, and ask who made it"
        found = f"events {about.first} to {about.last}"
        raise EvidenceError("pack-differs", ABOUT, expected=expected, found=found, remedy=remedy)


def _held_against(
    ledger: Ledger, source: Source, sums: Mapping[str, str], written: Iterator[tuple[str, bytes]], *, cases: bool
) -> int:
    """Compare what follows from the ledger with what is in the pack; its own list of files was compared already."""
    people = {case_file(each.case): each.person for each in source.oversight.cases}
    erased, compared, paths = [], 0, {SUMS}
    for path, data in written:
        paths.add(path)
        if path == SUMS or (path in people and not cases):
            continue
        compared += 1
        if sums.get(path) != hashlib.sha256(data).hexdigest():
            if path not in sums or not _erased_since(ledger, people.get(path), source.about.size):
                raise _differs(path, source.about)
            erased.append(path)
    if more := sorted(sums.keys() - paths):
        raise _differs(more[0], source.about)
    if erased:
        raise EvidenceError(
            "erased-since",
            f"{erased[0]}" + (f" and {len(erased) - 1} more" if len(erased) > 1 else ""),
            expected="nothing that was erased by order",
            found="texts of somebody erased after the pack was written",
            remedy="Destroy every copy of this pack, and write another",
        )
    return compared


def _erased_since(ledger: Ledger, person: str | None, size: int) -> bool:
    """Whether something of a person was erased after a pack was written."""
    return person is not None and any(position >= size for position, _ in ledger.stream(f"erasure/{person}"))


def _differs(path: str, about: About) -> PollbookError:
    """Say that a file does not follow from the ledger; another version of the program may well write another one."""
    if about.program != program_version():
        remedy = "Check it with that version: pages may be written otherwise by this one"
        return RefusedError(
            "another-version",
            path,
            expected=f"a pack written by {program_version()}",
            found=about.program,
            remedy=remedy,
        )
    remedy = "Do not use the pack: it does not say what the record says. Keep it, and ask who made it"
    found = "another page, though its digest is in the list of files"
    return EvidenceError("pack-differs", path, expected="what follows from the ledger", found=found, remedy=remedy)


def _say(pack: Path, checked: Checked, *, as_json: bool) -> None:
    about = checked.about
    if as_json:
        say_json(
            {
                **about.model_dump(),
                "files": checked.files,
                "sha256": checked.sums,
                "cosigners": None if checked.cosigners is None else list(checked.cosigners),
                "compared": checked.compared,
                "note": checked.note,
            }
        )
        return
    say(f"{pack}: {counted(checked.files, 'file')}, each as it was written")
    say(f"SHA-256 of {SUMS}:\n{checked.sums}")
    say_wrapped(f"as of {about.size} events of {about.origin}")
    if checked.cosigners is None:
        say_wrapped("Nobody's signature was checked: give --policy")
    else:
        say_wrapped(f"signed by the log, cosigned by {', '.join(checked.cosigners) or 'no witness'}")
    if checked.compared:
        say_wrapped(f"{counted(checked.compared, 'file')} written again from the ledger: the same, byte for byte")
    if checked.note:
        say_wrapped(checked.note)
