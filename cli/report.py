"""What is said after recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cli.screen import WIDTH, say, say_json
from ledger.desk import Receipt


class Sealed(NamedTuple):
    """How far a ledger is sealed: events recorded, leaves in the tree, its root; whether this desk signed it."""

    recorded: int
    size: int
    root: bytes
    signed: bool


@dataclass
class Summary:
    """What a file of commands came to: commands done, those done before among them, events recorded now."""

    commands: int = 0
    held: int = 0
    recorded: int = 0

    def add(self, receipt: Receipt) -> None:
        """Count one more command."""
        self.commands += 1
        self.held += receipt.held
        self.recorded += 0 if receipt.held else receipt.events


def print_summary(summary: Summary, sealed: Sealed | None, *, dry_run: bool, as_json: bool) -> None:
    """Say what a file of commands came to."""
    if as_json:
        done = {"commands": summary.commands, "events": summary.recorded, "held": summary.held, "dry_run": dry_run}
        say_json(done | tree_of(sealed))
        return
    start = counted(summary.commands, "command") + ": "
    if summary.held == summary.commands:
        say(start + ("would add" if dry_run else "added") + " nothing, for all was recorded before")
    else:
        before = f"; {summary.held} of them recorded before" if summary.held else ""
        say(f"{start}{'would record' if dry_run else 'recorded'} {counted(summary.recorded, 'event')}{before}")
    if dry_run:
        say("This was a dry run: nothing was written")
    say_sealed(sealed)


def print_receipt(receipt: Receipt, sealed: Sealed | None, *, as_json: bool) -> None:
    """Say what became of one command."""
    if as_json:
        events = 0 if receipt.held else receipt.events
        done = {"command": receipt.command, "position": receipt.position, "events": events, "held": receipt.held}
        say_json(done | tree_of(sealed))
        return
    if receipt.held:
        say(f"added nothing, for all was recorded before (command {receipt.command})")
    else:
        what = counted(receipt.events, "event")
        say(f"recorded {what} from position {receipt.position} (command {receipt.command})")
    say_sealed(sealed)


def rows_line(rows: int) -> str:
    """Give the last line of what became of a file's rows: how many there are."""
    return f"{rows:>9,} {'row' if rows == 1 else 'rows'}"


def say_put_right(batch: str) -> None:
    """Say how the rejected rows of a file are put right."""
    say("\nTo put them right, correct them in FILE.csv and import it as before:")
    command, rest = f"  pollbook rejected {batch}", "--purpose correction > FILE.csv"
    say(f"{command} {rest}" if len(command) + len(rest) < WIDTH else f"{command} \\\n    {rest}")


def counted(number: int, noun: str) -> str:
    """Say how many of what."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def tree_of(sealed: Sealed | None) -> dict[str, object]:
    """Give the tree that was sealed, for a program."""
    return {"size": sealed.size, "root": sealed.root.hex()} if sealed else {"size": None, "root": None}


def say_sealed(sealed: Sealed | None) -> None:
    """Say how far the ledger is sealed."""
    if sealed and sealed.signed:
        say(f"sealed to {sealed.size}, root {sealed.root.hex()}")
    elif sealed:
        say(f"recorded {sealed.recorded}, sealed to {sealed.size}: the log's key is elsewhere")
