"""Where a ledger is, as the command line and the environment say; read in full only when it is opened."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import RefusedError, UsageError

if TYPE_CHECKING:
    import typer

    from cli.office import Chance

URL_VARIABLE = "POLLBOOK_POSTGRES"
URL_BYTES_MAX = 8_000


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger's folder; or a PostgreSQL database, whose URL is in a file or came with the environment.

    The URL may hold a password, so nothing shows it. `keys` is the folder of officers' secret keys, to sign with.
    `chance` is where time and randomness come from, where they are not the machine's: in a demo.
    """

    folder: Path = Path()
    postgres_file: Path | None = None
    environment_url: str = field(default="", repr=False)
    keys: Path | None = None
    chance: Chance | None = None

    @property
    def url(self) -> str | None:
        """The URL of the PostgreSQL database, if that is where the ledger is.

        Raises:
            UsageError: `no-such-file`, `not-a-file`.
            RefusedError: `no-postgres-url`: the file holds none.
        """
        if self.postgres_file is None:
            return self.environment_url or None
        from cli.source import os_errors

        with os_errors(self.postgres_file), self.postgres_file.open("rb") as file:
            text = file.read(URL_BYTES_MAX).strip()
        if not text or not text.isascii() or b"\n" in text:
            raise RefusedError(
                "no-postgres-url",
                str(self.postgres_file),
                expected="one line with the URL of a PostgreSQL database",
                found="something else" if text else "nothing",
                remedy="Write the URL into the file",
            )
        return text.decode("ascii")


def chosen_place(context: typer.Context, folder: Path, postgres_file: Path | None, keys: Path | None) -> Place:
    """Choose the ledger: what the command line names goes before what the environment names.

    A demo runs verbs with its own clock and randomness: the object of the outermost context, where there is one.

    Raises:
        UsageError: `two-ledgers`: a folder and a database named in the same way.
    """
    chance = context.obj
    url = os.environ.get(URL_VARIABLE, "")
    of_folder = _weight(context, "folder")
    of_database = max(_weight(context, "postgres_file"), 1 if url else 0)
    if of_folder == of_database > 0:
        raise UsageError(
            "two-ledgers",
            "pollbook",
            expected="a folder or a PostgreSQL database",
            found="both",
            remedy="Leave out --ledger, or --postgres-file and POLLBOOK_POSTGRES",
        )
    if of_folder > of_database:
        return Place(folder, keys=keys, chance=chance)
    return Place(folder, postgres_file, "" if postgres_file else url, keys, chance)


def _weight(context: typer.Context, parameter: str) -> int:
    source = context.get_parameter_source(parameter)
    return {"COMMANDLINE": 2, "ENVIRONMENT": 1}.get(source.name, 0) if source else 0
