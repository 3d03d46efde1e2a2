"""How verbs are listed and helped, and how a run ends that was cut short: what Typer leaves to us."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from ledger.errors import RefusedError, UsageError

UNCUT = 1_000  # characters of a verb's line in the list of verbs: it goes on below rather than be cut

Form = Annotated[
    str,
    typer.Option("--format", metavar="NAME", help="Papers: blt, csv-ranks, csv-marks, preflib, cvr, rctab, json, csv."),
]


class VerbGroup(TyperGroup):
    """Lists its verbs under headings (their help panels), in plain text."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs under their headings, all columns alike."""
        headings: dict[str, list[tuple[str, str]]] = {}
        names = self.list_commands(ctx)
        widest = max(map(len, names))
        for name in names:
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                heading = str(getattr(command, "rich_help_panel", None) or "Commands")
                text = command.short_help or command.get_short_help_str(UNCUT)
                headings.setdefault(heading, []).append((name.ljust(widest), text))
        for heading, rows in headings.items():
            with formatter.section(heading):
                formatter.write_dl(rows)

    def invoke(self, ctx: Any) -> Any:
        """Carry the verb out; before Typer sees it, say what an interrupt means, and let a closed pipe pass."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            raise interrupted() from None
        except BrokenPipeError:  # whoever read the output has had enough of it
            drop_output()
            raise typer.Exit(0) from None
        return answer


class VerbCommand(TyperCommand):
    """A verb whose JSON fields are explained below its options."""

    explained: tuple[tuple[str, list[tuple[str, str]]], ...] = ()

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, then each explanation under its heading."""
        super().format_options(ctx, formatter)
        for heading, rows in self.explained:
            with formatter.section(heading):
                formatter.write_dl(rows)


def interrupted(what: str = "the command", done: str = "") -> RefusedError:
    """Say what a keyboard interrupt means: `interrupted`."""
    return RefusedError(
        "interrupted",
        what,
        expected="to finish",
        found="a keyboard interrupt",
        remedy=done or "What was recorded stays: see it with pollbook events",
    )


def drop_output() -> None:
    """Send what is still to be printed nowhere: its reader is gone, or the disk under it is full."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def prepare_output() -> None:
    """See that what is said can be: a name that the terminal cannot show is no failure, nor is a closed output."""
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BytesIO())
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.unraisablehook = _unless_closed


def _unless_closed(unraisable: sys.UnraisableHookArgs) -> None:
    """Leave unsaid that a read which an interrupt stopped half-way found the ledger closed when it was given up.

    An interrupt may stop anything at any point; what it stopped is dropped when the program ends, after the ledger.
    """
    from eventsourcing.persistence import ConnectionPoolClosedError

    if not isinstance(unraisable.exc_value, ConnectionPoolClosedError):
        sys.__unraisablehook__(unraisable)


def no_text() -> UsageError:
    """Say of words on the command line that they are bytes which no text has: `not-text`."""
    return UsageError(
        "not-text",
        "the command line",
        expected="words in UTF-8",
        found="bytes that are none",
        remedy="Correct the words",
    )


def say_version(wanted: bool) -> None:
    """Print the version of the program and of its stored format, and stop."""
    if wanted:
        from importlib.metadata import version

        from ledger.storage.recorder import FORMAT

        typer.echo(f"pollbook {version('pollbook')}, stored format {FORMAT}")
        raise typer.Exit
