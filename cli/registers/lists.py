"""`pollbook certify` and `pollbook absent`: an affiliate's list certified, and who is in a later file no more."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.batch_file import UNKNOWN_FILE
from cli.import_csv import constants_of, filled
from cli.office import desk_at, opened, vault_of
from cli.parse import Where, actor_value, command_from, on_the_command_line
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.registers.import_members import MEMBERS, Register
from cli.registers.member_mapping import Mapping_, read_mapping
from cli.report import counted, print_receipt
from cli.screen import progress, say, say_json
from cli.seal.sealing import seal_up
from cli.source import os_errors
from ledger.decision import fold
from ledger.desk import name_of
from ledger.errors import RefusedError, UsageError, nearest
from ledger.record import Record
from ledger.streams.certificate import CertifyList
from ledger.streams.member_history import PLACES, Member


def certify(place: Place, file: Path, mapping: Path, settings: Sequence[str], actor: str, *, as_json: bool) -> None:
    """Certify a file as an affiliate's list. The affiliate is the one of the mapping.

    Raises:
        UsageError: `no-affiliate`, `no-such-file`, ...
        RefusedError: what `read_mapping` and the desk raise.
    """
    read = read_mapping(mapping)
    affiliate = read.set.get("affiliate")
    if affiliate is None:
        remedy = 'Add it to the mapping: [set] affiliate = "..."'
        raise UsageError("no-affiliate", str(mapping), expected="whose list it is", found="none", remedy=remedy)
    with on_the_command_line():
        who = actor_value(actor, "--as")
        given = filled(constants_of(CertifyList, settings)) | {"affiliate": affiliate}
        command = command_from(CertifyList, {"file": UNKNOWN_FILE, **given}, Where("--set"))
    register = str(given["register_id"])
    with os_errors(file), file.open("rb") as stream, desk_at(place) as desk:
        _, state = Register(stream, file.name, MEMBERS, register, read).named(desk.vault, desk.ledger)
        command = command.model_copy(update={"file": state.stream.rpartition("/")[2]})
        number = len(desk.ledger.stream(f"certificate/{register}/{state.stream.rpartition('/')[2]}"))
        receipt = desk.submit(command, actor=who, command_id=name_of(desk.vault, command, who, number))
        sealed = seal_up(place, desk.ledger)
    print_receipt(receipt, sealed, as_json=as_json)


def show_absent(
    place: Place, register: str, file: Path, mapping: Path, out: Path | None, asked: tuple[str, str], *, as_json: bool
) -> None:
    """List who is a member by the register, and is not in a file of it. Nothing is changed: a file may be a part.

    Raises:
        UsageError: `purpose-required`.
        RefusedError: `unknown-register`, and what `read_mapping` and `MemberFile` raise.
    """
    purpose_named(asked[0])
    read = read_mapping(mapping)
    with opened(place) as ledger:
        require_register(ledger, register)
        rows = [*_absent(place, ledger, register, file, read)]
    log_opening(place, "absent", len(rows), *asked)
    if as_json:
        say_json({"register": register, "absent": [dict(zip(("person", *PLACES), row, strict=True)) for row in rows]})
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["person"])
    writer.writerows([row[0]] for row in rows)
    if out is None:
        sys.stdout.write(text.getvalue())
        return
    with os_errors(out):
        out.write_text(text.getvalue(), "utf-8")
    say(f"wrote {out}: {counted(len(rows), 'member')} of {register} not in {file.name}")


def _absent(place: Place, ledger: Record, register: str, file: Path, mapping: Mapping_) -> Iterator[Sequence[str]]:
    """Give the members who are active and whose key no row of a file has: key, and where they stand."""
    vault = vault_of(place, ledger)  # type: ignore[arg-type]
    try:
        with os_errors(file), file.open("rb") as stream:
            reader = Register(stream, file.name, MEMBERS, register, mapping)
            members, _ = reader.named(vault, ledger)
            reader.sort(members)
            keys = members.keys()
            key = next(keys, b"")
            with progress(f"members of {register}", 0) as bar:
                for person in vault.members.people(f"intake/{register}/"):
                    bar.by(1)
                    wanted = bytes.fromhex(person)
                    while key and key < wanted:
                        key = next(keys, b"")
                    if key == wanted:
                        continue
                    name = f"person/{person}"
                    member = fold(Member(name), (event for _, event in ledger.stream(name)))
                    if member.status == "active":
                        yield [person, *(value or "" for value in member.place)]
    finally:
        vault.close()


def require_register(ledger: Record, register: str) -> None:
    """Refuse a register of which no file was received (`unknown-register`)."""
    known = {stream.split("/")[1] for stream in ledger.streams_of("batch-received.v1", "intake/")}
    if register not in known:
        raise RefusedError(
            "unknown-register",
            register,
            expected="one of " + ", ".join(sorted(known)[:8]) if known else "a register that was taken in",
            found=(register if known else "none") + nearest(register, known),
            remedy="Correct the id, or take a register in: pollbook import register-members",
        )
