"""A file that is taken in as one batch: what the command line says of it, and how it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from cli.import_csv import constants_of, filled
from cli.parse import Where, actor_value, command_from, on_the_command_line
from cli.place import Place
from cli.source import os_errors
from cli.verbs import interrupted
from ledger.decision import Command
from ledger.errors import UsageError

GO_ON = "Give the same command again to go on"
UNKNOWN_FILE = "0" * 32  # stands for the file's digest until it is read


@dataclass(frozen=True)
class BatchFile:
    """What the command line says of a file; `settings` are fields that are the same in every row."""

    place: Place
    file: Path
    mapping: Path | None
    settings: Sequence[str]
    actor: str
    dry_run: bool
    as_json: bool

    def given(self, kind: type[Command]) -> tuple[str, dict[str, Any], Any]:
        """Give who acts, the settings as fields, and the command as far as it is known before the file is read."""
        with on_the_command_line():
            who = actor_value(self.actor, "--as")
            fields = filled(constants_of(kind, self.settings))
            return who, fields, command_from(kind, {"file": UNKNOWN_FILE, "rows": 1, **fields}, Where("--set"))

    def require_mapping(self) -> Path:
        """Give the mapping file, or refuse to do without (`no-mapping`)."""
        if self.mapping is None:
            remedy = "See one in: pollbook import --help"
            raise UsageError("no-mapping", "--mapping", expected="a mapping file", found="none", remedy=remedy)
        return self.mapping

    @contextmanager
    def opened(self) -> Iterator[BufferedReader]:
        """Open the file; an interrupt says how to go on with it (`interrupted`)."""
        with os_errors(self.file), self.file.open("rb") as stream:
            try:
                yield stream
            except KeyboardInterrupt:
                raise interrupted(self.file.name, GO_ON) from None
