"""Which files `pollbook import` reads by a mapping: registers, offices, applications, payments, marked registers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cli.batch_file import BatchFile
from cli.place import Place


def import_mapped(
    place: Place,
    what: str,
    file: Path,
    mapping: Path | None,
    settings: Sequence[str],
    actor: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in a file of one of these kinds."""
    asked = BatchFile(place, file, mapping, settings, actor, dry_run, as_json)
    if what == "payments":
        from cli.applications.import_payments import import_payments

        import_payments(asked)
    elif what in ("mark-returns", "marked-register"):
        from cli.papers.import_marks import import_marks

        import_marks(asked)
    elif what == "hold-office" and mapping is None:
        from cli.import_csv import import_file

        import_file(place, what, file, settings, actor, dry_run=dry_run, as_json=as_json)
    elif what == "hold-office" and mapping is not None:
        from cli.registers.import_offices import import_offices

        import_offices(place, file, mapping, settings, actor, dry_run=dry_run, as_json=as_json)
    elif what == "applications":
        from cli.applications.import_applications import import_applications

        import_applications(asked)
    else:
        from cli.registers.import_members import MEMBERS, import_members

        import_members(MEMBERS, asked)
