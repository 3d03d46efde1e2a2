"""`pollbook subject-access`: a person is given all that is on record about them, and that is recorded."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cli.office import opened as read
from cli.parse import Where, command_from, on_the_command_line
from cli.place import Place
from cli.privacy.access import opening
from cli.report import counted
from cli.screen import progress, say_wrapped, wrapped
from cli.source import os_errors
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.streams.retention import FulfilSubjectAccess
from projections.privacy.subject_access import OnRecord, naming, on_record

FILES = ("record.json", "record.txt")


def give_access(place: Place, person: str, out: Path, checked: str, purpose: str, actor: str) -> None:
    """Write what is on record about a person into a folder, as JSON and as text, and record that it was given.

    Raises:
        UsageError: `purpose-required`.
        RefusedError: `identity-unverified`, `out-exists`, `unknown-person`, `bad-field`.
    """
    if not checked:
        remedy = "Check it first, and say how: document, known-address, in-person or representative"
        what = f"subject access of {person}"
        expected = "how it was checked that they are who they say"
        raise RefusedError("identity-unverified", what, expected=expected, found="nothing", remedy=remedy)
    with on_the_command_line():
        numbers = {"disclosures": 0, "events": 0, "withheld": 0}
        command_from(FulfilSubjectAccess, {"person": person, "checked": checked, **numbers}, Where("the options"))
    if out.exists():
        expected = "a folder that is not there yet"
        raise RefusedError("out-exists", str(out), expected=expected, found="one", remedy="Choose another name")
    with opening(place, "subject-access", purpose, actor) as opened:
        found = _found(place, opened.desk, person)
        said = {"disclosures": found.disclosures, "events": len(found.events), "withheld": found.withheld}
        command = command_from(
            FulfilSubjectAccess, {"person": person, "checked": checked, **said}, Where("the options")
        )
        opened.log(len(found.events), person)
        opened.desk.submit(command, actor=opened.actor)
        with os_errors(out):
            _write(out, found)
    held = f"{counted(found.disclosures, 'disclosure')}, {found.erased:,} erased"
    say_wrapped(f"wrote {out}: {counted(len(found.events), 'event')}, {held}. It holds personal data: keep it safe.")


def _found(place: Place, desk: Desk, person: str) -> OnRecord:
    with read(place) as ledger, progress("reading", ledger.head().size) as bar:
        events = list(naming(bar.over(ledger.rows.scan()), person))
    return on_record(person, events, desk.vault)


def _write(out: Path, found: OnRecord) -> None:
    """Write both files, for their owner alone."""
    out.mkdir(mode=0o700, parents=True)
    plain = {
        "person": found.person,
        "events": found.events,
        "rejected_rows": found.rejected,
        "disclosures": found.disclosures,
        "erased": found.erased,
        "other_people_left_out": found.withheld,
    }
    for name, text in zip(FILES, (json.dumps(plain, ensure_ascii=False, indent=2), _text(found)), strict=True):
        with os.fdopen(os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")


def _text(found: OnRecord) -> str:
    """Tell it in sentences, with what the vault holds beside each event."""
    lines = wrapped(f"What is on record about {found.person}: {counted(len(found.events), 'event')}.")
    for event, told in zip(found.events, found.told, strict=True):
        lines += ["", *wrapped(told)]
        for name, value in event.items():
            lines += _private(name, value)
    if found.rejected:
        lines += ["", "Rows of files that were rejected:"]
        lines += [f"  {each['batch']}, line {each['line']}, {each['code']}: {each['row']}" for each in found.rejected]
    if found.withheld:
        lines += ["", *wrapped(f"Other people's keys were left out {counted(found.withheld, 'time')}.")]
    return "\n".join(lines)


def _private(name: str, value: Any) -> list[str]:
    return [f"  {name}, {each}: {said}" for each, said in value.items()] if isinstance(value, dict) else []
